"""Where a conversation stands for the person who reads it: whose it is, and which acts are open to them."""

from __future__ import annotations

from dataclasses import dataclass

from actions.guards import Drop, Standing, may_leave
from bot.staff import words
from data import clock
from data.models import Conversation, Suppression
from data.queries.inbox import names_of
from data.queries.transcripts import Transcript
from data.whereabouts import Whereabouts


@dataclass(frozen=True, slots=True)
class Stand:
    """`refusal`: why nobody may write. `holder`: who has taken over. `waits_for`: what waits for a person."""

    name: str
    refusal: str | None
    holder: str | None
    mine: bool
    waits_for: tuple[str, ...]
    urgent: bool
    frozen: bool
    declined: str | None
    opted_out: bool
    may_take_over: bool
    may_hand_back: bool

    @property
    def hint(self) -> str:
        """What sending means, said beside the composer."""
        if self.refusal:
            return ""
        if self.mine:
            return "The assistant is silent until you hand back."
        if self.holder:
            return f"{self.holder} has taken this over; your text is signed with your name."
        return "Sending takes the conversation over: the assistant is silent until you hand back."


def suppressed(rows: Transcript) -> Suppression | None:
    """The suppression that is in force on the conversation's channel."""
    in_force = [row for row in rows.suppressions if row.lifted_at is None]
    return next((row for row in in_force if row.channel in ("all", rows.conversation.channel)), None)


def stand(rows: Transcript, user_id: int) -> Stand:
    """Read it from the rows."""
    conversation = rows.conversation
    name = first_names(rows)
    row = suppressed(rows)
    opened = [handoff for handoff in rows.handoffs if handoff.closed_at is None]
    opened.sort(key=lambda handoff: (not handoff.urgent, -handoff.id))
    taken = conversation.staff_took_over_at is not None
    mine = taken and conversation.staff_user_id == user_id
    return Stand(
        name=name,
        refusal=_refusal(conversation, row, name),
        holder=(rows.staff.get(conversation.staff_user_id or 0) or "a colleague") if taken else None,
        mine=mine,
        waits_for=tuple(handoff.reason for handoff in opened),
        urgent=any(handoff.urgent for handoff in opened),
        frozen=conversation.frozen_at is not None,
        declined=conversation.closed_reason,
        opted_out=row is not None and row.channel == "all" and row.reason in ("opt_out", "do_not_contact"),
        may_take_over=not mine and row is None,
        may_hand_back=taken or bool(opened) or conversation.frozen_at is not None,
    )


def first_names(rows: Transcript) -> str:
    """Sarah, Sarah & Tom, or the number."""
    people = rows.contact.persons
    if len(people) == 1 and people[0].first_name:
        return people[0].first_name
    return words.who(names_of(people), rows.contact.phone)


def _refusal(conversation: Conversation, row: Suppression | None, name: str) -> str | None:
    standing = Standing(
        suppressed_for=row.reason if row else None,
        whatsapp_inbound_at=conversation.last_whatsapp_inbound_at,
    )
    verdict = may_leave("staff", conversation.channel, standing, Whereabouts(), clock.now())
    if not isinstance(verdict, Drop):
        return None
    if verdict.reason == "outside_whatsapp_window":
        return (
            f"WhatsApp allows free text only within 24 hours of a contact's last text. "
            f"You can write again as soon as {name} does."
        )
    return f"{name} {words.SUPPRESSED.get(verdict.reason, 'must not be texted.')}"
