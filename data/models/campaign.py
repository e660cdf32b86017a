"""What the business starts: segments, campaigns, their touches, and the contacts enrolled in them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Index, UniqueConstraint, text

from data.models.base import Base, Mapped, belongs_to, mapped_column, mentions

SMS, WHATSAPP_FIRST = "sms", "whatsapp_first"
"""The channels of a campaign: SMS alone, or WhatsApp where that is allowed and reachable, then SMS."""


class Segment(Base):
    """A saved filter over the business's contacts (data/segments/rule.py)."""

    __tablename__ = "segment"
    __table_args__ = (UniqueConstraint("business_id", "name"),)

    business_id: Mapped[int] = belongs_to("business", index=False)
    name: Mapped[str]
    rule: Mapped[dict[str, Any]]
    preset: Mapped[str | None]
    """The shipped preset that it was made from; editing it changes no preset."""


class Campaign(Base):
    """A reason to text many contacts. Only a `running` one sends.

    Its `rule` is a copy of the segment's, so that whoever edits the segment changes no running campaign.
    Approval and dry run hold for the words that they were given to: `approved_words` and `rehearsed_words`
    are fingerprints, and a changed word makes them differ (scheduler/campaigns/).
    """

    __tablename__ = "campaign"
    __table_args__ = (UniqueConstraint("business_id", "name"),)

    business_id: Mapped[int] = belongs_to("business")
    name: Mapped[str]
    state: Mapped[str] = mapped_column(default="draft")
    """`draft`, `running`, `paused` or `done`."""
    paused_reason: Mapped[str | None]
    """Why it was paused: `staff`, `opt_outs`, `delivery`, `filtered`, `budget`, `pilot`."""
    segment_id: Mapped[int | None] = mentions("segment")
    rule: Mapped[dict[str, Any]] = mapped_column(default=dict)
    brief: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """actions.words.brief.Brief as JSON."""
    channel: Mapped[str] = mapped_column(default=SMS)
    sms_after_hours: Mapped[int] = mapped_column(default=48)
    """With WhatsApp first: after so long a silence there, the next text goes by SMS."""
    in_business_hours: Mapped[bool] = mapped_column(default=False)
    """Whether its touches leave only while the business is open, on top of lawful hours."""
    differs_in: Mapped[str] = mapped_column(default="")
    """What alone differs between the variants `a` and `b`, such as "angle"; empty: there is one only."""
    standing: Mapped[bool] = mapped_column(default=False)
    """Whether whoever newly meets the rule is enrolled every day."""
    enrolled_on: Mapped[date | None]
    """The last day (of the business) on which that was done."""
    looked_to: Mapped[int | None]
    """How far an enrolling has come: contacts beyond this id are still to be looked at. None: none is under
    way. Nothing leaves before it is over, so that the best of all go first."""
    enrolling_until: Mapped[datetime | None]
    """Until when (real time) somebody has it in hand; then any worker takes it up."""
    left_out: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """Whom the last enrolling left out: reason (data/segments/left_out.py) -> how many."""
    cooling_off_days: Mapped[int] = mapped_column(default=90)
    """How long a contact who has been through the sequence in silence is left alone."""
    budget: Mapped[float | None]
    """What the texts may cost, in the business's currency; then it pauses."""
    pilot_size: Mapped[int | None]
    """So many of the best go first; the rest waits until it is released."""
    released_at: Mapped[datetime | None]
    """When the rest was released after the pilot."""
    rehearsed_words: Mapped[str | None]
    rehearsed_at: Mapped[datetime | None]
    approved_words: Mapped[str | None]
    approved_at: Mapped[datetime | None]
    approved_by_id: Mapped[int | None] = mentions("staff_user")
    started_at: Mapped[datetime | None]
    braked_to: Mapped[int | None]
    """The last message that the brakes looked at when staff resumed it: older ones brake no more."""


