"""`rekindle contact`: what is kept about one number, handed out or erased (docs/privacy.md)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.cli.starting import refuse, start

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.orm import Session

    from data.models import Business


def _whose(function: Callable[..., None]) -> Callable[..., None]:
    """Say by number or by the id in the business's own system whom a command is about."""
    function = click.option("--crm-id", metavar="ID", help="In place of the number.")(function)
    return click.argument("phone", required=False)(function)


@click.group("contact")
def command() -> None:
    """Hand out or erase what is kept about one contact."""


@command.command("export")
@_whose
@click.option("--out", type=click.Path(path_type=Path), help="Write to this file, readable by you alone.")
def export_command(phone: str | None, crm_id: str | None, out: Path | None) -> None:
    """Print everything that is kept about PHONE, as JSON."""
    from data.contact_export import export
    from data.db import writing
    from data.queries import audit

    start()
    with writing() as session:
        business = _business(session)
        number = _number(session, business, phone, crm_id)
        found = export(session, business, number)
        if not found:
            refuse("nothing is kept about this number")
        audit.note(
            session, business.id, audit.EXPORTED, None, contact=found.get("contact", [{}])[0].get("id")
        )
    text = json.dumps({"phone": number, **found}, indent=2, ensure_ascii=False)
    if out is None:
        click.echo(text)
        return
    try:
        out.touch(mode=0o600)
        out.write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        refuse(f"{out} cannot be written: {error.strerror}")
    click.echo(f"{out} holds everything that is kept, {sum(map(len, found.values()))} rows.", err=True)


@command.command("erase")
@_whose
@click.option("--reason", required=True, help="Who asked for it, and how. It is kept.")
@click.option("--yes", is_flag=True, help="Do not ask.")
def erase_command(phone: str | None, crm_id: str | None, reason: str, yes: bool) -> None:
    """Erase everything that is kept about PHONE. It cannot be taken back, and may be run again.

    The number stays on the list of those who are left alone, as a keyed hash; figures keep counting.
    Exit 0: all is gone; 1: something could not be reached yet, and is tried again by the service.
    """
    from data.db import reading
    from scheduler.erasing import erase

    start()
    with reading() as session:
        business = _business(session)
        number = _number(session, business, phone, crm_id)
        says = _what_goes(session, business, number)
    click.echo(says, err=True)
    if not yes:
        click.confirm("Erase it for good?", abort=True, err=True)
    done = erase(business.id, number, evidence=reason)
    click.echo(
        f"Erased: {done.persons} people, {done.texts} texts, {done.files} rows of lists and reports. "
        "The number is left alone from now on.",
        err=True,
    )
    if done.files_left:
        click.echo(
            f"Not gone through: {', '.join(done.files_left)}, below the data folder. Make them readable and "
            "writable, or remove them, and run the same command again.",
            err=True,
        )
    if done.texts_left or done.events_left:
        click.echo(
            f"Not reached yet: {done.texts_left} texts at the provider, {done.events_left} events on "
            "calendars. The service tries again every ten minutes; or run the same command again.",
            err=True,
        )
    if done.texts_left or done.events_left or done.files_left:
        raise SystemExit(1)


def _what_goes(session: Session, business: Business, number: str) -> str:
    from data.contact_export import contact_of, export

    contact = contact_of(session, business, number)
    if contact is None:
        return "No contact has this number. It will be left alone from now on."
    found = export(session, business, number)
    names = ", ".join(person.first_name or "somebody without a name" for person in contact.persons)
    return (
        f"{names or 'Nobody by name'}: {len(found.get('message', ()))} texts, "
        f"{len(found.get('appointment', ()))} visits. A visit that is still to come is called off without "
        "a text, and taken off the calendar."
    )


def _number(session: Session, business: Business, phone: str | None, crm_id: str | None) -> str:
    from data.contact_export import contacts_by_crm_id
    from data.imports.numbers import BadNumber, NoNumber, read_number

    if (phone is None) == (crm_id is None):
        refuse("say whom by the number or by --crm-id, one of the two")
    if crm_id is not None:
        found = contacts_by_crm_id(session, business, crm_id)
        if len(found) != 1:
            refuse(f"{len(found) or 'no'} contacts have the id {crm_id}; say the number")
        return found[0].phone
    try:
        return read_number(phone or "", business.country).e164
    except (NoNumber, BadNumber) as error:
        refuse(f"{phone} is no number: {error}")


def _business(session: Session) -> Business:
    from sqlalchemy import select

    from data.models import Business

    business = session.scalar(select(Business).order_by(Business.id).limit(1))
    if business is None:
        refuse("Load a business first: rekindle business load FILE")
    return business
