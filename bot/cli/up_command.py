"""`rekindle up`: runs everything on this machine until Ctrl-C."""

from __future__ import annotations

import sys

import click

from bot.cli.starting import refuse
from data import settings


@click.command("up")
@click.option(
    "--bind", default="127.0.0.1", show_default=True, help="The address that the web server listens on."
)
def command(bind: str) -> None:
    """Run the web server, the workers, Redis and the language model, and restart what dies.

    Set REDIS_URL or RASA_URL to use ones that run elsewhere. The port is REKINDLE_PORT, the data folder
    REKINDLE_DATA_DIR.
    """
    from bot.processes import run

    try:
        chosen = settings.get()
    except settings.SettingsError as error:
        refuse(error)
    sys.exit(run(chosen, bind=bind, on_ready=lambda addresses: click.echo(f"ready: {addresses.web}")))