class Touch(Base):
    """A step of a campaign's sequence: the words, and the day on which they leave (from the first on)."""

    __tablename__ = "touch"
    __table_args__ = (UniqueConstraint("campaign_id", "step", "variant"),)

    campaign_id: Mapped[int] = belongs_to("campaign", index=False)
    step: Mapped[int]
    variant: Mapped[str] = mapped_column(default="a")
    day: Mapped[int] = mapped_column(default=0)
    angle: Mapped[str] = mapped_column(default="")
    """What this text appeals to, such as "convenience": each touch of a sequence has its own."""
    template: Mapped[str]
    tiers: Mapped[str] = mapped_column(default="")
    """For contacts of these tiers alone, such as "A" or "AB"; empty: for all."""
    is_last: Mapped[bool] = mapped_column(default=False)
    """It says that it is the last one: with it a suppression is written."""
    whatsapp_template_id: Mapped[int | None] = mentions("whatsapp_template")
    """What says the same on WhatsApp; none: this touch goes by SMS."""


class Enrollment(Base):
    """A contact in a campaign. `due_at` is when the next touch is looked at; None when nothing follows.

    It waits for `due_at`, then stands in its campaign's queue (`queued`), out of which the best go first.
    """

    __tablename__ = "enrollment"
    __table_args__ = (
        UniqueConstraint("campaign_id", "contact_id"),
        Index(
            "ix_enrollment_waiting",
            "due_at",
            sqlite_where=text("state = 'active' AND NOT queued"),
            postgresql_where=text("state = 'active' AND NOT queued"),
        ),
        Index(
            "ix_enrollment_queue",
            "campaign_id",
            "score",
            "id",
            sqlite_where=text("state = 'active' AND queued"),
            postgresql_where=text("state = 'active' AND queued"),
        ),
    )

    campaign_id: Mapped[int] = belongs_to("campaign", index=False)
    contact_id: Mapped[int] = belongs_to("contact")
    person_id: Mapped[int | None] = mentions("person")
    """Whose history the words draw on."""
    state: Mapped[str] = mapped_column(default="active")
    """`active`, `held` (after the pilot's best, until released), `finished` or `stopped`."""
    stopped_reason: Mapped[str | None]
    outcome: Mapped[str | None]
    """How the sequence ended for this contact: one of data.enrollment_outcomes.OUTCOMES."""
    ended_at: Mapped[datetime | None]
    variant: Mapped[str] = mapped_column(default="a")
    score: Mapped[float] = mapped_column(default=0.0)
    tier: Mapped[str] = mapped_column(default="")
    """`A`, `B` or `C` at the time of the enrollment."""
    queued: Mapped[bool] = mapped_column(default=False)
    next_step: Mapped[int] = mapped_column(default=1)
    due_at: Mapped[datetime | None]
    began_at: Mapped[datetime | None]
    """When the first touch was queued: the sequence's day 0."""
    touched_at: Mapped[datetime | None]
    """When the latest touch was queued."""


class WhatsAppTemplate(Base):
    """A text that WhatsApp has to approve before the business may begin with it (Twilio's Content API)."""

    __tablename__ = "whatsapp_template"
    __table_args__ = (UniqueConstraint("business_id", "content_sid"),)

    business_id: Mapped[int] = belongs_to("business", index=False)
    name: Mapped[str]
    content_sid: Mapped[str]
    """HX and 32 hexadecimal digits."""
    language: Mapped[str] = mapped_column(default="en")
    category: Mapped[str] = mapped_column(default="marketing")
    """`marketing` or `utility`, as WhatsApp has it."""
    body: Mapped[str]
    """With {{1}}, {{2}} …: what staff see, and what the transcript says."""
    variables: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """"1" -> a template of ours that fills it."""
    approval: Mapped[str] = mapped_column(default="unsubmitted")
    """`unsubmitted`, `pending`, `approved`, `rejected`, `paused` or `disabled`."""
    rejected_because: Mapped[str] = mapped_column(default="")
    checked_at: Mapped[datetime | None]
    """When the approval was last asked for."""
