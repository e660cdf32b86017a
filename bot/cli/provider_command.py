"""`rekindle provider selftest`: do texts leave through the provider that is set, and does it say so?"""

from __future__ import annotations

import json
import sys

import click

from bot.cli.starting import refuse


@click.group("provider")
def command() -> None:
    """See that texts leave through the provider."""


@command.command("selftest")
@click.option(
    "--to", "recipient", required=True, metavar="NUMBER", help="A phone of your own, as +12125550123."
)
def selftest(recipient: str) -> None:
    """Send one text to NUMBER and follow it by asking the provider; ends within a minute.

    Nothing is sent to a number on the suppression list. Prints a JSON line for each step. Exit 0: all went
    well; 1: a step failed; 2: a setting is missing or NUMBER is no number. With whatsapp:NUMBER the text goes
    by WhatsApp.
    """
    from bot.selftest.provider import Line, SelfTest
    from data import logs, settings
    from scheduler.provider.client import provider

    try:
        present = settings.get()
    except settings.SettingsError as error:
        refuse(error)
    logs.configure(40)
    channel, to = _recipient(recipient)
    missing = [
        name
        for name, value in (
            ("TWILIO_ACCOUNT_SID", present.twilio_account_sid),
            ("TWILIO_AUTH_TOKEN", present.auth_tokens),
            ("TWILIO_FROM", present.twilio_from),
        )
        if not value
    ]
    if missing:
        refuse(f"Set {' and '.join(missing)} first (docs/going-live.md).")
    sender = present.twilio_from.removeprefix("whatsapp:")
    described = f"from {_masked(sender)} to {_masked(to)} by {channel}, through {present.twilio_api_base_url}"
    test = SelfTest(provider(), Line(sender, to, channel), lambda: _suppressed(to, channel), described)
    passed = True
    for result in test.run():
        passed = passed and result.ok
        click.echo(json.dumps(result.line()))
    sys.stdout.flush()
    sys.exit(0 if passed else 1)


def _recipient(said: str) -> tuple[str, str]:
    """The channel and the number in E.164."""
    import phonenumbers

    channel, number = ("whatsapp", said[9:]) if said.lower().startswith("whatsapp:") else ("sms", said)
    try:
        parsed = phonenumbers.parse(number.strip())
    except phonenumbers.NumberParseException:
        parsed = None
    if parsed is None or not phonenumbers.is_possible_number(parsed):
        refuse(f"--to {said}: write the number with its country code, such as +12125550123.")
    return channel, phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def _suppressed(to: str, channel: str) -> str | None:
    """Why some business here must not text this number; None where all may, and where there is none yet."""
    from sqlalchemy import select

    from data import db
    from data.db import reading
    from data.models import Business
    from data.queries.suppressions import suppressed_for

    db.connect()
    db.migrate()
    with reading() as session:
        for business in session.scalars(select(Business)):
            if reason := suppressed_for(session, business, to, channel):
                return reason
    return None


def _masked(address: str) -> str:
    return f"the number ending in {address[-4:]}" if len(address) > 6 else address
