"""The part of `rekindle campaign` about what came of it: report, comparison, and files for spreadsheets."""

from __future__ import annotations

import json
from pathlib import Path

import click

from bot.cli.campaign_opened import opened
from bot.cli.figures_shown import show_funnels, show_money, show_report
from bot.cli.starting import refuse, start

FILES = ("enrollments", "dead-numbers", "opt-outs", "texts", "figures", "money")


@click.command("report")
@click.argument("name")
@click.option("--json", "as_json", is_flag=True, help="All of it as one line of JSON.")
def report_command(name: str, as_json: bool) -> None:
    """One page on NAME: how far contacts came, what failed, what it cost, and what to do next."""
    from data.enrollment_outcomes import OUTCOMES
    from data.figures.pilot_report import report
    from data.figures.plain import plain
    from scheduler.provider.errors import verdict

    with opened(name) as (session, campaign):
        page = report(session, campaign.id, lambda code: verdict(code).meaning)
    if as_json:
        click.echo(json.dumps(plain(page)))
    else:
        show_report(page, OUTCOMES)


@click.command("export")
@click.argument("name")
@click.argument("what", type=click.Choice(FILES))
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), required=True, help="The CSV.")
def export_command(name: str, what: str, out: Path) -> None:
    """Write a CSV of NAME: its contacts with outcomes, dead numbers, opt-outs, texts, figures or money."""
    from data.figures.exports import EXPORTS

    with opened(name) as (session, campaign):
        try:
            with out.open("w", encoding="utf-8-sig", newline="") as file:
                rows = EXPORTS[what](session, campaign.id, file)
        except OSError as error:
            refuse(f"{out} cannot be written: {error.strerror}")
    click.echo(f"{rows} rows in {out}", err=True)


@click.command("figures")
@click.option("--by", type=click.Choice(("campaign", "segment")), default="campaign", help="A row for each.")
@click.option("--json", "as_json", is_flag=True, help="A line of JSON for each.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Write them to a CSV instead.")
def figures_command(by: str, as_json: bool, out: Path | None) -> None:
    """All campaigns side by side, or the segments that they were made from: from the first text to the money.

    Those that have been launched; the newest first.
    """
    from data.db import reading
    from data.figures import campaigns_compared, segments_compared
    from data.figures.money_files import write_comparison
    from data.figures.plain import plain
    from data.profile import Profile
    from scheduler.campaigns.lifecycle import business_of

    start()
    with reading() as session:
        business = business_of(session)
        if business is None:
            refuse("Load a business first: rekindle business load FILE")
        currency = Profile.model_validate(business.profile).currency
        lines = campaigns_compared(session, business.id)
        if by == "segment":
            lines = segments_compared(session, business.id, lines)
    if out is not None:
        try:
            with out.open("w", encoding="utf-8-sig", newline="") as file:
                rows = write_comparison(lines, by, currency, file)
        except OSError as error:
            refuse(f"{out} cannot be written: {error.strerror}")
        click.echo(f"{rows} rows in {out}", err=True)
    elif as_json:
        for line in lines:
            click.echo(json.dumps(plain(line) | {"currency": currency}))
    elif not lines:
        click.echo("Nothing to count yet: no campaign has been launched.")
    else:
        show_funnels([(line.name or f"no {by}", line.whole) for line in lines])
        for line in lines:
            click.secho(line.name or f"no {by}", bold=True)
            show_money(line, currency)
            if line.verdict:
                click.echo(f"  {line.verdict}")
