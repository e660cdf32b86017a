"""`rekindle nlu`: understand texts given as JSON lines, and train the model."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import click

if TYPE_CHECKING:
    from nlu.ladder import Parser
    from nlu.understanding import Understanding, Window

THREADS = 4
"""Rasa uses one core; a few texts in flight keep it busy while we read times and rules for the others."""

UNKNOWN = {
    "intent": None, "topic": None, "intents": None, "confidence": None, "opt_out": None, "emergency": None,
}  # fmt: skip
"""What `--only when` does not look for."""


class Unusable(click.ClickException):
    """The call cannot be carried out; the message says what to do."""

    exit_code = 2


class LineError(Exception):
    """One line of the input cannot be used; the message says why. `id` is the line's, where it has one."""

    def __init__(self, message: str, line_id: object = None) -> None:
        super().__init__(message)
        self.id = line_id


@dataclass(frozen=True, slots=True)
class Ask:
    """One line of the input, checked: `now` is naive and local to `zone`."""

    id: object
    text: str
    now: datetime
    zone: str
    asked: str | None


@click.group()
def command() -> None:
    """Understand texts from the command line; train the model."""


@command.command()
@click.option("--only", type=click.Choice(["when"]), help="Read times only; this needs no model.")
def parse(only: str | None) -> None:
    """Read JSON lines {"id", "text", "now", "timezone", "asked"} and write one line for each, in order.

    Asks the model at RASA_URL. Where that is not set, or nothing answers there, it starts a model of its own
    for as long as the lines last.
    """
    lines = [line for line in sys.stdin.buffer.read().splitlines() if line.strip()]
    if only == "when":
        ok = _answer(map(_times_reader(), lines))
    elif not lines:
        ok = True
    else:
        with _model() as model, ThreadPoolExecutor(THREADS) as pool:
            ok = _answer(pool.map(_understander(model), lines))
    sys.exit(0 if ok else 1)


@command.command()
@click.option("--force", is_flag=True, help="Train even if nothing has changed.")
def train(force: bool) -> None:
    """Train the model, if its inputs have changed."""
    from nlu import rasa_process

    if not rasa_process.PYTHON.exists():
        raise Unusable("The environment for the language model is missing: run `make setup`.")
    call = [str(rasa_process.PYTHON), "-W", "ignore", str(rasa_process.FOLDER / "train.py")]
    sys.exit(subprocess.run([*call, "--force"] if force else call, check=False).returncode)


def _answer(answers: Iterator[dict[str, Any]]) -> bool:
    """Writes the answers as they come; whether none of them is an error."""
    ok = True
    for answer in answers:
        ok = ok and "error" not in answer
        sys.stdout.write(json.dumps(answer, separators=(",", ":")) + "\n")
    sys.stdout.flush()
    return ok


def _times_reader() -> Callable[[bytes], dict[str, Any]]:
    from nlu.context import HOURS
    from nlu.pending import WHEN_QUESTIONS
    from nlu.when import read

    def answer(line: bytes) -> dict[str, Any]:
        try:
            ask = _ask(line)
        except LineError as error:
            return {"id": error.id, "error": str(error)}
        times = read(ask.text, ask.now, zone=ask.zone, hours=HOURS, bare_hours=ask.asked in WHEN_QUESTIONS)
        return {
            "id": ask.id,
            **UNKNOWN,
            "when": _windows(times.windows),
            "not_when": _windows(times.excluded),
        }

    return answer


def _understander(model: Parser) -> Callable[[bytes], dict[str, Any]]:
    from nlu.ladder import understand
    from nlu.pending import Pending
    from nlu.rasa import ModelUnavailable

    def answer(line: bytes) -> dict[str, Any]:
        try:
            ask = _ask(line)
            pending = Pending(asked=ask.asked)
            understood = understand(ask.text, now=ask.now, zone=ask.zone, pending=pending, model=model)
        except LineError as error:
            return {"id": error.id, "error": str(error)}
        except ModelUnavailable as away:
            return {"id": ask.id, "error": str(away)}
        return {"id": ask.id, **as_json(understood)}

    return answer


def as_json(understood: Understanding) -> dict[str, Any]:
    """The understanding in the form of the contract; `opt_out` is true for certain ones only."""
    return {
        "intent": understood.intent,
        "topic": understood.topic,
        "intents": [
            {"intent": heard.intent, "topic": heard.topic, "confidence": round(heard.confidence, 4)}
            for heard in understood.heard
        ],
        "confidence": round(understood.confidence, 4),
        "opt_out": understood.gated.opt_out == "certain",
        "emergency": understood.gated.emergency in ("life", "self_harm"),
        "when": _windows(understood.times.windows),
        "not_when": _windows(understood.times.excluded),
    }


def _windows(windows: tuple[Window, ...]) -> list[dict[str, str | None]]:
    return [
        {
            "start": window.start.isoformat(timespec="seconds"),
            "end": window.end.isoformat(timespec="seconds") if window.end else None,
            "grain": window.grain,
        }
        for window in windows
    ]


def _ask(line: bytes) -> Ask:
    """The line, checked. Without `timezone` it is UTC; without `now` it is now. Raises LineError."""
    try:
        row = json.loads(line)
    except ValueError:
        raise LineError("not a line of JSON") from None
    if not isinstance(row, dict):
        raise LineError("not a JSON object")
    line_id, text, asked = row.get("id"), row.get("text"), row.get("asked")
    if not isinstance(text, str):
        raise LineError("`text` is missing or no text", line_id)
    if asked is not None and not isinstance(asked, str):
        raise LineError("`asked` is neither null nor a word", line_id)
    name = row.get("timezone") or "UTC"
    try:
        zone = ZoneInfo(name)
    except (OSError, TypeError, ValueError, KeyError):
        raise LineError(f"`timezone` is no IANA zone: {name}", line_id) from None
    return Ask(line_id, text, _moment(row.get("now"), zone, line_id), name, asked)


def _moment(said: object, zone: ZoneInfo, line_id: object) -> datetime:
    """Local and naive; a moment that carries an offset is taken into the zone."""
    if said is None:
        return datetime.now(zone).replace(tzinfo=None)
    try:
        moment = datetime.fromisoformat(str(said))
        return (moment.astimezone(zone) if moment.tzinfo else moment).replace(tzinfo=None)
    except (ValueError, OverflowError):
        raise LineError("`now` is no ISO datetime", line_id) from None


@contextmanager
def _model() -> Iterator[Parser]:
    from data import settings
    from nlu import rasa_process
    from nlu.rasa import Rasa

    try:
        current = settings.get()
    except settings.SettingsError as error:
        raise Unusable(str(error)) from None
    if current.rasa_url:
        given = Rasa(current.rasa_url, current.secret("rasa_token"))
        if given.ready():
            yield given
            return
        click.echo("Nothing answers at RASA_URL: starting a model for this call.", err=True)
    try:
        with rasa_process.running() as own:
            yield own
    except (
        rasa_process.EnvironmentMissing,
        rasa_process.ModelNotTrained,
        rasa_process.ModelDidNotStart,
    ) as error:
        raise Unusable(str(error)) from None
