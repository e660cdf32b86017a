"""`rekindle import`: taking in a list of contacts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.cli.starting import refuse, start

if TYPE_CHECKING:
    from data.imports import Listed, Summary


@click.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="Count and report, but change nothing.")
@click.option("--json", "as_json", is_flag=True, help="End with the counts as one line of JSON.")
@click.option("--report", type=click.Path(path_type=Path), help="Where the refused rows go.")
@click.option("--map", "maps", multiple=True, metavar="FIELD=COLUMN", help="Say which column holds a field.")
@click.option("--attest", default="", metavar="NAME", help="NAME says that the list is the business's own.")
@click.option(
    "--do-not-contact", is_flag=True, help="FILE holds numbers that are to be left alone, and nothing else."
)
def command(
    file: Path,
    dry_run: bool,
    as_json: bool,
    report: Path | None,
    maps: tuple[str, ...],
    attest: str,
    do_not_contact: bool,
) -> None:
    """Take in the contacts of FILE, a CSV.

    Whoever may not be texted is refused, and every refused row goes with its reason to a report beside
    FILE. Safe to repeat: the same list again changes nothing, and an import that was interrupted goes on
    where it ended. Campaigns start for contacts of lists alone that somebody has attested (--attest).
    """
    from data.imports import ListError, open_list, take_in, take_in_do_not_contact

    try:
        if do_not_contact:
            if maps or attest:
                refuse("--do-not-contact takes neither --map nor --attest: every number in FILE counts")
            start()
            _tell_listed(take_in_do_not_contact(file, dry_run=dry_run, report=report), dry_run, as_json)
            return
        contacts = open_list(file, mapping(maps))
        start()
        done = take_in(contacts, dry_run=dry_run, report=report, attested_by=attest)
    except ListError as error:
        refuse(error)
    _remark(done, attest, dry_run)
    if as_json:
        click.echo(json.dumps(done.counts()))
    else:
        _tell(done, dry_run)


def _remark(done: Summary, attest: str, dry_run: bool) -> None:
    """What is worth knowing beside the counts, on standard error."""
    remarks = []
    if done.sample_business:
        remarks.append(
            "No business was loaded yet, so that the sample business stands in: load yours with "
            "rekindle business load FILE"
        )
    if done.taken_up:
        remarks.append("An import of this list had been interrupted; it was taken up where it ended.")
    if done.accepted and not attest and not dry_run:
        remarks.append(
            "Nobody has said that this list is the business's own, and no campaign starts for its contacts "
            "before: run the same command again with --attest NAME"
        )
    if not done.report_complete:
        remarks.append("The report lacks the rows that were refused before the interruption.")
    if done.refused:
        remarks.append(f"The refused rows and why: {done.report}")
    else:
        remarks.append(f"No row was refused; the report is empty: {done.report}")
    for remark in remarks:
        click.echo(remark, err=True)


def _tell_listed(done: Listed, dry_run: bool, as_json: bool) -> None:
    if done.refused:
        click.echo(f"The rows without a number: {done.report}", err=True)
    if as_json:
        click.echo(json.dumps(done.counts()))
        return
    click.echo(f"{done.rows} rows read{' (a dry run: nothing was stored)' if dry_run else ''}.")
    click.echo(f"  {done.added:>7} numbers are left alone from now on")
    click.echo(f"  {done.known:>7} were on the list already")
    click.echo(f"  {done.refused:>7} rows have no number that can be read")


def mapping(maps: tuple[str, ...]) -> dict[str, str]:
    """Field -> column, as `--map` says it; ends with exit code 2 where that cannot be read."""
    found: dict[str, str] = {}
    for each in maps:
        field, equals, column = each.partition("=")
        if not equals or not field.strip() or not column.strip():
            refuse(f"--map {each}: write it as field=Column, for instance --map phone=Mobile")
        found[field.strip()] = column.strip()
    return found


def _tell(done: Summary, dry_run: bool) -> None:
    click.echo(f"{done.rows} rows read{' (a dry run: nothing was stored)' if dry_run else ''}.")
    click.echo(f"  {done.accepted:>7} taken in")
    if done.updated:
        click.echo(f"  {done.updated:>7} brought up to date")
    click.echo(f"  {done.refused:>7} refused")
    for reason, count in sorted(done.by_reason.items(), key=lambda item: -item[1]):
        click.echo(f"  {count:>11} {reason.replace('_', ' ')}")
