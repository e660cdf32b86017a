"""Whether a campaign's figures add up to the row: what must always hold, looked for in the rows."""

from __future__ import annotations

from sqlalchemy import and_, case, func, not_, or_, select
from sqlalchemy.orm import Session

from data.enrollment_outcomes import OUTCOMES
from data.figures.counting import funnels
from data.figures.endings import OPEN_STATES, outcomes
from data.models import Enrollment, Message

_NARROWING = (
    ("sent", "enrolled"),
    ("delivered", "sent"),
    ("failed", "enrolled"),
    ("replied", "sent"),
    ("conversing", "replied"),
    ("booked", "sent"),
    ("attended", "booked"),
    ("no_show", "booked"),
    ("returned", "sent"),
    ("reactivated", "sent"),
    ("opted_out", "sent"),
)
"""The first is never more than the second."""

_SUMMED = ("enrolled", *dict.fromkeys(one for one, _ in _NARROWING if one != "reactivated"))


def check(session: Session, campaign_id: int) -> list[str]:
    """What does not add up in a campaign, a sentence each; nothing where all is well."""
    return [
        *_rows_at_odds(session, campaign_id),
        *_touches_at_odds(session, campaign_id),
        *_figures_at_odds(session, campaign_id),
    ]


def _rows_at_odds(session: Session, campaign_id: int) -> list[str]:
    is_open = Enrollment.state.in_(OPEN_STATES)
    named = Enrollment.outcome.in_(sorted(OUTCOMES))
    faults = {
        "in no known state": Enrollment.state.not_in((*OPEN_STATES, "finished", "stopped")),
        "over without a named outcome": and_(~is_open, or_(Enrollment.outcome.is_(None), not_(named))),
        "over without saying when": and_(~is_open, Enrollment.ended_at.is_(None)),
        "over and still waiting for a touch": and_(
            ~is_open, or_(Enrollment.due_at.is_not(None), Enrollment.queued)
        ),
        "open with an outcome": and_(is_open, Enrollment.outcome.is_not(None)),
    }
    counts = session.execute(
        select(*(func.sum(case((fault, 1), else_=0)) for fault in faults.values())).where(
            Enrollment.campaign_id == campaign_id
        )
    ).one()
    return [f"{n} enrollments are {name}" for name, n in zip(faults, counts, strict=True) if n]


def _touches_at_odds(session: Session, campaign_id: int) -> list[str]:
    mine = (Enrollment.campaign_id == campaign_id, Message.kind == "touch", Message.sent_at.is_not(None))
    repeated = (
        select(Message.enrollment_id)
        .join(Enrollment, Enrollment.id == Message.enrollment_id)
        .where(*mine, Message.touch_id.is_not(None), Message.state.not_in(("failed", "undelivered")))
        .group_by(Message.enrollment_id, Message.touch_id)
        .having(func.count() > 1)
        .subquery("repeated")
    )
    left = select(Message.id).where(
        Message.enrollment_id == Enrollment.id, Message.kind == "touch", Message.sent_at.is_not(None)
    )
    unsent = Enrollment.outcome == "not_sent"
    met_silence = Enrollment.outcome.in_(("no_reply", "cut_short"))
    faults = {
        "touches left more than once": select(func.count()).select_from(repeated),
        "enrollments ended as not sent although a touch left": select(func.count()).where(
            Enrollment.campaign_id == campaign_id, unsent, left.exists()
        ),
        "enrollments met silence although no touch left": select(func.count()).where(
            Enrollment.campaign_id == campaign_id,
            met_silence,
            ~select(Message.id)
            .where(Message.enrollment_id == Enrollment.id, Message.kind == "touch")
            .where(or_(Message.sent_at.is_not(None), Message.state == "unknown"))
            .exists(),
        ),
    }
    found = {name: session.scalar(question) for name, question in faults.items()}
    return [f"{n} {name}" for name, n in found.items() if n]


def _figures_at_odds(session: Session, campaign_id: int) -> list[str]:
    rows = funnels(session, campaign_id, "", "variant", "tier")
    (whole,) = rows.pop("")
    found = [
        f"{small} ({getattr(whole, small)}) is more than {large} ({getattr(whole, large)})"
        for small, large in _NARROWING
        if getattr(whole, small) > getattr(whole, large)
    ]
    ends = outcomes(session, campaign_id)
    if ends.all != whole.enrolled:
        found.append(f"the outcomes and what is open add up to {ends.all} of {whole.enrolled} enrolled")
    for by, each in rows.items():
        for column in _SUMMED:
            added = sum(getattr(row, column) for row in each)
            if added != getattr(whole, column):
                found.append(f"{column} by {by} adds up to {added} of {getattr(whole, column)}")
    return found
