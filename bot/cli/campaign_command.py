"""`rekindle campaign`: writing, checking, approving, launching and following campaigns."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from bot.cli.campaign_figures import export_command, figures_command, report_command
from bot.cli.campaign_opened import opened
from bot.cli.campaign_words import (
    approve_command,
    check_command,
    dry_run_command,
    edit_command,
    new_command,
    preview_command,
    starters_command,
    words_command,
)
from bot.cli.starting import refuse, start

if TYPE_CHECKING:
    from scheduler.campaigns.enrolling import Enrolled


@click.group("campaign")
def command() -> None:
    """Write, check, approve and run campaigns.

    The road: new, check, preview, dry-run, approve, launch; with a pilot, report and release. Everything is
    also done in the staff view, under Campaigns.
    """


for each in (
    new_command, words_command, edit_command, starters_command, check_command, preview_command,
    dry_run_command, approve_command, report_command, export_command, figures_command,
):  # fmt: skip
    command.add_command(each)


@command.command("list")
def list_command() -> None:
    """Every campaign: its state, how many are in it, and what keeps it from running."""
    from sqlalchemy import func, select

    from data.db import reading
    from data.models import Campaign, Enrollment
    from scheduler.campaigns.readiness import to_launch

    start()
    with reading() as session:
        campaigns = session.scalars(select(Campaign).order_by(Campaign.id)).all()
        for campaign in campaigns:
            rows = session.execute(
                select(Enrollment.state, func.count())
                .where(Enrollment.campaign_id == campaign.id)
                .group_by(Enrollment.state)
            )
            counts = ", ".join(f"{count} {state}" for state, count in rows) or "nobody enrolled"
            why = f" ({campaign.paused_reason.replace('_', ' ')})" if campaign.paused_reason else ""
            click.echo(f"{campaign.name}: {campaign.state}{why}; {counts}")
            if campaign.state in ("draft", "paused"):
                for missing in to_launch(session, campaign):
                    click.echo(f"    {missing}")
    if not campaigns:
        click.echo("There is no campaign yet: rekindle campaign new NAME", err=True)


@command.command("launch")
@click.argument("name")
@click.option("--pilot", type=click.IntRange(20, 1000), help="The best so many first; usually 100 to 200.")
def launch_command(name: str, pilot: int | None) -> None:
    """Enrol everybody whom the campaign NAME means, and begin, within lawful hours. Safe to repeat."""
    from scheduler.campaigns import lifecycle

    with opened(name) as (_, campaign):
        if pilot is not None and campaign.started_at is None:
            campaign.pilot_size = pilot
        campaign_id = campaign.id
    try:
        _tell(lifecycle.launch(campaign_id))
    except lifecycle.NotReady as error:
        refuse("\n".join(error.missing))


@command.command("start", hidden=True)
@click.argument("name")
@click.pass_context
def start_command(context: click.Context, name: str) -> None:
    """The earlier name of `launch`."""
    context.invoke(launch_command, name=name, pilot=None)


@command.command("release")
@click.argument("name")
def release_command(name: str) -> None:
    """After the pilot: let the rest of NAME go too. Read its report first."""
    from scheduler.campaigns import lifecycle

    with opened(name) as (session, campaign):
        released = lifecycle.release(session, campaign)
    click.echo(f"{released} contacts released.", err=True)


@command.command("pause")
@click.argument("name")
def pause_command(name: str) -> None:
    """Let nothing more of NAME leave, from the next text on."""
    from scheduler.campaigns import lifecycle

    with opened(name) as (session, campaign):
        lifecycle.pause(session, campaign)
    click.echo(f"{name} is paused.", err=True)


@command.command("resume")
@click.argument("name")
def resume_command(name: str) -> None:
    """Let NAME go on."""
    from scheduler.campaigns import lifecycle

    with opened(name) as (session, campaign):
        lifecycle.resume(session, campaign)
    click.echo(f"{name} runs again.", err=True)


@command.command("end")
@click.argument("name")
@click.option("--yes", is_flag=True, help="Do not ask.")
def end_command(name: str, yes: bool) -> None:
    """End NAME for good; whoever is still in it gets no further text of it."""
    from scheduler.campaigns import lifecycle

    with opened(name) as (_, campaign):
        campaign_id = campaign.id
    if not yes:
        click.confirm(f"End {name} for good?", abort=True)
    click.echo(f"{lifecycle.end(campaign_id)} contacts taken out; {name} is over.", err=True)


def _tell(done: Enrolled) -> None:
    click.echo(f"{done.enrolled} contacts enrolled.", err=True)
    if done.held:
        click.echo(f"  {done.held} of the campaign wait until it is released", err=True)
    for reason, count in sorted(done.left_out.items(), key=lambda item: -item[1]):
        click.echo(f"  left out, {reason.replace('_', ' ')}: {count}", err=True)
    if done.to_call:
        click.echo(
            f"  {len(done.to_call)} of them are unhappy: call them (the list is under Segments)", err=True
        )
