"""`rekindle staff`: people who may log in to the staff view."""

from __future__ import annotations

import click

from bot.cli.starting import refuse, start

SHORTEST_PASSWORD = 10


@click.group("staff")
def command() -> None:
    """Add people who may log in to the staff view."""


@command.command("add")
@click.argument("email")
@click.option("--name", required=True, help="The name that their replies are signed with.")
@click.option("--password", envvar="REKINDLE_STAFF_PASSWORD", help="Asked for where it is not given.")
def add_command(email: str, name: str, password: str | None) -> None:
    """Add a member of staff, or give one a new password."""
    from argon2 import PasswordHasher
    from sqlalchemy import select

    from data.db import writing
    from data.models import Business, StaffUser

    start()
    password = password or click.prompt("Password", hide_input=True, confirmation_prompt=True)
    if len(password) < SHORTEST_PASSWORD:
        refuse(f"The password needs at least {SHORTEST_PASSWORD} characters.")
    if "@" not in email:
        refuse("The first argument is the person's e-mail address.")
    with writing() as session:
        business = session.scalar(select(Business).order_by(Business.id).limit(1))
        if business is None:
            refuse("Load a business first: rekindle business load FILE")
        email = email.strip().lower()
        user = session.scalar(select(StaffUser).where(StaffUser.email == email))
        if user is None:
            user = StaffUser(business_id=business.id, email=email, name=name, password_hash="")
            session.add(user)
        user.name, user.password_hash, user.active = name, PasswordHasher().hash(password), True
    click.echo(f"{name} may log in as {email}.", err=True)
