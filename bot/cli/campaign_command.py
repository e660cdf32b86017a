"""`rekindle campaign`: sending the opener to everybody who may be written to."""

from __future__ import annotations

import click

from bot.cli.starting import refuse, start


@click.group("campaign")
def command() -> None:
    """Send the opener to everyone eligible."""


@command.command("start")
@click.argument("name")
def start_command(name: str) -> None:
    """Enrol every eligible contact in the campaign NAME and begin sending, within lawful hours.

    Safe to repeat: nobody is written to twice, and who has become eligible meanwhile is taken in.
    """
    from sqlalchemy import select

    from data.db import reading
    from data.models import Business
    from data.profile import Profile
    from data.queries.campaigns import UnusableTemplate, launch

    start()
    with reading() as session:
        business = session.scalar(select(Business).order_by(Business.id).limit(1))
    if business is None:
        refuse("Load a business first: rekindle business load FILE")
    try:
        done = launch(business.id, name, Profile.model_validate(business.profile).opener)
    except UnusableTemplate as error:
        refuse(f"The opener cannot be used, {error}")
    click.echo(f"{done.enrolled} contacts enrolled.", err=True)
    for reason, count in sorted(done.left_out.items()):
        click.echo(f"  left out, {reason.replace('_', ' ')}: {count}", err=True)
