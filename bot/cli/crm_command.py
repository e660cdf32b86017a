"""`rekindle crm`: giving outcomes back to the business's CRM, as a file or by webhook."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click

from bot.cli.starting import refuse, start

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from data.models import Business, WebhookEndpoint


@click.group("crm")
def command() -> None:
    """Give outcomes back to your CRM: a file for its import, or a webhook for every change."""


@command.command("export")
@click.option("--since", type=click.DateTime(), help="Only contacts with news since then, local time.")
@click.option("--campaign", help="Only the contacts of this campaign.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="The CSV; default: the screen.")
def export_command(since: datetime | None, campaign: str | None, out: Path | None) -> None:
    """Write crm_id, phone, outcome, at, next_appointment, opted_out of everybody who was written to."""
    from sqlalchemy import select

    from data.db import reading
    from data.figures.crm_file import write_outcomes
    from data.models import Campaign

    start()
    with reading() as session:
        business = _business(session)
        chosen = None
        if campaign is not None:
            wanted = select(Campaign.id).where(Campaign.business_id == business.id, Campaign.name == campaign)
            chosen = session.scalar(wanted)
            if chosen is None:
                refuse(f"There is no campaign {campaign!r}.")
        moment = since.replace(tzinfo=ZoneInfo(business.timezone)).astimezone(UTC) if since else None
        if out is None:
            write_outcomes(session, business, sys.stdout, since=moment, campaign_id=chosen)
            return
        try:
            with out.open("w", encoding="utf-8", newline="") as file:
                rows = write_outcomes(session, business, file, since=moment, campaign_id=chosen)
        except OSError as error:
            refuse(f"{out} cannot be written: {error.strerror}")
    click.echo(f"{rows} rows in {out}", err=True)


@command.command("add")
@click.argument("url")
def add_command(url: str) -> None:
    """Tell URL of every outcome that changes from now on; prints the secret of its signatures, once."""
    from data.db import writing
    from data.queries import crm
    from scheduler.writeback.address import BadAddress, look_at
    from scheduler.writeback.signing import new_secret, shown

    try:
        look_at(url)
    except BadAddress as error:
        refuse(f"{error}.")
    start()
    secret = new_secret()
    with writing() as session:
        try:
            crm.add_endpoint(session, _business(session), url, secret)
        except crm.AlreadyThere as error:
            refuse(f"{error}; remove it first if you want a new secret.")
    click.echo(shown(secret))
    click.echo(
        "This secret is shown only now: check signatures with it. Try: rekindle crm test URL", err=True
    )


@command.command("list")
def list_command() -> None:
    """The addresses that are told, and how many deliveries were taken, wait, or were given up."""
    from data.db import reading
    from data.queries import crm

    start()
    with reading() as session:
        told = crm.endpoints(session, _business(session).id)
        for endpoint in told:
            counts = crm.counts(session, endpoint.id)
            taken, waiting, lost = (counts.get(state, 0) for state in ("delivered", "waiting", "given_up"))
            click.echo(f"{endpoint.url}: {taken} taken, {waiting} waiting, {lost} given up")
    if not told:
        click.echo("No address is told: rekindle crm add URL", err=True)


@command.command("remove")
@click.argument("url")
def remove_command(url: str) -> None:
    """Tell URL nothing more; what still waits for it is given up."""
    from data.db import writing
    from data.queries import crm

    start()
    with writing() as session:
        lost = crm.remove_endpoint(session, _endpoint(session, url))
    click.echo(f"{url} is told nothing more; {lost} deliveries that waited were given up.", err=True)


@command.command("test")
@click.argument("url")
def test_command(url: str) -> None:
    """Call URL once with a signed test event, and say what it answered."""
    from data import clock
    from data.db import reading
    from scheduler.writeback.delivering import send

    start()
    with reading() as session:
        endpoint = _endpoint(session, url)
    at = clock.now()
    answer = send(
        endpoint, f"test-{int(at.timestamp())}", {"type": "test", "timestamp": at.isoformat(), "data": {}}
    )
    click.echo(answer.said)
    if not answer.taken:
        sys.exit(1)


@command.command("log")
@click.option("--failed", is_flag=True, help="Only those that were given up.")
@click.option("--limit", type=click.IntRange(min=1), default=50, show_default=True)
def log_command(failed: bool, limit: int) -> None:
    """The latest deliveries: number, contact, outcome, how often it was tried, what came of it."""
    from data.db import reading
    from data.queries import crm

    start()
    with reading() as session:
        for delivery, url in crm.log(session, _business(session).id, failed=failed, limit=limit):
            told = delivery.payload.get("data", {})
            when = delivery.created_at.astimezone(UTC).isoformat(timespec="seconds")
            what = f"contact {told.get('contact_id', '?')} {told.get('outcome', '')}"
            state = f"{delivery.state.replace('_', ' ')} after {delivery.attempts} tries"
            why = f", {delivery.answered}" if delivery.answered else ""
            click.echo(f"{delivery.id} {when} {url} {what}: {state}{why}")


@command.command("retry")
@click.argument("delivery", type=int, required=False)
def retry_command(delivery: int | None) -> None:
    """Begin again with DELIVERY, or with everything that was given up."""
    from data.db import writing
    from data.queries import crm

    start()
    with writing() as session:
        begun = crm.retry(session, _business(session).id, delivery)
    if delivery is not None and not begun:
        refuse("There is no such delivery that was given up, to an address that is still told.")
    click.echo(f"{len(begun)} deliveries begin again within seconds.", err=True)


def _endpoint(session: Session, url: str) -> WebhookEndpoint:
    from data.queries import crm

    told = {endpoint.url: endpoint for endpoint in crm.endpoints(session, _business(session).id)}
    return told[url] if url in told else refuse(f"{url} is not told: rekindle crm list")


def _business(session: Session) -> Business:
    from sqlalchemy import select

    from data.models import Business

    business = session.scalar(select(Business).order_by(Business.id).limit(1))
    if business is None:
        refuse("Load a business first: rekindle business load FILE")
    return business
