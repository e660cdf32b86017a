"""What commands that touch the database have in common: settings, logs, clock, an up-to-date database."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import NoReturn

import click

from data import settings


def refuse(message: object) -> NoReturn:
    """End with one clear sentence and exit code 2: the call or the input cannot be used."""
    click.echo(str(message), err=True)
    sys.exit(2)


def start() -> settings.Settings:
    """Read the settings, connect, and migrate where that is needed; ends with exit code 2 if it cannot."""
    from sqlalchemy.exc import OperationalError

    from data import clock, db, demo_clock, logs

    try:
        present = settings.get()
    except settings.SettingsError as error:
        refuse(error)
    logs.configure()
    try:
        db.connect()
        db.migrate()
    except OperationalError:
        refuse("the database cannot be reached: check DATABASE_URL, and that the server runs")
    if present.rekindle_demo:
        clock.use(demo_clock.now)
    return present


def connect_if_there() -> bool:
    """Connect to a database that is there and migrated, and say whether it is; nothing is made or changed."""
    from sqlalchemy import inspect
    from sqlalchemy.exc import OperationalError

    from data import clock, db, demo_clock, logs

    try:
        present = settings.get()
    except settings.SettingsError as error:
        refuse(error)
    logs.configure()
    address = present.database_address
    if address.startswith("sqlite:///") and not Path(address.removeprefix("sqlite:///")).exists():
        return False
    try:
        tables = inspect(db.connect()).get_table_names()
    except OperationalError:
        return False
    if "webhook_endpoint" not in tables:
        return False
    if present.rekindle_demo:
        clock.use(demo_clock.now)
    return True
