"""`rekindle whatsapp`: the templates with which the business may begin on WhatsApp."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

import click

from bot.cli.starting import refuse, start

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from data.models import Business


@click.group("whatsapp")
def command() -> None:
    """List and keep the WhatsApp templates of the business (docs/whatsapp.md)."""


@command.command("list")
def list_command() -> None:
    """Print each template: its name, ContentSid, category, approval, and its words."""
    from data.db import reading
    from data.queries.whatsapp import templates_of

    start()
    with reading() as session:
        rows = templates_of(session, _business(session).id)
    for row in rows:
        why = f" ({row.rejected_because})" if row.rejected_because else ""
        click.echo(f"{row.name}  {row.content_sid}  {row.category}, {row.language}, {row.approval}{why}")
        click.echo(f"    {row.body}")
        for place, ours in sorted(row.variables.items()):
            click.echo(f"    {{{{{place}}}}} = {ours}")
    if not rows:
        click.echo("There are no templates yet: rekindle whatsapp add CONTENT_SID --name NAME", err=True)


@command.command("add")
@click.argument("content_sid")
@click.option("--name", required=True, help="What campaigns call it.")
@click.option(
    "--variable",
    "given",
    multiple=True,
    metavar="PLACE=TEMPLATE",
    help="What fills a place, such as '1={{ first_name | default(\"there\") }}'. Repeat for each.",
)
def add_command(content_sid: str, name: str, given: tuple[str, ...]) -> None:
    """Keep the template CONTENT_SID (HX…), with what fills its places. Run again to change it.

    Its words and its approval are fetched from the provider.
    """
    from actions.words.template import UnusableText
    from data.db import writing
    from data.queries import audit
    from data.queries.whatsapp import put_template
    from scheduler.provider import content
    from scheduler.provider.client import NotReached, Refused
    from scheduler.whatsapp import approvals
    from scheduler.whatsapp.variables import checked

    if not content.SID.fullmatch(content_sid):
        refuse("a ContentSid is HX and 32 hexadecimal digits, as the provider shows it")
    if not start().twilio_account_sid:
        refuse("no account at the provider is set: TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN")
    try:
        found = content.look_up(content_sid)
        variables = checked(found.body, dict(_pair(each) for each in given))
    except NotReached:
        refuse("the provider does not answer; nothing was kept. Try again.")
    except Refused as refusal:
        _refused(refusal.code, content_sid)
    except (content.NoText, UnusableText) as error:
        refuse(f"{error}; nothing was kept")
    with writing() as session:
        business = _business(session)
        row = put_template(
            session,
            business.id,
            content_sid=found.sid,
            name=name,
            language=found.language,
            body=found.body,
            variables=variables,
        )
        audit.note(session, business.id, audit.TEMPLATE_ADDED, None, template=row.id, name=name)
        template = row.id
    approvals.refresh(template)
    _say(template)


@command.command("refresh")
def refresh_command() -> None:
    """Ask now what WhatsApp says of every template; the service does so every hour by itself."""
    from data.db import reading
    from data.queries.whatsapp import templates_of
    from scheduler.whatsapp import approvals

    start()
    with reading() as session:
        found = [row.id for row in templates_of(session, _business(session).id)]
    for template in found:
        approvals.refresh(template)
        _say(template)


@command.command("remove")
@click.argument("wanted", metavar="NAME_OR_SID")
def remove_command(wanted: str) -> None:
    """Forget a template here; the provider keeps it. Touches that used it go by SMS from now on."""
    from data.db import writing
    from data.queries import audit
    from data.queries.whatsapp import NoSuchTemplate, template_named, touches_of

    start()
    with writing() as session:
        business = _business(session)
        try:
            row = template_named(session, business.id, wanted)
        except NoSuchTemplate as error:
            refuse(error)
        used, name = touches_of(session, row.id), row.name
        session.delete(row)
        audit.note(session, business.id, audit.TEMPLATE_REMOVED, None, name=name)
    click.echo(f"{name} is forgotten; {used} touches that used it go by SMS.", err=True)


def _pair(text: str) -> tuple[str, str]:
    place, sign, ours = text.partition("=")
    if not sign or not place.strip() or not ours.strip():
        refuse(f"--variable {text}: write it as PLACE=TEMPLATE, such as 1={{{{ first_name }}}}")
    return place.strip(), ours.strip()


def _refused(code: str, content_sid: str) -> NoReturn:
    from scheduler.provider.client import UNKNOWN_RESOURCE
    from scheduler.provider.errors import verdict

    if code == UNKNOWN_RESOURCE:
        refuse(f"the provider's account has no template {content_sid}; nothing was kept")
    refuse(f"the provider refuses ({code}: {verdict(code).meaning}); nothing was kept")


def _say(template: int) -> None:
    from data.db import reading
    from data.models import WhatsAppTemplate

    with reading() as session:
        row = session.get_one(WhatsAppTemplate, template)
    asked = "" if row.checked_at else ", though WhatsApp could not be asked yet"
    why = f" ({row.rejected_because})" if row.rejected_because else ""
    click.echo(f"{row.name}: {row.approval}{why}, {row.category}{asked}", err=True)


def _business(session: Session) -> Business:
    from sqlalchemy import select

    from data.models import Business

    business = session.scalar(select(Business).order_by(Business.id).limit(1))
    if business is None:
        refuse("Load a business first: rekindle business load FILE")
    return business
