"""What the provider has really charged for texts: asked for in pages some minutes after they were sent.

A price is named only after a while, so that a text is reckoned at sending (actions/words/prices.py) and put
right here. Nothing is converted: a price in another currency than the business's stays an estimate.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice
from typing import Any, cast

import structlog
from sqlalchemy import Table, bindparam, func, select, update
from sqlalchemy.orm import Session

from data import clock
from data.db import reading, writing
from data.models import Business, Message
from data.profile import Profile
from scheduler import rate_limit
from scheduler.jobs import Job
from scheduler.provider.client import NotReached, Refused, looking_up, provider

EVERY = 600.0
"""Seconds (real time) between two looks, over all workers."""

NOT_BEFORE = timedelta(minutes=10)
"""So long after its sending a text has a price, as a rule."""

NOT_AFTER = timedelta(days=3)
"""Older texts are asked about no more: what has no price by then gets none."""

PAGE = 1_000
MOST_PAGES = 20

RECENT = 20_000
"""So many of the latest rows are looked at to see whether anything is to be asked at all."""

UNSENT = frozenset({"failed", "canceled"})
"""The provider's words for texts that never left: they are free, and never get a price."""

log = structlog.get_logger(__name__)
_message = cast(Table, Message.__table__)
_SET = (
    update(_message)
    .where(_message.c.provider_id == bindparam("sid"), ~_message.c.cost_known)
    .values(
        cost=bindparam("charged"),
        cost_known=True,
        segments=func.coalesce(bindparam("counted"), _message.c.segments),
    )
)


@dataclass(frozen=True, slots=True)
class Charge:
    """What the provider says of a text. `price` is positive; None: it has not named one yet."""

    provider_id: str
    price: float | None
    currency: str
    segments: int | None


def due() -> list[Job]:
    """One job every ten minutes, while texts are there whose price is not known; the sweep wakes it."""
    if not rate_limit.once_in("charges", EVERY):
        return []
    with reading() as session:
        return [Job("charges", 0)] if _unpriced(session) else []


def charges(_: int) -> list[Job]:
    """Go through what was sent lately, the newest first, until a page holds nothing that is still open."""
    try:
        for page in islice(_pages(), MOST_PAGES):
            if not _set(page):
                break
    except (NotReached, Refused) as error:
        log.warning("prices not asked for", error=type(error).__name__)
    return []


def _pages() -> Iterator[list[Charge]]:
    now = clock.now()
    with looking_up():
        page = (
            provider()
            .messages()
            .page(date_sent_after=now - NOT_AFTER, date_sent_before=now - NOT_BEFORE, page_size=PAGE)
        )
    while page is not None:
        with looking_up():
            read = [_charge(message) for message in page]
        yield read  # outside, since what the caller does with it is no answer of the provider's
        with looking_up():
            page = page.next_page()


def _charge(message: Any) -> Charge:
    price = message.price
    free = price is None and str(message.status) in UNSENT
    segments = str(message.num_segments or "")
    return Charge(
        message.sid,
        0.0 if free else None if price is None else abs(float(price)),
        str(message.price_unit or "").upper(),
        int(segments) if segments.isdecimal() and int(segments) else None,
    )


def _set(page: list[Charge]) -> bool:
    """Write down what is known; whether any text of the page was still open."""
    with reading() as session:
        currencies = _currencies(session)
        owners = {
            row.provider_id: row.business_id
            for row in session.execute(
                select(Message.provider_id, Message.business_id).where(
                    Message.provider_id.in_([charge.provider_id for charge in page]), ~Message.cost_known
                )
            )
        }
    known, foreign = [], 0
    for charge in page:
        owner = owners.get(charge.provider_id)
        if owner is None or charge.price is None:
            continue
        if charge.price and charge.currency != currencies[owner]:
            foreign += 1
            continue
        known.append({"sid": charge.provider_id, "charged": charge.price, "counted": charge.segments})
    if foreign:
        log.warning("prices in another currency than the business's stay estimates", texts=foreign)
    if known:
        with writing() as session:
            session.connection().execute(_SET, known)
    return bool(owners)


def _unpriced(session: Session) -> bool:
    now = clock.now()
    latest = session.scalar(select(func.max(Message.id))) or 0
    wanted = select(Message.id).where(
        Message.id > latest - RECENT,
        Message.direction == "out",
        Message.provider_id.is_not(None),
        ~Message.cost_known,
        Message.sent_at.between(now - NOT_AFTER, now - NOT_BEFORE),
    )
    return session.scalar(wanted.limit(1)) is not None


def _currencies(session: Session) -> dict[int, str]:
    rows = session.execute(select(Business.id, Business.profile))
    return {row.id: Profile.model_validate(row.profile).currency.upper() for row in rows}
