"""`rekindle rehearse`: plays scripted contacts against the real service."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.cli.starting import refuse

if TYPE_CHECKING:
    from bot.rehearsal.play import Played


@click.command("rehearse")
@click.argument("scripts", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="JSON lines on standard output.")
@click.option("--now", default="2026-03-05T10:00", show_default=True, help="When the opener leaves.")
def command(scripts: tuple[Path, ...], as_json: bool, now: str) -> None:
    """Play each SCRIPT in a world of its own; exit 1 where one does not end as it expects.

    A naive moment is in the sample business's zone. Of the environment only RASA_URL (with RASA_TOKEN) is
    used; without it the model is started.
    """
    from bot.rehearsal.play import play
    from bot.rehearsal.script import ScriptError, read_script
    from bot.rehearsal.world import in_zone
    from data import logs
    from data.business_file import SAMPLE, read_file

    logs.configure(50)
    try:
        read = [(path, read_script(path)) for path in scripts]
        opener_at = in_zone(datetime.fromisoformat(now), read_file(SAMPLE).timezone)
    except ScriptError as error:
        refuse(error)
    except ValueError:
        refuse(f"--now {now}: write a moment such as 2026-03-05T10:00")
    failed = 0
    with _model() as rasa:
        for path, script in read:
            try:
                played = play(script, opener_at, rasa)
            except ScriptError as error:
                refuse(f"{path}: {error}")
            failed += bool(played.failures)
            _print(str(path), played, as_json=as_json)
    if not as_json:
        click.echo(f"{len(read) - failed} of {len(read)} scripts ended as expected")
    sys.exit(1 if failed else 0)


@contextmanager
def _model() -> Iterator[tuple[str, str]]:
    """The address and token of a running model: the environment's, else one started for this."""
    from nlu import rasa_process

    if url := os.environ.get("RASA_URL"):
        yield url.rstrip("/"), os.environ.get("RASA_TOKEN", "")
        return
    try:
        with rasa_process.running() as client:
            yield client.url, client.token
    except (
        rasa_process.EnvironmentMissing,
        rasa_process.ModelNotTrained,
        rasa_process.ModelDidNotStart,
    ) as error:
        refuse(error)


def _print(path: str, played: Played, *, as_json: bool) -> None:
    if as_json:
        for line in played.lines:
            click.echo(json.dumps({"script": path, **line}, ensure_ascii=False))
        click.echo(json.dumps({"script": path, **played.result}, ensure_ascii=False))
    else:
        click.secho(path, bold=True)
        for line in played.lines:
            who = "bot    " if line["from"] == "bot" else "contact"
            text = line["text"].replace("\n", "\n" + " " * 27)
            heard = f"  [{', '.join(line['intents'])}]" if line["intents"] else ""
            click.echo(f"  {line['at'][5:16].replace('T', ' ')}  {who}  {text}{heard}")
        click.echo(f"  = {json.dumps(played.result)}")
    for failure in played.failures:
        click.secho(f"{path}: {failure}", fg="red", err=True)
