"""A conversation's page: transcript, panel, acts and composer, and the pieces of it that live."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import abort, render_template, request
from sqlalchemy.orm import Session

from actions.guards import WHATSAPP_WINDOW
from bot.row_ids import row_id
from bot.staff import listing, moments, sessions, words
from bot.staff.about import Group, VisitCard, about, visit_cards
from bot.staff.blueprint import blueprint
from bot.staff.forms import ActForm, OptOutForm, ReopenForm, ReplyForm
from bot.staff.standing import Stand, stand
from bot.staff.transcript import Item, items
from data import clock
from data.db import reading, writing
from data.models import Conversation
from data.profile import Profile
from data.queries import audit, inbox, transcripts
from data.queries.transcripts import Transcript
from scheduler import staff_acts
from scheduler.campaigns import marks
from scheduler.gather import whereabouts_of
from scheduler.troubles import troubles

LONGEST = staff_acts.LONGEST_REPLY


@dataclass(frozen=True, slots=True)
class View:
    """Everything that the templates show of a conversation."""

    id: int
    title: str
    phone: str
    channel: str
    outcome: words.Label
    stand: Stand
    items: list[Item]
    earlier: int | None
    visits: list[VisitCard]
    groups: list[Group]
    mark: str
    zone: str
    last: Item | None
    unhappy: bool
    noted_visit: bool
    currency: str
    today: str


@blueprint.get("/conversations/<row:conversation_id>", endpoint="conversation")
def show(conversation_id: int) -> str:
    """The page. Opening it is looking: nobody else needs to be told any more."""
    look(conversation_id)
    return page(conversation_id)


def page(conversation_id: int, *, typed: str = "", nonce: str = "", wrong: str = "") -> str:
    """The whole page; what was typed comes back with what was wrong about it."""
    before = request.args.get("before", type=row_id)
    asked = listing.asked()
    with reading() as session:
        view = view_of(session, mine(session, conversation_id), before)
        beside = listing.listing(session, sessions.me().business_id, asked)
        in_trouble = troubles(session, sessions.me().business_id)
    return render_template(
        "staff/conversation.html",
        view=view,
        listing=beside,
        troubles=in_trouble,
        open_id=conversation_id,
        form=ReplyForm(formdata=None, data={"text": typed, "nonce": nonce or listing.nonce()}),
        wrong=wrong,
        longest=LONGEST,
        **forms(),
    )


def forms() -> dict[str, Any]:
    """The forms of the acts, for whichever piece shows them."""
    return {"act": ActForm(), "reopen": ReopenForm(formdata=None), "opt_out": OptOutForm(formdata=None)}


def mine(session: Session, conversation_id: int) -> Conversation:
    """The conversation if it is the business's own; 404 for any other, as if there were none."""
    found = transcripts.find(session, sessions.me().business_id, conversation_id)
    if found is None:
        abort(404)
    return found


def view_of(session: Session, conversation: Conversation, before: int | None = None) -> View:
    """Read a conversation for the screen."""
    rows = transcripts.read(session, conversation, before)
    zone = rows.business.timezone
    theirs = whereabouts_of(rows.contact).likeliest(zone)
    shown = items(rows, theirs)
    standing = stand(rows, sessions.me().id)
    inbound = [item for item in shown if item.side == "in"]
    return View(
        id=conversation.id,
        title=words.who(inbox.names_of(rows.contact.persons), rows.contact.phone),
        phone=words.number(rows.contact.phone),
        channel=conversation.channel,
        outcome=words.outcome(conversation.outcome),
        stand=standing,
        items=shown,
        earlier=rows.texts[0].id if rows.more and rows.texts else None,
        visits=visit_cards(rows, theirs),
        groups=about(rows, theirs),
        mark=mark_of(session, conversation),
        zone=zone,
        last=inbound[-1] if inbound else None,
        unhappy=any(person.unhappy for person in rows.contact.persons),
        noted_visit=_visit_is_noted(rows),
        currency=Profile.model_validate(rows.business.profile).currency,
        today=moments.today(zone),
    )


def _visit_is_noted(rows: Transcript) -> bool:
    """Whether the last note about a visit stands, so that it can be taken back."""
    notes = [act.action for act in rows.acts if act.action in (marks.VISITED, marks.VISIT_UNDONE)]
    return bool(notes) and notes[-1] == marks.VISITED


def mark_of(session: Session, conversation: Conversation) -> str:
    """Changes when the page would: with the rows, at midnight, and when WhatsApp's window closes."""
    wrote = conversation.last_whatsapp_inbound_at
    open_window = wrote is not None and clock.now() - wrote < WHATSAPP_WINDOW
    return transcripts.mark(session, conversation, moments.today(sessions.me().timezone), open_window)


def look(conversation_id: int) -> None:
    """Somebody has it before their eyes: kept once for each time that the contact has written."""
    with reading() as session:
        conversation = mine(session, conversation_id)
        seen = inbox.looked_at(session, conversation)
        new = conversation.last_inbound_at is not None and (
            seen is None or seen < conversation.last_inbound_at
        )
        if not new and not _unseen(session, conversation):
            return
    with writing() as session:
        conversation = mine(session, conversation_id)
        staff_acts.look(session, conversation)
        audit.note_of(session, conversation, "looked", sessions.me().id)


def _unseen(session: Session, conversation: Conversation) -> bool:
    return any(handoff.seen_at is None for handoff in transcripts.open_handoffs(session, conversation))
