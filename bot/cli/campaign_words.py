"""The part of `rekindle campaign` that is about words: write, check, preview, play through, approve."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.cli.campaign_opened import opened
from bot.cli.starting import refuse
from bot.cli.yaml_file import read_yaml

if TYPE_CHECKING:
    from scheduler.campaigns.plan import Plan


def _plan(file: Path) -> Plan:
    from scheduler.campaigns.plan import BadPlan, read_plan

    try:
        return read_plan(read_yaml(file))
    except BadPlan as error:
        refuse(f"{file}, {error}")


@click.command("new")
@click.argument("name")
@click.option("--from", "file", type=click.Path(path_type=Path, dir_okay=False), help="Its plan, as YAML.")
@click.option("--starter", help="Begin with these texts (rekindle campaign starters).")
@click.option("--segment", default="", help="The saved segment that it is for.")
def new_command(name: str, file: Path | None, starter: str | None, segment: str) -> None:
    """Make the campaign NAME, as a draft; from a file, or from a starter of the library."""
    from bot.cli.starting import start
    from data.db import writing
    from scheduler.campaigns import lifecycle
    from scheduler.campaigns.plan import BadPlan
    from scheduler.campaigns.starters import UnknownStarter, plan_from

    if (file is None) == (starter is None):
        refuse("Say --from FILE or --starter KEY; rekindle campaign starters lists the starters")
    start()
    try:
        plan = _plan(file) if file else plan_from(starter or "")
        if segment:
            plan = plan.model_copy(update={"segment": segment})
        with writing() as session:
            business = lifecycle.business_of(session)
            if business is None:
                refuse("Load a business first: rekindle business load FILE")
            lifecycle.new(session, business.id, name, plan)
    except (BadPlan, UnknownStarter) as error:
        refuse(error)
    click.echo(f"{name} is a draft. Next: rekindle campaign check “{name}”", err=True)


@click.command("words")
@click.argument("name")
def words_command(name: str) -> None:
    """Print the plan of NAME as YAML: change it, and bring it back with `edit`."""
    import yaml

    from scheduler.campaigns import lifecycle
    from scheduler.campaigns.plan import as_yaml_values

    with opened(name) as (session, campaign):
        values = as_yaml_values(lifecycle.plan_of(session, campaign))
    click.echo(yaml.safe_dump(values, sort_keys=False, allow_unicode=True, width=100), nl=False)


@click.command("edit")
@click.argument("name")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def edit_command(name: str, file: Path) -> None:
    """Bring NAME to what FILE says. A changed word voids its approval and its dry run."""
    from scheduler.campaigns import lifecycle
    from scheduler.campaigns.plan import BadPlan

    plan = _plan(file)
    try:
        with opened(name) as (session, campaign):
            lifecycle.edit_words(session, campaign, plan)
            state = campaign.state
    except BadPlan as error:
        refuse(f"{file}, {error}")
    click.echo(f"{name} is up to date ({state}).", err=True)


@click.command("starters")
def starters_command() -> None:
    """List the texts to begin with, by segment, length of silence and angle."""
    from scheduler.campaigns.starters import described

    for key, says in described():
        click.echo(f"{key:34} {says}")


@click.command("check")
@click.argument("name")
@click.option("--json", "as_json", is_flag=True, help="A line of JSON for each finding.")
def check_command(name: str, as_json: bool) -> None:
    """Say what speaks against the words of NAME; exit 1 while an error is left."""
    from scheduler.campaigns.words import findings

    with opened(name) as (session, campaign):
        found = findings(session, campaign)
    for one in found:
        if as_json:
            click.echo(json.dumps(asdict(one)))
        else:
            where = f"text {one.step}{one.variant if one.variant == 'b' else ''}: " if one.step else ""
            click.secho(f"{one.severity:7} {where}{one.says}", fg="red" if one.severity == "error" else None)
    if not found:
        click.echo("Nothing speaks against these words.", err=True)
    sys.exit(1 if any(one.severity == "error" for one in found) else 0)


@click.command("preview")
@click.argument("name")
def preview_command(name: str) -> None:
    """Show the words of NAME as contacts would get them, the worst cases first, and what all of it costs."""
    from scheduler.campaigns.previewing import preview_of

    with opened(name) as (session, campaign):
        shown = preview_of(session, campaign)
    for line in shown.lines():
        click.echo(line)


@click.command("dry-run")
@click.argument("name")
@click.option("--json", "as_json", is_flag=True, help="What was played, as one line of JSON.")
def dry_run_command(name: str, as_json: bool) -> None:
    """Play the whole sequence of NAME against simulated phones; a launch needs it since the last change."""
    from bot.rehearsal.dry_run import DryRunFailed, dry_run

    with opened(name) as (_, campaign):
        campaign_id = campaign.id
    try:
        played = dry_run(campaign_id)
    except DryRunFailed as error:
        click.echo(str(error), err=True)
        sys.exit(1)
    if as_json:
        click.echo(json.dumps(asdict(played), default=str))
    else:
        for player in played.players:
            click.secho(
                f"{player.label} (variant {player.variant}): {player.outcome or 'not ended'}", bold=True
            )
            for text in player.texts:
                click.echo(f"  {text.at:%a %d %b %H:%M} UTC  {text.channel}  {text.text}")
    for wrong in played.wrong:
        click.secho(wrong, fg="red", err=True)
    sys.exit(1 if played.wrong else 0)


@click.command("approve")
@click.argument("name")
@click.option("--as", "email", required=True, help="The e-mail address of the member of staff who approves.")
def approve_command(name: str, email: str) -> None:
    """Stand by every word of NAME as it is now, by the name of a member of staff."""
    from sqlalchemy import select

    from data.models import StaffUser
    from scheduler.campaigns import lifecycle

    with opened(name) as (session, campaign):
        wanted = select(StaffUser).where(StaffUser.email == email.strip().lower(), StaffUser.active)
        staff = session.scalar(wanted.where(StaffUser.business_id == campaign.business_id))
        if staff is None:
            refuse(f"{email} is nobody of the staff; rekindle staff add adds somebody")
        lifecycle.approve(session, campaign, staff)
    click.echo(f"{staff.name} approves the words of {name}.", err=True)
