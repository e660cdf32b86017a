"""Erasing a contact for good: our rows at once, then what others keep for us, until all of it is gone.

What could not be reached yet (a provider or a calendar that is away, a text still under way) stands in the
audit row of the erasure by ids alone, and is tried again until nothing is left.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from actions.calendars import CalendarError
from data import clock, scrubbing, settings
from data.db import reading, writing
from data.erasing import erase_rows
from data.models import Appointment, AuditEvent, Business, Message
from data.queries import audit
from scheduler import rate_limit
from scheduler.calendar_view import NoCalendar, calendar_changed, calendar_of
from scheduler.jobs import Job
from scheduler.provider.client import NotReached, Refused, provider

BLANK = "Visit"
"""What is left of the words of an event on a calendar."""

KNOWN_WITHIN = timedelta(days=1)
"""So long after the erasure the provider may still tell what became of a text that was under way."""

AT_ONCE = 100
"""So many texts are deleted at the provider in one job: well below a worker's time."""

AGAIN_EVERY = 600.0
"""Seconds (real time) between two tries at what could not be reached."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an erasure has done so far; `texts_left` and `events_left` are tried again by themselves.

    `files_left` could not be gone through and are not tried again: whoever erases is told which they are.
    """

    erasure: int
    persons: int
    texts: int
    called_off: int
    files: int
    texts_left: int
    events_left: int
    files_left: tuple[str, ...] = ()


def erase(business_id: int, phone: str, *, evidence: str) -> Outcome:
    """Erase what is kept about a number (E.164) and leave it alone from now on. Safe to repeat.

    `evidence`: who asked for it and how, which stays with the suppression.
    """
    with writing() as session:
        business = session.get_one(Business, business_id)
        done = erase_rows(session, business, phone, evidence=evidence)
        row = audit.note(
            session,
            business_id,
            audit.ERASING,
            None,
            contact=done.contact,
            texts=list(done.provider_ids),
            under_way=list(done.under_way),
            remove=list(done.ahead),
            blank=[visit for visit in done.visits if visit not in done.ahead],
        )
        erasure = row.id
    files = scrubbing.scrub(phone)
    while forget(erasure):
        pass  # as much as it takes: nobody else waits for this process
    with reading() as session:
        left = session.get_one(AuditEvent, erasure).detail
    return Outcome(
        erasure,
        done.persons,
        done.texts,
        len(done.ahead),
        files.rows,
        len(left.get("texts", ())) + len(left.get("under_way", ())),
        len(left.get("remove", ())) + len(left.get("blank", ())),
        files.left,
    )


def due() -> list[Job]:
    """The erasures that are not at their end; the sweep wakes them."""
    if not rate_limit.once_in("erasures", AGAIN_EVERY):
        return []
    with reading() as session:
        found = session.scalars(select(AuditEvent.id).where(AuditEvent.action == audit.ERASING))
        return [Job("forget", erasure) for erasure in found]


def forget(erasure: int) -> list[Job]:
    """Have the provider and the calendars forget what is left of an erasure, as far as they can be reached.

    So much at a time as a worker has time for; the job that goes on is returned.
    """
    with reading() as session:
        row = session.get(AuditEvent, erasure)
        if row is None or row.action != audit.ERASING:
            return []
        detail = row.detail
        sent, unknown = _sent_meanwhile(session, detail["under_way"])
        if row.created_at < clock.now() - KNOWN_WITHIN:
            unknown = []  # nobody will tell any more: it has never left
    texts = [*detail["texts"], *sent]
    still_there = _texts_left(texts[:AT_ONCE])
    left: dict[str, list[Any]] = {
        "texts": [*texts[AT_ONCE:], *still_there],
        "under_way": unknown,
        "remove": [visit for visit in detail["remove"] if not _gone(visit, remove=True)],
        "blank": [visit for visit in detail["blank"] if not _gone(visit, remove=False)],
    }
    with writing() as session:
        row = session.get_one(AuditEvent, erasure, with_for_update=True)
        if any(left.values()):
            row.detail = {"contact": detail["contact"], **left}
        else:
            row.action, row.detail = audit.ERASED, {"contact": detail["contact"]}
    if len(texts) > AT_ONCE and not still_there:
        return [Job("forget", erasure)]
    if any(left.values()):
        log.warning("erasure not at its end", erasure=erasure, **{n: len(ids) for n, ids in left.items()})
    return []


def _sent_meanwhile(session: Session, ids: Sequence[int]) -> tuple[list[str], list[int]]:
    """Of texts that were under way then: the provider's ids by now, and those of which nobody knows yet."""
    rows = session.execute(select(Message.id, Message.provider_id).where(Message.id.in_(ids))).all()
    known = [row.provider_id for row in rows if row.provider_id]
    return known, [row.id for row in rows if not row.provider_id]


def _texts_left(sids: Sequence[str]) -> list[str]:
    """Delete the provider's copies; those that are still there. One that does not answer is asked no more."""
    if not settings.get().twilio_account_sid:
        return list(sids)  # nobody can be asked until the account is set again
    left: list[str] = []
    for number, sid in enumerate(sids):
        try:
            provider().delete(sid)
        except Refused as refusal:
            log.warning("a text is not forgotten yet", code=refusal.code)
            left.append(sid)
        except NotReached:
            return [*left, *sids[number:]]
    return left


def _gone(visit_id: int, *, remove: bool) -> bool:
    """Take a visit off its calendar, or its words; whether that is done."""
    with reading() as session:
        visit = session.get(Appointment, visit_id)
    if visit is None:
        return True
    try:
        calendar = calendar_of(visit.calendar_connection_id)
        calendar.blank(visit.event_id, BLANK)  # first, since calendars keep what is removed for a while
        if remove:
            calendar.remove(visit.event_id)
    except (NoCalendar, CalendarError) as error:
        log.warning("an event is not emptied yet", visit=visit_id, error=type(error).__name__)
        return False
    finally:
        calendar_changed(visit.calendar_connection_id)
    return True
