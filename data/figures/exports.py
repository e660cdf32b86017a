"""A campaign's files for spreadsheets: enrollments, dead numbers, opt-outs, texts, figures, money.

No file holds what anybody wrote. Names and numbers are the business's own list and stay with whoever asks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TextIO
from zoneinfo import ZoneInfo

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session, aliased

from data.enrollment_outcomes import OUTCOMES
from data.figures.counting import By, funnels
from data.figures.csv_cells import write_rows
from data.figures.funnel_cells import COUNTS, TIMES, cells_of
from data.figures.ground import Ground
from data.figures.money_files import write_money
from data.figures.opt_outs import opt_outs
from data.figures.pilot_report import DEAD
from data.message_states import FAILURES
from data.models import Business, Campaign, Contact, Conversation, Enrollment, Message, Person, Touch


def write_enrollments(session: Session, campaign_id: int, file: TextIO) -> int:
    """Every contact of the campaign with how it ended. Returns the number of rows, as all of these do."""
    sent = (
        select(func.count(Message.id))
        .where(Message.enrollment_id == Enrollment.id, Message.kind == "touch", Message.sent_at.is_not(None))
        .scalar_subquery()
    )
    rows = session.execute(
        _people(
            Enrollment.variant, Enrollment.tier, Enrollment.score, Enrollment.state, Enrollment.outcome,
            Enrollment.stopped_reason, Enrollment.began_at, Enrollment.touched_at, Enrollment.ended_at, sent,
        )
        .where(Enrollment.campaign_id == campaign_id)
        .order_by(Enrollment.id)
        .execution_options(yield_per=1_000)
    )  # fmt: skip
    header = (
        *_WHO, "variant", "tier", "score", "state", "outcome", "because", "began_at",
        "last_touch_at", "ended_at", "touches_sent", "outcome_means",
    )  # fmt: skip
    cells = ((*row, OUTCOMES.get(row.outcome or "", "")) for row in rows)
    return write_rows(file, header, cells, _zone(session, campaign_id))


def write_dead_numbers(session: Session, campaign_id: int, file: TextIO) -> int:
    """The contacts whose texts do not arrive, or whose number is somebody else's, with the last code."""
    code = (
        select(Message.error_code)
        .where(Message.contact_id == Contact.id, Message.state.in_(sorted(FAILURES)))
        .order_by(Message.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    rows = session.execute(
        _people(func.coalesce(Enrollment.outcome, Conversation.outcome), code, Enrollment.ended_at)
        .outerjoin(Conversation, Conversation.contact_id == Contact.id)
        .where(Enrollment.campaign_id == campaign_id)
        .where(or_(Enrollment.outcome.in_(DEAD), Conversation.outcome.in_(DEAD)))
        .order_by(Enrollment.id)
    )
    return write_rows(file, (*_WHO, "outcome", "error_code", "ended_at"), rows, _zone(session, campaign_id))


def write_opt_outs(session: Session, campaign_id: int, file: TextIO) -> int:
    """The contacts who wanted no more texts after a touch of this campaign, and when they said so."""
    moments = {one.enrollment_id: one.at for one in opt_outs(Ground.of(session, (campaign_id,)))}
    rows = session.execute(
        _people(Enrollment.id.label("enrollment"))
        .where(Enrollment.campaign_id == campaign_id, Enrollment.id.in_(sorted(moments)))
        .order_by(Enrollment.id)
    )
    cells = ((*row[:-1], moments[row.enrollment]) for row in rows)
    return write_rows(file, (*_WHO, "opted_out_at"), cells, _zone(session, campaign_id))


def write_texts(session: Session, campaign_id: int, file: TextIO) -> int:
    """Every touch that was made, and what became of it; not its words."""
    rows = session.execute(
        select(
            Message.id, Message.contact_id, Message.to_address, Touch.step, Enrollment.variant,
            Message.channel, Message.state, Message.error_code, Message.cancelled_reason,
            Message.created_at, Message.sent_at,
            Message.segments, Message.cost, Message.cost_known,
        )
        .join(Enrollment, Enrollment.id == Message.enrollment_id)
        .outerjoin(Touch, Touch.id == Message.touch_id)
        .where(Enrollment.campaign_id == campaign_id, Message.kind == "touch")
        .order_by(Message.id)
        .execution_options(yield_per=1_000)
    )  # fmt: skip
    header = (
        "text", "contact_id", "phone", "step", "variant", "channel", "state", "error_code",
        "cancelled_because", "made_at", "sent_at", "sms_segments", "cost", "cost_is_the_providers",
    )  # fmt: skip
    return write_rows(file, header, rows, _zone(session, campaign_id))


def write_figures(session: Session, campaign_id: int, file: TextIO) -> int:
    """The funnel, in all and by variant, tier, touch and channel; times to reply in minutes."""
    return write_rows(file, ("by", "key", *COUNTS, *TIMES), _figures(session, campaign_id))


EXPORTS: dict[str, Callable[[Session, int, TextIO], int]] = {
    "enrollments": write_enrollments,
    "dead-numbers": write_dead_numbers,
    "opt-outs": write_opt_outs,
    "texts": write_texts,
    "figures": write_figures,
    "money": write_money,
}
"""Name -> what writes the file, for the command line and the screens."""


def _figures(session: Session, campaign_id: int) -> Iterator[tuple[object, ...]]:
    parts: tuple[By, ...] = ("", "variant", "tier", "touch", "channel")
    for by, rows in funnels(session, campaign_id, *parts).items():
        for row in rows:
            yield by or "all", row.key, *cells_of(row)


_WHO = ("contact_id", "crm_id", "first_name", "last_name", "phone")


def _people(*columns: Any) -> Select[Any]:
    """Enrollments with who they are about: the person addressed, or the first one at the number."""
    other = aliased(Person)
    first = select(func.min(other.id)).where(other.contact_id == Contact.id).scalar_subquery()
    return (
        select(Contact.id, Person.crm_id, Person.first_name, Person.last_name, Contact.phone, *columns)
        .select_from(Enrollment)
        .join(Contact, Contact.id == Enrollment.contact_id)
        .outerjoin(Person, Person.id == func.coalesce(Enrollment.person_id, first))
    )


def _zone(session: Session, campaign_id: int) -> ZoneInfo:
    wanted = select(Business.timezone).join(Campaign, Campaign.business_id == Business.id)
    return ZoneInfo(session.scalars(wanted.where(Campaign.id == campaign_id)).one())
