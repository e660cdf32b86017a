"""`rekindle hours`: the table of lawful hours, looked at, checked, replaced by one's own, put back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.cli.starting import refuse, start

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from actions.lawful_table import LawfulTable
    from data.models import Business


@click.group("hours")
def command() -> None:
    """See and change the hours in which the business may text first (docs/lawful-hours.md)."""


@command.command("show")
@click.option(
    "--state", metavar="CODE", help="Only what applies to a contact known to live there, such as FL."
)
@click.option("--country", metavar="CODE", default="US", show_default=True, help="The country of --state.")
@click.option("--csv", "as_csv", is_flag=True, help="As CSV, to be edited and handed to `hours use`.")
def show_command(state: str | None, country: str, as_csv: bool) -> None:
    """Print the table in force, row by row with its source."""
    from data.db import reading

    start()
    with reading() as session:
        own, table = _in_force(session)
    if as_csv:
        from actions.lawful_table import SHIPPED

        click.echo(SHIPPED.read_text(encoding="utf-8") if own is None else own, nl=False)
        return
    click.echo("The business's own table." if own else "The table that comes with Rekindle.", err=True)
    wanted = {("*", "*"), (country.upper(), "*"), (country.upper(), (state or "").upper())}
    for rule in table.rules:
        if state and (rule.country, rule.state) not in wanted:
            continue
        days = "-".join(str(day) for day in sorted({min(rule.weekdays), max(rule.weekdays)}))
        place = f"{rule.country} {rule.state}"
        on_holidays = "" if rule.holidays else ", not on holidays"
        click.echo(
            f"{place:12} days {days:5} {rule.start:%H:%M}-{rule.end:%H:%M}{on_holidays}  {rule.source}"
        )


@command.command("check")
@click.argument("file", type=click.Path(path_type=Path))
def check_command(file: Path) -> None:
    """Say whether FILE could be used. Exit 0: yes; 2: no, with the line at fault. Changes nothing."""
    table = _read(file)
    click.echo(f"{file} can be used: {len(table.rules)} rows.", err=True)


@command.command("use")
@click.argument("file", type=click.Path(path_type=Path))
def use_command(file: Path) -> None:
    """From now on the business texts by the table in FILE. It counts for what waits already, too."""
    from data.db import writing
    from data.queries import audit

    table = _read(file)
    start()
    with writing() as session:
        business = _business(session)
        business.lawful_table = file.read_text(encoding="utf-8-sig")
        audit.note(session, business.id, audit.LAWFUL_HOURS_CHANGED, None, rows=len(table.rules))
    click.echo(f"{file} is in force: {len(table.rules)} rows.", err=True)


@command.command("reset")
def reset_command() -> None:
    """Go back to the table that comes with Rekindle."""
    from data.db import writing
    from data.queries import audit

    start()
    with writing() as session:
        business = _business(session)
        if business.lawful_table is not None:
            business.lawful_table = None
            audit.note(session, business.id, audit.LAWFUL_HOURS_RESET, None)
    click.echo("The table that comes with Rekindle is in force.", err=True)


def _read(file: Path) -> LawfulTable:
    from actions.lawful_table import LawfulTableError, read

    try:
        return read(file)
    except LawfulTableError as error:
        refuse(f"{file}: {error}")
    except OSError as error:
        refuse(f"{file} cannot be read: {error.strerror}")


def _in_force(session: Session) -> tuple[str | None, LawfulTable]:
    from actions.lawful_table import LawfulTableError, table_of

    own = _business(session).lawful_table
    try:
        return own, table_of(own)
    except LawfulTableError as error:
        refuse(
            f"the table in force cannot be used, and nothing leaves: {error}. Use another one, or reset it."
        )


def _business(session: Session) -> Business:
    from sqlalchemy import select

    from data.models import Business

    business = session.scalar(select(Business).order_by(Business.id).limit(1))
    if business is None:
        refuse("Load a business first: rekindle business load FILE")
    return business
