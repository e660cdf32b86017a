"""What a campaign brought in and what its texts cost; what is real and what is estimated stay apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, case, func, not_, or_, select
from sqlalchemy.orm import Session

from data.figures.facts import REPLY_DAYS, bookings_of, who_booked
from data.figures.ground import Ground, belongs, belongs_on, touches, whose
from data.figures.row import Funnel
from data.models import Appointment, Enrollment, Message, Sale
from data.models.booking import LIVE
from data.profile import Profile

WINDOWS = (30, 60, 90)
"""Days from a campaign's first touch to a contact."""


@dataclass(frozen=True, slots=True)
class Revenue:
    """What came in within so many days of the first touch, in the business's currency."""

    days: int
    sales: int = 0
    amount: float = 0.0
    """The sum of real sales; no estimate is ever in it."""
    visits_without_sale: int = 0
    """Contacts with a visit that stands, within the same days, of whom no sale is known."""
    estimate: float | None = None
    """Those times the owner's average; None where the owner has named none."""


@dataclass(frozen=True, slots=True)
class Spend:
    """What texts have cost, in the business's currency."""

    touches: float = 0.0
    talk: float = 0.0
    """Everything else that was written to its contacts because of it: answers, reminders, staff's texts."""
    known: float = 0.0
    """So much of it is the provider's own figure; the rest is what was reckoned at sending."""
    texts: int = 0
    unpriced: int = 0
    """Texts that left and of whose price nothing is known."""

    @property
    def total(self) -> float:
        """All of it."""
        return self.touches + self.talk

    @property
    def is_estimate(self) -> bool:
        """Whether part of it was reckoned at sending, or the price of a text is not known."""
        return self.unpriced > 0 or round(self.total - self.known, 6) > 0


def cost_per_booking(spent: Spend, whole: Funnel) -> float | None:
    """What was spent for each contact who booked; None while nobody has."""
    return spent.total / whole.booked if whole.booked else None


def return_on_spend(sold: Sequence[Revenue], spent: Spend) -> float | None:
    """Real sales within the longest of WINDOWS for each unit of money spent; None where nothing was spent."""
    return sold[-1].amount / spent.total if spent.total else None


def revenue(session: Session, campaign_id: int) -> tuple[Revenue, ...]:
    """The revenue of a campaign for each of WINDOWS.

    A sale belongs to the latest touch up to and on its day, of whichever campaign: none is counted twice.
    """
    ground = Ground.of(session, (campaign_id,))
    touch = touches(ground, whose(ground, Sale.contact_id))
    first_day = ground.spans.day(touch.c.began_at)
    sold = (
        select(
            touch.c.enrollment_id,
            Sale.amount,
            *(_flag(Sale.sold_on < ground.spans.day_later(first_day, n), f"in_{n}") for n in WINDOWS),
        )
        .join(touch, and_(Sale.contact_id == touch.c.contact_id, belongs_on(ground, touch, Sale.sold_on)))
        .where(Sale.sold_on < ground.spans.day_later(first_day, WINDOWS[-1]))
        .subquery("sold")
    )
    counts = [func.sum(sold.c[f"in_{n}"]) for n in WINDOWS]
    sums = [func.sum(case((sold.c[f"in_{n}"] == 1, sold.c.amount), else_=0.0)) for n in WINDOWS]
    row = session.execute(select(*counts, *sums)).one()
    waiting = _visits_without_sale(ground)
    average = Profile.model_validate(ground.business.profile).average_sale
    return tuple(
        Revenue(
            days,
            int(row[place] or 0),
            round(float(row[place + len(WINDOWS)] or 0.0), 2),
            waiting[place],
            None if average is None else round(waiting[place] * average, 2),
        )
        for place, days in enumerate(WINDOWS)
    )


def _visits_without_sale(ground: Ground) -> list[int]:
    touch = touches(ground, who_booked(ground))
    sale = touch.alias("sale_touch")
    first_day = ground.spans.day(sale.c.began_at)
    paid = (
        select(sale.c.enrollment_id)
        .join(Sale, and_(Sale.contact_id == sale.c.contact_id, belongs_on(ground, sale, Sale.sold_on)))
        .where(Sale.sold_on < ground.spans.day_later(first_day, WINDOWS[-1]))
    )
    stands = and_(Appointment.state.in_(LIVE), Appointment.no_show_at.is_(None))
    within = [
        _flag(Appointment.start_at < ground.spans.later(touch.c.began_at, n), f"in_{n}") for n in WINDOWS
    ]
    visits = (
        select(touch.c.enrollment_id, *within)
        .join_from(Appointment, touch, bookings_of(ground, touch))
        .where(stands, not_(touch.c.enrollment_id.in_(paid)))
        .subquery("visits")
    )
    once = (
        select(visits.c.enrollment_id, *(func.max(visits.c[f"in_{n}"]).label(f"in_{n}") for n in WINDOWS))
        .group_by(visits.c.enrollment_id)
        .subquery("once")
    )
    row = ground.session.execute(select(*(func.sum(once.c[f"in_{n}"]) for n in WINDOWS))).one()
    return [int(each or 0) for each in row]


def spend(session: Session, campaign_id: int) -> Spend:
    """What the texts of a campaign have cost so far, the talk that followed included.

    An answer, a reminder or a text of staff's belongs to the latest touch before it for 30 days, as a reply.
    """
    own = _sums(
        select(Message.cost, Message.cost_known)
        .join(Enrollment, Enrollment.id == Message.enrollment_id)
        .where(
            Enrollment.campaign_id == campaign_id,
            Message.kind == "touch",
            or_(Message.sent_at.is_not(None), Message.cost_known),
        )
    )
    ground = Ground.of(session, (campaign_id,))
    beside = and_(Message.direction == "out", Message.kind != "touch")
    touch = touches(ground, whose(ground, Message.contact_id, beside))
    talk = _sums(
        select(Message.cost, Message.cost_known)
        .join(
            touch,
            and_(
                Message.contact_id == touch.c.contact_id,
                belongs(touch, Message.sent_at),
                Message.sent_at < ground.spans.later(touch.c.sent_at, REPLY_DAYS),
            ),
        )
        .where(beside)
    )
    mine, theirs = session.execute(own).one(), session.execute(talk).one()
    return Spend(
        touches=round(float(mine.cost or 0.0), 6),
        talk=round(float(theirs.cost or 0.0), 6),
        known=round(float(mine.known or 0.0) + float(theirs.known or 0.0), 6),
        texts=mine.texts + theirs.texts,
        unpriced=int(mine.unpriced or 0) + int(theirs.unpriced or 0),
    )


def _sums(texts: Any) -> Any:
    each = texts.subquery("each")
    return select(
        func.sum(each.c.cost).label("cost"),
        func.sum(case((each.c.cost_known, each.c.cost), else_=0.0)).label("known"),
        func.sum(case((each.c.cost.is_(None), 1), else_=0)).label("unpriced"),
        func.count().label("texts"),
    )


def _flag(condition: Any, name: str) -> Any:
    return case((condition, 1), else_=0).label(name)
