"""`rekindle keys`: a fresh key, and everything that is encrypted written anew with the first one."""

from __future__ import annotations

import click

from bot.cli.starting import refuse, start


@click.group("keys")
def command() -> None:
    """Renew the keys with which secrets are kept in the database."""


@command.command("new")
def new_command() -> None:
    """Print a fresh key, to be put in front of those in ENCRYPTION_KEYS. Changes nothing."""
    from cryptography.fernet import Fernet

    click.echo(Fernet.generate_key().decode())


@command.command("rotate")
def rotate_command() -> None:
    """Encrypt everything anew with the first key of ENCRYPTION_KEYS. Safe to repeat, while all runs too.

    Exit 0: the other keys are needed no more; 2: a key is missing, and nothing was changed.
    """
    from data import crypto
    from data.db import writing
    from data.queries.keys import rotate

    start()
    try:
        with writing() as session:
            counts = rotate(session)
    except crypto.KeysDoNotFit as error:
        refuse(f"{error}; nothing was changed")
    except ValueError:
        refuse("ENCRYPTION_KEYS holds something that is no Fernet key: make one with rekindle keys new")
    for column, (renewed, present) in counts.items():
        click.echo(f"{column}: {renewed} of {present} encrypted anew", err=True)
    click.echo("Everything is encrypted with the first key: the others are needed no more.", err=True)
