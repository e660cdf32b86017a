"""`rekindle sale`: money that contacts have really paid, so that the revenue of campaigns is no estimate."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.cli.starting import refuse, start

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from data.models import Business, Contact


@click.group("sale")
def command() -> None:
    """Enter what contacts have paid, one by one or from a list."""


@command.command("add")
@click.option("--phone", help="The contact's number.")
@click.option("--crm-id", help="Or the id that your CRM knows them by.")
@click.option("--amount", type=float, required=True, help="In the business's currency.")
@click.option("--on", "sold_on", type=click.DateTime(["%Y-%m-%d"]), required=True, help="Such as 2026-03-31.")
@click.option("--reference", help="The sale's number in your books: the same one is never entered twice.")
def add_command(
    phone: str | None, crm_id: str | None, amount: float, sold_on: datetime, reference: str | None
) -> None:
    """Enter a sale to one contact."""
    from data.db import writing
    from data.queries import sales

    start()
    with writing() as session:
        business = _business(session)
        contact = _contact(session, business, phone, crm_id)
        try:
            sale = sales.add(
                session, business, contact, amount=amount, sold_on=sold_on.date(), reference=reference
            )
        except sales.SaleRefused as error:
            refuse(f"Nothing was entered: {error}.")
        click.echo(f"{sale.amount:,.2f} on {sale.sold_on}, reference {sale.reference}.", err=True)


@command.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="Count and report, but change nothing.")
@click.option("--json", "as_json", is_flag=True, help="End with the counts as one line of JSON.")
@click.option("--report", type=click.Path(path_type=Path), help="Where the refused rows go.")
@click.option("--map", "maps", multiple=True, metavar="FIELD=COLUMN", help="Say which column holds a field.")
def import_command(
    file: Path, dry_run: bool, as_json: bool, report: Path | None, maps: tuple[str, ...]
) -> None:
    """Enter the sales of FILE, a CSV with a phone number or CRM id, an amount, a date, perhaps a reference.

    Safe to repeat: the same sale is never entered twice. Every refused row goes to a report, with why.
    """
    from data.db import reading
    from data.figures.sale_list import take_in
    from data.imports.list_file import ListError

    mapping = {}
    for each in maps:
        field, equals, column = each.partition("=")
        if not equals or not field.strip() or not column.strip():
            refuse(f"--map {each}: write it as field=Column, for instance --map amount=Total")
        mapping[field.strip()] = column.strip()
    start()
    with reading() as session:
        business = _business(session)
    try:
        done = take_in(file, business.id, mapping=mapping, dry_run=dry_run, report=report)
    except ListError as error:
        refuse(error)
    if done.refused:
        click.echo(f"The refused rows and why: {done.report}", err=True)
    if as_json:
        counts = {
            "rows": done.rows,
            "entered": done.entered,
            "unchanged": done.unchanged,
            "refused": done.refused,
            "by_reason": dict(done.by_reason),
            "amount": done.amount,
        }
        click.echo(json.dumps(counts))
        return
    click.echo(f"{done.rows} rows read{' (a dry run: nothing was stored)' if dry_run else ''}.")
    click.echo(f"  {done.entered:>7} entered, {done.amount:,.2f} in all")
    click.echo(f"  {done.unchanged:>7} were there already")
    click.echo(f"  {done.refused:>7} refused")
    for reason, count in done.by_reason.most_common():
        click.echo(f"  {count:>11} {reason.replace('_', ' ')}")


def _business(session: Session) -> Business:
    from sqlalchemy import select

    from data.models import Business

    business = session.scalar(select(Business).order_by(Business.id).limit(1))
    if business is None:
        refuse("Load a business first: rekindle business load FILE")
    return business


def _contact(session: Session, business: Business, phone: str | None, crm_id: str | None) -> Contact:
    from sqlalchemy import select

    from data.imports.numbers import BadNumber, NoNumber, read_number
    from data.models import Contact
    from data.queries.sales import contacts_with

    if bool(phone) == bool(crm_id):
        refuse("Say whose sale it is: --phone or --crm-id.")
    if crm_id:
        found = contacts_with(session, business.id, crm_id)
        if len(found) > 1:
            refuse("Several contacts have this CRM id: give --phone.")
    else:
        try:
            number = read_number(phone or "", business.country).e164
        except (NoNumber, BadNumber) as error:
            refuse(f"--phone: {str(error) or 'there is no number'}.")
        wanted = select(Contact).where(Contact.business_id == business.id, Contact.phone == number)
        found = list(session.scalars(wanted))
    if not found:
        refuse("There is no such contact.")
    return found[0]
