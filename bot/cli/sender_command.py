"""`rekindle sender`: the numbers that the business texts from, their pace, caps and registration."""

from __future__ import annotations

import click

from bot.cli.starting import refuse, start


@click.group("sender")
def command() -> None:
    """The numbers that the business texts from."""


@command.command("list")
def list_command() -> None:
    """Each number with its pace, its daily cap, its registration, and whether it is stopped."""
    from sqlalchemy import select

    from data.db import reading
    from data.models import Sender
    from scheduler.outreach.registration import needs_registration

    start()
    with reading() as session:
        senders = session.scalars(select(Sender).order_by(Sender.id)).all()
    if not senders:
        refuse("There is no sender yet: set TWILIO_FROM, then rekindle business load FILE")
    for sender in senders:
        cap = f"{sender.per_day} SMS segments a day" if sender.per_day else "no daily cap"
        registered = sender.registration or ("NOT REGISTERED" if needs_registration(sender) else "-")
        stopped = f"  stopped: {sender.stopped_reason}" if sender.stopped_reason else ""
        pace = f"{sender.per_second:g} a second, {cap}"
        click.echo(f"{sender.channel:9} {sender.address:18} {pace}, {registered}{stopped}")


@command.command("set")
@click.argument("address")
@click.option("--channel", type=click.Choice(["sms", "whatsapp"]), default="sms", show_default=True)
@click.option("--per-second", type=click.FloatRange(min=0.01, max=1000), help="Texts a second.")
@click.option("--per-day", type=click.IntRange(min=0), help="SMS segments a day; 0 = no cap.")
@click.option("--registration", help="Such as 10dlc:CABC123, toll-free:HH…, short-code:12345.")
@click.option("--add", is_flag=True, help="Add the number where it is not there yet.")
def set_command(
    address: str,
    channel: str,
    per_second: float | None,
    per_day: int | None,
    registration: str | None,
    add: bool,
) -> None:
    """Say what is known of the number ADDRESS (E.164, or a messaging service's MG…)."""
    from sqlalchemy import select

    from data.db import writing
    from data.models import Business, Sender
    from scheduler.outreach.registration import KINDS, is_registration

    if registration and not is_registration(registration):
        refuse(f"--registration {registration}: write its kind and its id, one of {', '.join(KINDS)}")
    start()
    with writing() as session:
        wanted = select(Sender).where(Sender.address == address, Sender.channel == channel)
        sender = session.scalar(wanted.order_by(Sender.id).limit(1))
        if sender is None:
            business = session.scalar(select(Business).order_by(Business.id).limit(1))
            if business is None:
                refuse("Load a business first: rekindle business load FILE")
            if not add:
                refuse(f"{address} is no {channel} sender; rekindle sender list shows them, --add adds one")
            if not (address.startswith("+") and address[1:].isdigit()) and not address.startswith("MG"):
                refuse("Write the number with its country code, such as +12125550100, or a service's MG…")
            sender = Sender(business_id=business.id, channel=channel, address=address, registration="")
            session.add(sender)
        sender.per_second = sender.per_second if per_second is None else per_second
        sender.per_day = sender.per_day if per_day is None else per_day or None
        sender.registration = sender.registration if registration is None else registration
    click.echo(f"{address}: noted.", err=True)
