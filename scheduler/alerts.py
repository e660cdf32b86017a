"""Telling staff by text that the service is in trouble: once, again after hours, and when it is over.

What was told stands in the outbox itself: the key of each alert says which trouble, and whether it began or
ended. Where no text can leave, the staff view says it all the same (troubles.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from data import clock, settings
from data.db import reading, writing
from data.models import Business, Message
from data.queries.messages import enqueue
from data.queries.senders import NoSender
from scheduler import rate_limit
from scheduler.jobs import Job
from scheduler.troubles import troubles

LOOK_EVERY = 60.0
"""Seconds (real time) between two looks, over all workers."""

AGAIN_AFTER = timedelta(hours=4)
REMEMBERED = timedelta(days=2)
"""Longer than AGAIN_AFTER: a trouble that lasts is told again before it is forgotten."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Told:
    """The last alert about one kind of trouble."""

    id: int
    ended: bool
    at: datetime
    still_here: bool


def watch_over() -> list[Job]:
    """Tell what is new about the troubles of each business, if it is time to look again."""
    if not settings.get().staff_notice_to or not rate_limit.once_in("alerts", LOOK_EVERY):
        return []
    return alert()


def alert() -> list[Job]:
    """Tell what is new about the troubles of each business. Returns the jobs to wake."""
    with reading() as session:
        businesses = list(session.scalars(select(Business.id)))
        quiet = [
            business
            for business in businesses
            if not troubles(session, business)
            and all(told.ended for told in _told(session, business).values())
        ]
    jobs: list[Job] = []
    for business in set(businesses) - set(quiet):
        with writing() as session:
            jobs += _alert(session, session.get_one(Business, business))
    return jobs


def _alert(session: Session, business: Business) -> list[Job]:
    told = _told(session, business.id)
    present = {trouble.kind: trouble for trouble in troubles(session, business.id)}
    jobs = []
    for kind, trouble in present.items():
        last = told.get(kind)
        if last is None or last.ended or last.at <= clock.now() - AGAIN_AFTER:
            again = "Still: " if last is not None and not last.ended else ""
            words = f"{again}{trouble.words} {trouble.link}".rstrip()
            jobs += _say(session, business, trouble.kind, "on", last, words)
            log.error("in trouble", kind=kind)
    for kind, last in told.items():
        if kind not in present and not last.ended:
            jobs += _over(session, business, kind, last)
    return jobs


def _over(session: Session, business: Business, kind: str, last: Told) -> list[Job]:
    if last.still_here:  # it could not even be told; what follows says all of it
        message = session.get_one(Message, last.id)
        message.state, message.cancelled_reason = "cancelled", "over"
    since = last.at.astimezone(ZoneInfo(business.timezone))
    what = OVER[kind.partition("_")[0]]
    words = f"It works again: {what}. It did not since {since:%H:%M} on {since:%d %b}."
    log.info("out of trouble", kind=kind)
    return _say(session, business, kind, "off", last, words)


OVER = {
    "sender": "texts leave",
    "provider": "texts leave",
    "model": "texts are understood",
    "calendar": "the calendar is connected",
    "queue": "work is done in time",
    "campaign": "the campaign runs, or has been ended",
}
"""What a kind of trouble is called once it is over."""


def _say(
    session: Session, business: Business, kind: str, which: str, last: Told | None, words: str
) -> list[Job]:
    # two sweeps that look at the same moment make the same key
    once = f"alert:{business.id}:{kind}:{which}:{last.id if last else 0}"
    to = settings.get().staff_notice_to
    try:
        message = enqueue(session, business, None, kind="notice", body=words, channel="sms", once=once, to=to)
    except NoSender:
        return []
    return [] if message is None else [Job("deliver", message.id)]


def _told(session: Session, business_id: int) -> dict[str, Told]:
    """What was told last about each kind of trouble; `at` is when the present one began to be told."""
    prefix = f"alert:{business_id}:"
    rows = session.execute(
        select(Message.id, Message.once, Message.created_at, Message.state)
        .where(
            Message.contact_id.is_(None),
            Message.kind == "notice",
            Message.business_id == business_id,
            Message.once.startswith(prefix, autoescape=True),
            Message.created_at >= clock.now() - REMEMBERED,
        )
        .order_by(Message.id)
    )
    told: dict[str, Told] = {}
    for row in rows:
        kind, which, _ = row.once.removeprefix(prefix).rsplit(":", 2)
        told[kind] = Told(row.id, which == "off", row.created_at, row.state == "queued")
    return told
