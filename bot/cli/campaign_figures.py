"""The part of `rekindle campaign` that is about what came of it: the report, and files for spreadsheets."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.cli.campaign_opened import opened
from bot.cli.starting import refuse

if TYPE_CHECKING:
    from data.figures.pilot_report import Report
    from data.figures.row import Funnel

FILES = ("enrollments", "dead-numbers", "opt-outs", "texts", "figures")


@click.command("report")
@click.argument("name")
@click.option("--json", "as_json", is_flag=True, help="All of it as one line of JSON.")
def report_command(name: str, as_json: bool) -> None:
    """One page on NAME: how far contacts came, what failed, what it cost, and what to do next."""
    from data.figures.pilot_report import report
    from scheduler.provider.errors import verdict

    with opened(name) as (session, campaign):
        page = report(session, campaign.id, lambda code: verdict(code).meaning)
    if as_json:
        click.echo(json.dumps(asdict(page), default=str))
    else:
        _print(page)


@click.command("export")
@click.argument("name")
@click.argument("what", type=click.Choice(FILES))
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), required=True, help="The CSV.")
def export_command(name: str, what: str, out: Path) -> None:
    """Write a CSV of NAME: its contacts and their outcomes, dead numbers, opt-outs, texts or figures."""
    from data.figures.exports import EXPORTS

    with opened(name) as (session, campaign):
        try:
            with out.open("w", encoding="utf-8-sig", newline="") as file:
                rows = EXPORTS[what](session, campaign.id, file)
        except OSError as error:
            refuse(f"{out} cannot be written: {error.strerror}")
    click.echo(f"{rows} rows in {out}", err=True)


def _print(page: Report) -> None:
    why = f" ({page.paused_reason.replace('_', ' ')})" if page.paused_reason else ""
    click.secho(f"{page.name}: {page.state}{why}", bold=True)
    _funnel("all", page.whole)
    for row in page.by_touch:
        _funnel(f"text {row.key}", row)
    click.echo(
        f"  cannot be reached: {page.dead_numbers}, nobody knows whether it left: {page.unknown_texts}"
    )
    for error in page.errors:
        click.echo(f"  {error.code}: {error.texts} texts, {error.meaning}")
    known = f", {page.spend.known:.2f} of it by the provider's own figures" if page.spend.known else ""
    click.echo(f"  spent {page.spend.total:.2f} {page.currency} on {page.spend.texts} texts{known}")
    for money in page.revenue:
        guess = f"; {money.estimate:.2f} more is an estimate" if money.estimate else ""
        click.echo(f"  within {money.days} days: {money.amount:.2f} {page.currency} in real sales{guess}")
    if page.variants.verdict:
        click.echo(f"  variants (they differ in {page.variants.differs_in}): {page.variants.verdict}")
    for step in page.next_steps:
        click.echo(f"  - {step}")


def _funnel(name: str, row: Funnel) -> None:
    click.echo(
        f"  {name:8} {row.enrolled:>6} enrolled {row.sent:>6} sent {row.delivered:>6} delivered "
        f"{row.replied:>5} replied {row.booked:>5} booked {row.attended:>5} came {row.opted_out:>4} opted out"
    )
