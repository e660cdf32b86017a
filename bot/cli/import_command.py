"""`rekindle import`: taking in a list of contacts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.cli.starting import refuse, start

if TYPE_CHECKING:
    from data.imports import Summary


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="Count and report, but change nothing.")
@click.option("--json", "as_json", is_flag=True, help="End with the counts as one line of JSON.")
@click.option("--report", type=click.Path(path_type=Path), help="Where the refused rows go.")
@click.option("--map", "maps", multiple=True, metavar="FIELD=COLUMN", help="Say which column holds a field.")
def command(file: Path, dry_run: bool, as_json: bool, report: Path | None, maps: tuple[str, ...]) -> None:
    """Take in the contacts of FILE, a CSV.

    Whoever may not be texted is refused, and every refused row goes with its reason to a report beside
    FILE. Safe to repeat: the same list again changes nothing.
    """
    from data.imports import ListError, open_list, take_in

    try:
        contacts = open_list(file, _mapping(maps))
        start()
        done = take_in(contacts, dry_run=dry_run, report=report)
    except ListError as error:
        refuse(error)
    if done.sample_business:
        click.echo(
            "No business was loaded yet, so that the sample business stands in: load yours with "
            "rekindle business load FILE",
            err=True,
        )
    if done.refused:
        click.echo(f"The refused rows and why: {done.report}", err=True)
    else:
        click.echo(f"No row was refused; the report is empty: {done.report}", err=True)
    if as_json:
        click.echo(json.dumps(done.counts()))
    else:
        _tell(done, dry_run)


def _mapping(maps: tuple[str, ...]) -> dict[str, str]:
    mapping: dict[str, str] = {}
    for each in maps:
        field, equals, column = each.partition("=")
        if not equals or not field.strip() or not column.strip():
            refuse(f"--map {each}: write it as field=Column, for instance --map phone=Mobile")
        mapping[field.strip()] = column.strip()
    return mapping


def _tell(done: Summary, dry_run: bool) -> None:
    click.echo(f"{done.rows} rows read{' (a dry run: nothing was stored)' if dry_run else ''}.")
    click.echo(f"  {done.accepted:>7} taken in")
    if done.updated:
        click.echo(f"  {done.updated:>7} brought up to date")
    click.echo(f"  {done.refused:>7} refused")
    for reason, count in sorted(done.by_reason.items(), key=lambda item: -item[1]):
        click.echo(f"  {count:>11} {reason.replace('_', ' ')}")
