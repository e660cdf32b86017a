"""`rekindle audit`: what a list holds and what texting it would cost, before anything is stored."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.cli.import_command import mapping
from bot.cli.starting import connect_if_there, refuse

if TYPE_CHECKING:
    from scheduler.list_audit import Audit

NOT_NOW = {
    "unhappy": "openly unhappy: telephone them yourself",
    "booked": "booked ahead",
    "not_dormant": "have been there too recently",
    "undated": "nobody knows since when they have been away",
    "over_18_months": "away for over 18 months, and have not consented",
    "never_converted": "leads who never came, and have not consented",
}
"""Why a contactable number is not texted for now, in words."""

AVERAGE = {
    "value": "as you said",
    "profile": "your average sale",
    "list": "the mean of the list's own values",
}


@click.command("audit")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Everything as one line of JSON.")
@click.option(
    "--value",
    type=click.FloatRange(min=0, min_open=True),
    help="What one who comes back is worth on average.",
)
@click.option("--map", "maps", multiple=True, metavar="FIELD=COLUMN", help="Say which column holds a field.")
def command(file: Path, as_json: bool, value: float | None, maps: tuple[str, ...]) -> None:
    """Say what is in FILE, a CSV of contacts, and whether texting it is worth it. Nothing is stored.

    Counts whom it holds, who may be texted or why not, for how long they have been silent, what it is worth
    if one in twenty or one in ten comes back, what the texts cost, and on how many days they leave.
    """
    from data.imports import ListError, open_list
    from scheduler.list_audit import audit_of

    try:
        given = open_list(file, mapping(maps))
        audit = audit_of(given, value=value, database=connect_if_there())
    except ListError as error:
        refuse(error)
    if not audit.business:
        click.echo(
            "No business is loaded: one in the United States without a name is assumed. Load yours with "
            "rekindle business load FILE",
            err=True,
        )
    if as_json:
        click.echo(json.dumps(audit.as_json()))
        return
    for line in _lines(audit):
        click.echo(line)


def _lines(audit: Audit) -> Iterator[str]:
    yield audit.advice
    yield ""
    yield f"{audit.rows:>9,} rows, {audit.people:,} people at {audit.numbers:,} numbers"
    yield f"{audit.contactable:>9,} numbers may be texted"
    for reason, rows in audit.by_reason.items():
        yield f"{rows:>13,} rows refused: {reason.replace('_', ' ')}"
    yield f"{audit.dormant:>9,} of these numbers have been away for long enough to be texted now"
    for reason, numbers in audit.not_now.items():
        yield f"{numbers:>13,} {NOT_NOW.get(reason, reason)}"
    yield ""
    yield "Silent for              people   may be texted"
    for band in audit.silence:
        yield f"  {band.name:16s} {band.people:>11,} {band.contactable:>15,}"
    yield ""
    if there := [segment for segment in audit.segments if segment.contactable]:
        yield "Segments to begin from     numbers"
        for segment in sorted(there, key=lambda one: -one.contactable):
            yield f"  {segment.name:24s} {segment.contactable:>7,}"
        yield ""
    yield from _money(audit)


def _money(audit: Audit) -> Iterator[str]:
    cost, currency = audit.cost, audit.currency
    if audit.average is None:
        yield "What coming back is worth is not known: say it with --value."
    else:
        said = AVERAGE[audit.average_from]
        for share, amount in audit.worth.items():
            yield f"If {share} come back: {amount:,.2f} {currency} (at {audit.average:,.2f} each, {said})"
    money = (
        "unknown, there is no price for their countries"
        if cost.money is None
        else f"{cost.money:,.2f} {currency}"
    )
    sent = f"{cost.touches} touches, {cost.texts:,} texts, {cost.sms_segments:,} SMS segments"
    yield f"Costs at most {money}: {sent}"
    if cost.unpriced and cost.money is not None:
        yield f"  without {cost.unpriced:,} numbers in countries whose price is not known"
    if audit.days is None:
        yield f"Cannot be sent within a year at {audit.pace} in lawful hours."
    elif audit.days:
        days = "1 day" if audit.first_days == 1 else f"{audit.first_days:,} days"
        yield f"Takes {audit.days:,} days at {audit.pace}, in lawful hours; the first texts are out in {days}"
