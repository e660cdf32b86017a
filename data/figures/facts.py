"""What became of the contacts of campaigns, asked of the rows in one statement: the ground of every figure.

Whatever happens belongs to the latest touch before it, of whichever campaign, so that nothing is counted in
two. How long after a touch it may come is written here; docs/figures.md says the same in words.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import CTE, ColumnElement, Integer, Select, and_, case, func, literal, or_, select, union_all
from sqlalchemy.orm import Session

from data import clock
from data.figures.spans import Spans
from data.message_states import FAILURES
from data.models import Appointment, Business, Campaign, Enrollment, Message, Person, Touch
from data.models.base import Moment
from data.models.booking import LIVE

REPLY_DAYS = 30
"""A reply or an opt-out belongs to a touch for so many days after it."""
BOOKING_DAYS = 60
"""A booking, or a return by another road, for so many days after the first touch of the campaign."""

Split = Literal["", "touch", "channel"]
"""What is counted: contacts, contacts for each touch (its step), contacts for each channel."""

FLAGS = ("sent", "delivered", "failed", "replied", "conversing", "booked", "attended", "no_show", "returned")


@dataclass(frozen=True, slots=True)
class Ground:
    """What the statements of one count have in common."""

    session: Session
    business: Business
    campaigns: tuple[int, ...]
    spans: Spans
    split: Split = ""

    @classmethod
    def of(cls, session: Session, campaigns: Collection[int], split: Split = "") -> Ground:
        """For these campaigns, which belong to one business."""
        chosen = tuple(sorted(campaigns))
        business, since = session.execute(
            select(Business, func.min(Campaign.created_at))
            .join(Campaign, Campaign.business_id == Business.id)
            .where(Campaign.id.in_(chosen))
            .group_by(Business.id)
        ).one()
        return cls(session, business, chosen, Spans(session, business.timezone, since), split)

    def part(self, step: Any, channel: Any) -> ColumnElement[Any]:
        """The column by which the contacts are told apart beside the campaign's own traits."""
        parts: dict[str, Any] = {"": literal(""), "touch": step, "channel": channel}
        column: ColumnElement[Any] = parts[self.split].label("part")
        return column


def touches(ground: Ground) -> CTE:
    """The touches of these campaigns that left, each with its traits and the moment of the next one.

    `followed_at` is when the same contact got the next touch of any campaign; `began_at` is this campaign's
    first one.
    """
    contacts = select(Enrollment.contact_id).where(Enrollment.campaign_id.in_(ground.campaigns))
    order = (Message.sent_at, Message.id)
    left = (
        select(
            Message.contact_id,
            Message.enrollment_id,
            Message.touch_id,
            Message.channel,
            Message.sent_at,
            func.lead(Message.sent_at, type_=Moment())
            .over(partition_by=Message.contact_id, order_by=order)
            .label("followed_at"),
            func.min(Message.sent_at)
            .over(partition_by=(Message.contact_id, Message.enrollment_id))
            .label("began_at"),
        )
        .where(Message.kind == "touch", Message.sent_at.is_not(None), Message.contact_id.in_(contacts))
        .subquery("touch_left")
    )
    return (
        select(
            left.c.contact_id,
            left.c.enrollment_id,
            Enrollment.campaign_id,
            Enrollment.variant,
            Enrollment.tier,
            ground.part(func.coalesce(Touch.step, 0), left.c.channel),
            left.c.sent_at,
            left.c.followed_at,
            left.c.began_at,
        )
        .join(Enrollment, Enrollment.id == left.c.enrollment_id)
        .outerjoin(Touch, Touch.id == left.c.touch_id)
        .where(Enrollment.campaign_id.in_(ground.campaigns))
        .cte("touches")
    )


def belongs(touch: Any, moment: Any) -> ColumnElement[bool]:
    """Whether this touch is the latest one before a moment."""
    return and_(moment >= touch.c.sent_at, or_(touch.c.followed_at.is_(None), moment < touch.c.followed_at))


def belongs_on(ground: Ground, touch: Any, day: Any) -> ColumnElement[bool]:
    """Whether this touch is the latest one up to and on a day, as the business's calendar has it."""
    spans = ground.spans
    return and_(
        day >= spans.day(touch.c.sent_at),
        or_(touch.c.followed_at.is_(None), day < spans.day(touch.c.followed_at)),
    )


def replies(ground: Ground, touch: CTE) -> Select[Any]:
    """The contacts' texts that belong to a touch, with the touch's moment."""
    return select(
        touch.c.campaign_id,
        touch.c.variant,
        touch.c.tier,
        touch.c.enrollment_id,
        touch.c.part,
        touch.c.sent_at.label("touched_at"),
        Message.created_at.label("replied_at"),
        Message.id.label("reply_id"),
    ).join(
        touch,
        and_(
            Message.contact_id == touch.c.contact_id,
            Message.direction == "in",
            belongs(touch, Message.created_at),
            Message.created_at < ground.spans.later(touch.c.sent_at, REPLY_DAYS),
        ),
    )


def bookings(ground: Ground, touch: CTE) -> Select[Any]:
    """The appointments that belong to a touch: made after it, and really made."""
    return select(
        touch.c.enrollment_id,
        touch.c.part,
        case((_attended(), 1), else_=0).label("attended"),
        case((Appointment.no_show_at.is_not(None), 1), else_=0).label("no_show"),
    ).join_from(Appointment, touch, bookings_of(ground, touch))


