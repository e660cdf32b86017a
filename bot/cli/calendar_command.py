"""`rekindle calendar selftest`: does the connected calendar do everything that a booking needs?"""

from __future__ import annotations

import json
import sys

import click

from actions.calendars.google import connect_google
from actions.calendars.google_access import GoogleNotConfigured
from bot.selftest.calendar import SelfTest
from data import clock, settings


@click.group()
def command() -> None:
    """See that the connected calendar can be read and written."""


@command.command()
def selftest() -> None:
    """Put, move and delete an event on a far-away day of the connected calendar; ends within a minute.

    Prints a JSON line for each step. Exit 0: all went well; 1: a step failed; 2: no calendar is connected.
    """
    try:
        calendar = connect_google(settings.get())
    except (GoogleNotConfigured, settings.SettingsError) as error:
        click.echo(str(error), err=True)
        sys.exit(2)
    passed = True
    for result in SelfTest(calendar, clock.now()).run():
        passed = passed and result.ok
        click.echo(json.dumps(result.line()))
    sys.exit(0 if passed else 1)
