"""What became of the contacts of campaigns, asked of the rows in one statement.

Whatever happens belongs to the latest touch before it, of whichever campaign, so that nothing is counted in
two. How long after a touch it may come is written here; docs/figures.md says the same in words.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import CTE, ColumnElement, Select, and_, case, func, literal, or_, select, union_all

from data import clock
from data.figures.ground import Ground, belongs, belongs_on, touches, whose
from data.message_states import FAILURES
from data.models import Appointment, Enrollment, Message, Person, Touch
from data.models.booking import LIVE

REPLY_DAYS = 30
"""A reply or an opt-out belongs to a touch for so many days after it."""
BOOKING_DAYS = 60
"""A booking, or a return by another road, for so many days after the first touch of the campaign."""

FLAGS = ("sent", "delivered", "failed", "replied", "conversing", "booked", "attended", "no_show", "returned")


def who_wrote(ground: Ground) -> Select[Any]:
    """The contacts who have written at all."""
    return whose(ground, Message.contact_id, Message.direction == "in")


def who_booked(ground: Ground) -> Select[Any]:
    """The contacts who have made an appointment at all."""
    return whose(ground, Appointment.contact_id)


def _who_returned(ground: Ground) -> Select[Any]:
    return whose(ground, Person.contact_id, Person.last_visit >= ground.since.date() - timedelta(days=1))


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
            Person.last_visit >= ground.since.date() - timedelta(days=1),
            belongs_on(ground, touch, Person.last_visit),
            Person.last_visit < spans.day_later(first_day, BOOKING_DAYS),
        ),
    )
    noticed = (
        select(touch.c.enrollment_id, touch.c.part)
        .join(Enrollment, Enrollment.id == touch.c.enrollment_id)
        .where(
            _noticed(),
            belongs(touch, Enrollment.ended_at),
            Enrollment.ended_at < spans.later(touch.c.began_at, BOOKING_DAYS),
        )
    )
    both = union_all(on_file, noticed).subquery("returns")
    return select(both.c.enrollment_id, both.c.part)


def _noticed() -> ColumnElement[bool]:
    return or_(Enrollment.outcome == "visited", Enrollment.stopped_reason == "booked_elsewhere")


def cube(ground: Ground) -> Select[Any]:
    """How many contacts share the same traits and fate: `campaign_id, variant, tier, part`, FLAGS, `n`.

    With a split, those count for a part for whom a text of it was made. Everything that happened is put one
    below the other and summed once: how large joins of sums become, no planner guesses right.
    """
    contacts = union_all(
        who_wrote(ground),
        who_booked(ground),
        _who_returned(ground),
        whose(ground, Enrollment.contact_id, _noticed()),
    )
    touch = touches(ground, contacts)
    made = bookings(ground, touch)
    event = union_all(
        _texts(ground),
        _noted(replies(ground, touch), reply=literal(1)),
        _noted(
            made,
            booked=literal(1),
            attended=made.selected_columns.attended,
            no_show=made.selected_columns.no_show,
        ),
        _noted(returns(ground, touch), back=literal(1)),
    ).subquery("event")
    sums = [func.sum(event.c[name]) if name == "reply" else func.max(event.c[name]) for name in _NOTED]
    fate = (
        select(
            event.c.enrollment_id, event.c.part, *(one.label(n) for n, one in zip(_NOTED, sums, strict=True))
        )
        .group_by(event.c.enrollment_id, event.c.part)
        .subquery("fate")
    )
    flags = {
        "sent": fate.c.sent == 1,
        "delivered": fate.c.delivered == 1,
        "failed": and_(fate.c.failed == 1, fate.c.delivered == 0),
        "replied": fate.c.reply > 0,
        "conversing": fate.c.reply > 1,
        "booked": fate.c.booked == 1,
        "attended": fate.c.attended == 1,
        "no_show": and_(fate.c.no_show == 1, fate.c.attended == 0),
        "returned": and_(fate.c.back == 1, fate.c.booked == 0),
    }
    part = fate.c.part if ground.split else literal("").label("part")
    unit = (
        select(
            Enrollment.campaign_id,
            Enrollment.variant,
            Enrollment.tier,
            part,
            *(case((flags[name], 1), else_=0).label(name) for name in FLAGS),
        )
        .join_from(Enrollment, fate, fate.c.enrollment_id == Enrollment.id, isouter=not ground.split)
        .where(Enrollment.campaign_id.in_(ground.campaigns))
        .subquery("unit")
    )
    return select(*unit.c, func.count().label("n")).group_by(*unit.c)


_NOTED = ("sent", "delivered", "failed", "reply", "booked", "attended", "no_show", "back")


def _texts(ground: Ground) -> Select[Any]:
    """Each text of these campaigns, and what became of it."""
    part = ground.part(func.coalesce(Touch.step, 0), Message.channel)
    wanted = (
        select(
            Message.enrollment_id,
            part,
            *_notes(
                sent=case((Message.sent_at.is_not(None), 1), else_=0),
                delivered=case((Message.state.in_(("delivered", "read")), 1), else_=0),
                failed=case((Message.state.in_(sorted(FAILURES)), 1), else_=0),
            ),
        )
        .join(Enrollment, Enrollment.id == Message.enrollment_id)
        .where(Enrollment.campaign_id.in_(ground.campaigns), Message.kind == "touch")
    )
    return wanted.outerjoin(Touch, Touch.id == Message.touch_id) if ground.split == "touch" else wanted


def _noted(rows: Select[Any], **notes: Any) -> Select[Any]:
    """Rows of something that happened, as one of the parts of what happened in all."""
    return rows.with_only_columns(
        rows.selected_columns.enrollment_id, rows.selected_columns.part, *_notes(**notes)
    )


def _notes(**notes: Any) -> list[Any]:
    return [notes.get(name, literal(0)).label(name) for name in _NOTED]
