"""`rekindle staff`: people who may log in to the staff view."""

from __future__ import annotations

import click

from bot.cli.starting import refuse, start

SHORTEST_PASSWORD = 10


@click.group("staff")
def command() -> None:
    """Add people who may log in to the staff view, and close their accounts."""


@command.command("add")
@click.argument("email")
@click.option("--name", required=True, help="The name that their replies are signed with.")
@click.option("--password", envvar="REKINDLE_STAFF_PASSWORD", help="Asked for where it is not given.")
def add_command(email: str, name: str, password: str | None) -> None:
    """Add a member of staff, or give one a new password."""
    from sqlalchemy import select

    from bot.staff import passwords
    from data.db import writing
    from data.models import Business, StaffUser
    from data.queries import audit

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
        action = audit.PASSWORD_SET
        if user is None:
            action = audit.ADDED
            user = StaffUser(business_id=business.id, email=email, name=name, password_hash="")
            session.add(user)
        user.name, user.password_hash, user.active = name, passwords.hashed(password), True
        session.flush()
        audit.note(session, user.business_id, action, user.id, by=audit.OPERATOR)
    click.echo(f"{name} may log in as {email}.", err=True)


@command.command("close")
@click.argument("email")
def close_command(email: str) -> None:
    """Close an account: whoever is logged in with it is out at once. `add` opens it again."""
    from sqlalchemy import select

    from data.db import writing
    from data.models import StaffUser
    from data.queries import audit

    start()
    with writing() as session:
        user = session.scalar(select(StaffUser).where(StaffUser.email == email.strip().lower()))
        if user is None:
            refuse("Nobody has this address.")
        user.active = False
        audit.note(session, user.business_id, audit.CLOSED, user.id, by=audit.OPERATOR)
    click.echo(f"{user.name} may not log in any more.", err=True)
