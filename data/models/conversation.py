"""The exchange with a contact: texts, what became of them, and where a person is needed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text

from data.models.base import Base, Mapped, belongs_to, mapped_column, mentions


class Conversation(Base):
    """All that was said with one contact, on every channel, and where the bot stands in it."""

    __tablename__ = "conversation"
    __table_args__ = (
        Index("ix_conversation_outcome", "business_id", "outcome", "last_text_at", "id"),
        Index("ix_conversation_nudge", "nudge_due_at"),
    )

    business_id: Mapped[int] = belongs_to("business")
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id", ondelete="CASCADE"), unique=True)
    state: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """actions.state.State as JSON: the pending question, the openings offered, what was said before."""
    outcome: Mapped[str] = mapped_column(default="open")
    """The outcome as contracts.md orders them, kept for lists; `no_reply` while nobody has answered."""
    channel: Mapped[str] = mapped_column(default="sms")
    """The channel on which the contact wrote last: answers go there."""
    staff_took_over_at: Mapped[datetime | None]
    """Set: the bot is silent until staff hand back."""
    staff_user_id: Mapped[int | None] = mentions("staff_user")
    closed_reason: Mapped[str | None]
    """Set by a clear no: everything proactive has ended until staff reopen it with a reason."""
    frozen_at: Mapped[datetime | None]
    """Set by an emergency: touches and callbacks wait until staff release them."""
    last_inbound_at: Mapped[datetime | None]
    last_whatsapp_inbound_at: Mapped[datetime | None]
    """Free text on WhatsApp is allowed for 24 hours after this."""
    last_text_at: Mapped[datetime | None] = mapped_column(index=True)
    nudge_due_at: Mapped[datetime | None]
    """When a silence is nudged into (scheduler/nudges.py); None: not at all."""


class Message(Base):
    """One text, in either direction; an outbound one is its own outbox row.

    `state` of an inbound text: `received` until it was conversed about, then `handled`.
    `state` of an outbound text: `queued`, `sending`, then the provider's `sent`, `delivered`, `read`, or a
    terminal `failed`, `undelivered`, `unknown`, `cancelled`. See data/message_states.py.
    """

    __tablename__ = "message"
    __table_args__ = (
        Index("ix_message_due", "state", "kind", "due_at"),
        Index("ix_message_contact", "contact_id", "id"),
        UniqueConstraint("provider_id"),
        UniqueConstraint("once"),
        Index(
            "ix_message_touches",
            "from_address",
            "due_at",
            "id",
            sqlite_where=text("state = 'queued' AND kind = 'touch'"),
            postgresql_where=text("state = 'queued' AND kind = 'touch'"),
        ),
    )

    business_id: Mapped[int] = belongs_to("business")
    contact_id: Mapped[int | None] = belongs_to("contact", index=False)
    """None: a text from an unknown sender, or a notice to staff."""
    direction: Mapped[str]
    """`in` or `out`."""
    channel: Mapped[str]
    kind: Mapped[str]
    """Inbound: `text`. Outbound: see data/message_states.KINDS."""
    from_address: Mapped[str]
    to_address: Mapped[str]
    body: Mapped[str]
    media: Mapped[list[Any]] = mapped_column(default=list)
    provider_id: Mapped[str | None]
    state: Mapped[str]
    sent_at: Mapped[datetime | None]
    """Outbound: when the provider accepted it. The text's place in the transcript."""

    due_at: Mapped[datetime | None]
    """Outbound and queued: not before this moment (wall time)."""
    paced: Mapped[bool] = mapped_column(default=False)
    """Outbound and queued: `due_at` is its own place in the sender's pace."""
    claimed_at: Mapped[datetime | None]
    """Outbound and sending: since when (real time); a minute later the outcome counts as unknown."""
    attempts: Mapped[int] = mapped_column(default=0)
    unknowns: Mapped[int] = mapped_column(default=0)
    """How often its outcome was unknown and the provider had not got it: it is repeated once at most."""
    once: Mapped[str | None]
    """A key that says what this text is for, so that it cannot exist twice."""
    error_code: Mapped[str | None]
    cancelled_reason: Mapped[str | None]
    staff_user_id: Mapped[int | None] = mentions("staff_user")
    enrollment_id: Mapped[int | None] = mentions("enrollment")
    touch_id: Mapped[int | None] = mentions("touch")
    called_at: Mapped[datetime | None]
    """Outbound and sending in bulk: when the provider's call began (real time). None: it has not, so that
    the text may be given back without asking anybody."""
    content_sid: Mapped[str | None]
    """On WhatsApp: the approved template that it is sent as."""
    content_variables: Mapped[dict[str, Any] | None]
    segments: Mapped[int | None]
    """Outbound: how many segments it is billed as."""
    cost: Mapped[float | None]
    """Outbound: what the provider has charged, or what it is expected to, in the business's currency."""
    cost_known: Mapped[bool] = mapped_column(default=False)
    """Whether `cost` is the provider's own figure."""

    understanding: Mapped[dict[str, Any] | None]
    """Inbound: intents, topic, confidence, rung, times; what staff see beside the text."""
    rule: Mapped[str | None]
    """Inbound: the row of the rule gate that matched when it arrived."""


class DeliveryEvent(Base):
    """A status callback as it came. A replay of one changes nothing."""

    __tablename__ = "delivery_event"
    __table_args__ = (UniqueConstraint("provider_id", "status"),)

    message_id: Mapped[int | None] = mentions("message")
    provider_id: Mapped[str]
    status: Mapped[str]
    error_code: Mapped[str | None]


class Handoff(Base):
    """A person is needed. Staff are told at once and again until somebody looks."""

    __tablename__ = "handoff"
    __table_args__ = (
        Index("ix_handoff_due", "notice_due_at"),
        Index("ix_handoff_open", "business_id", "closed_at"),
    )

    business_id: Mapped[int] = belongs_to("business")
    conversation_id: Mapped[int] = belongs_to("conversation")
    reason: Mapped[str]
    urgent: Mapped[bool] = mapped_column(default=False)
    silent: Mapped[bool] = mapped_column(default=True)
    """While it is open the bot says nothing in this conversation."""
    notices: Mapped[int] = mapped_column(default=0)
    notice_due_at: Mapped[datetime | None]
    """When staff are told (again); None once somebody has looked."""
    seen_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]


class UnansweredQuestion(Base):
    """A question that no entry of the owner's answers: a person did, and the owner may add an entry."""

    __tablename__ = "unanswered_question"
    __table_args__ = (Index("ix_unanswered_question_open", "business_id", "settled_at"),)

    business_id: Mapped[int] = belongs_to("business", index=False)
    conversation_id: Mapped[int] = belongs_to("conversation")
    text: Mapped[str]
    settled_at: Mapped[datetime | None]
    """When staff added an answer, or left it out."""


class Callback(Base):
    """A contact asked to be texted later: one text at `due_at`, once."""

    __tablename__ = "callback"
    __table_args__ = (Index("ix_callback_due", "state", "due_at"),)

    contact_id: Mapped[int] = belongs_to("contact")
    due_at: Mapped[datetime]
    """After lawful hours were applied."""
    reason: Mapped[str] = mapped_column(default="")
    state: Mapped[str] = mapped_column(default="pending")
    """`pending`, `sent` or `cancelled`."""
