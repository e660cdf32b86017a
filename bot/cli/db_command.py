"""`rekindle db`: migrating the database."""

from __future__ import annotations

import click

from bot.cli.starting import start


@click.group("db")
def command() -> None:
    """Look after the database."""


@command.command("migrate")
def migrate_command() -> None:
    """Bring the database to the newest revision; an empty one is filled. Safe to repeat."""
    start()
    click.echo("The database is up to date.", err=True)
