"""`rekindle calendar selftest`: does the connected calendar do everything that a booking needs?"""

from __future__ import annotations

import json
import sys

import click

from actions.calendars import Calendar, CalendarDisconnected
from bot.selftest.calendar import SelfTest
from data import clock, settings
from data.settings import Settings


@click.group()
def command() -> None:
    """See that the connected calendar can be read and written."""


@command.command()
def selftest() -> None:
    """Put, move and delete an event on a far-away day of the connected calendar; ends within a minute.

    The one whose key or token file the settings name, else the one that was connected in the staff view.
    Prints a JSON line for each step. Exit 0: all went well; 1: a step failed; 2: no calendar is connected.
    """
    try:
        calendar = _calendar(settings.get())
    except (CalendarDisconnected, settings.SettingsError) as error:
        click.echo(str(error), err=True)
        sys.exit(2)
    passed = True
    for result in SelfTest(calendar, clock.now()).run():
        passed = passed and result.ok
        click.echo(json.dumps(result.line()))
    sys.exit(0 if passed else 1)


def _calendar(present: Settings) -> Calendar:
    """Raises CalendarDisconnected where nothing leads to Google."""
    from actions.calendars.google import connect_google
    from actions.calendars.google_access import StoredConsent

    named = present.google_service_account_file or present.google_token_file
    stored = None if named else _connected_in_the_staff_view(present)
    if stored is None:
        return connect_google(present)
    calendar_id, token = stored
    return connect_google(present, calendar_id, access=StoredConsent.by(present, token))


def _connected_in_the_staff_view(present: Settings) -> tuple[str, bytes] | None:
    """The calendar and the consent that the database holds, if there is one."""
    from pathlib import Path

    from sqlalchemy import select
    from sqlalchemy.exc import DBAPIError

    from data import db
    from data.crypto import KeysDoNotFit
    from data.models import Business
    from data.queries.calendars import active_calendar

    file = present.database_address.removeprefix("sqlite:///")
    if file != present.database_address and not Path(file).exists():
        return None  # looking would make an empty one
    try:
        db.connect()
        with db.reading() as session:
            for business_id in session.scalars(select(Business.id).order_by(Business.id)).all():
                found = active_calendar(session, business_id)
                if found is not None and found.token:
                    return found.calendar_id, found.token
    except KeysDoNotFit as error:
        raise CalendarDisconnected(str(error)) from None
    except DBAPIError:
        return None  # away, or never migrated: rekindle doctor says what is wrong with it
    return None