def bookings_of(ground: Ground, touch: CTE) -> ColumnElement[bool]:
    """Whether an appointment belongs to a touch."""
    return and_(
        Appointment.contact_id == touch.c.contact_id,
        belongs(touch, Appointment.created_at),
        Appointment.created_at < ground.spans.later(touch.c.began_at, BOOKING_DAYS),
        came_about(),
    )


def came_about() -> ColumnElement[bool]:
    """Whether an appointment was really made: one that we could not keep on the calendar never was."""
    given_up = and_(Appointment.state == "cancelling", Appointment.ends_as == "failed")
    return and_(Appointment.state != "failed", ~given_up)


def _attended() -> ColumnElement[bool]:
    return and_(
        Appointment.state.in_(LIVE), Appointment.end_at <= clock.now(), Appointment.no_show_at.is_(None)
    )


def returns(ground: Ground, touch: CTE) -> Select[Any]:
    """Those who came back by another road: a newer visit on file, or an enrollment that ended so."""
    spans = ground.spans
    first_day = spans.day(touch.c.began_at)
    on_file = select(touch.c.enrollment_id, touch.c.part).join(
        Person,
        and_(
            Person.contact_id == touch.c.contact_id,
            Person.last_visit.is_not(None),
            belongs_on(ground, touch, Person.last_visit),
            Person.last_visit < spans.day_later(first_day, BOOKING_DAYS),
        ),
    )
    noticed = (
        select(touch.c.enrollment_id, touch.c.part)
        .join(Enrollment, Enrollment.id == touch.c.enrollment_id)
        .where(
            or_(Enrollment.outcome == "visited", Enrollment.stopped_reason == "booked_elsewhere"),
            belongs(touch, Enrollment.ended_at),
            Enrollment.ended_at < spans.later(touch.c.began_at, BOOKING_DAYS),
        )
    )
    both = union_all(on_file, noticed).subquery("returns")
    return select(both.c.enrollment_id, both.c.part)


def cube(ground: Ground) -> Select[Any]:
    """How many contacts share the same traits and fate: `campaign_id, variant, tier, part`, FLAGS, `n`.

    With a split, those count for a part for whom a text of it was made.
    """
    touch = touches(ground)
    texts = _texts(ground).subquery("texts")
    answers = _counted(replies(ground, touch), "answers")
    made = bookings(ground, touch).subquery("made")
    visits = (
        select(
            made.c.enrollment_id,
            made.c.part,
            literal(1).label("booked"),
            func.max(made.c.attended).label("attended"),
            func.max(made.c.no_show).label("no_show"),
        )
        .group_by(made.c.enrollment_id, made.c.part)
        .subquery("visits")
    )
    back = _counted(returns(ground, touch), "back")
    flags = [
        func.coalesce(texts.c.sent, 0).label("sent"),
        func.coalesce(texts.c.delivered, 0).label("delivered"),
        _only(texts.c.failed == 1, texts.c.delivered == 0).label("failed"),
        _only(answers.c.n > 0).label("replied"),
        _only(answers.c.n > 1).label("conversing"),
        func.coalesce(visits.c.booked, 0).label("booked"),
        func.coalesce(visits.c.attended, 0).label("attended"),
        _only(visits.c.no_show == 1, visits.c.attended == 0).label("no_show"),
        _only(back.c.n > 0, visits.c.booked.is_(None)).label("returned"),
    ]
    part = literal("").label("part") if not ground.split else texts.c.part
    units = select(Enrollment.campaign_id, Enrollment.variant, Enrollment.tier, part, *flags).select_from(
        Enrollment
    )
    units = units.join(texts, texts.c.enrollment_id == Enrollment.id, isouter=not ground.split)
    for other in (answers, visits, back):
        units = units.outerjoin(
            other,
            and_(other.c.enrollment_id == Enrollment.id, other.c.part == part)
            if ground.split
            else other.c.enrollment_id == Enrollment.id,
        )
    every = units.where(Enrollment.campaign_id.in_(ground.campaigns)).subquery("units")
    columns = list(every.c)
    return select(*columns, func.count().label("n")).group_by(*columns)


def _texts(ground: Ground) -> Select[Any]:
    """What became of the texts of each contact, and with a split of each part."""
    part = ground.part(func.coalesce(Touch.step, 0), Message.channel)
    wanted = (
        select(
            Message.enrollment_id,
            part,
            func.max(case((Message.sent_at.is_not(None), 1), else_=0)).label("sent"),
            func.max(case((Message.state.in_(("delivered", "read")), 1), else_=0)).label("delivered"),
            func.max(case((Message.state.in_(sorted(FAILURES)), 1), else_=0)).label("failed"),
        )
        .join(Enrollment, Enrollment.id == Message.enrollment_id)
        .where(Enrollment.campaign_id.in_(ground.campaigns), Message.kind == "touch")
    )
    if ground.split == "touch":
        wanted = wanted.outerjoin(Touch, Touch.id == Message.touch_id)
    return wanted.group_by(Message.enrollment_id, *([part] if ground.split else []))


def _counted(rows: Select[Any], name: str) -> Any:
    one = rows.subquery(f"{name}_rows")
    return (
        select(one.c.enrollment_id, one.c.part, func.count().label("n"))
        .group_by(one.c.enrollment_id, one.c.part)
        .subquery(name)
    )


def _only(*conditions: ColumnElement[bool]) -> Any:
    return case((and_(*conditions), literal(1, Integer)), else_=literal(0, Integer))
