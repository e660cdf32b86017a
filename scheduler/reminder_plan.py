"""What a visit's row says of its reminders: when the next one is looked at, and whether one still holds."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from actions import reminding
from data import clock
from data.models import Appointment, Business, Contact, Message
from scheduler.gather import lawful_table_of, profile_of, whereabouts_of

KIND = "reminder"
FOLLOW_UP = "follow_up"


def expect(visit: Appointment, business: Business, contact: Contact, *, told: bool = True) -> None:
    """The visit stands from now on where it stands: its reminders are derived anew.

    `told`: the contact has just been told the time, and is not reminded within the next hour.
    """
    since = clock.now() + (reminding.JUST_TOLD if told else timedelta(0))
    visit.remind_at = _next(visit, business, contact, since)
    visit.no_show_at = None


def expect_next(visit: Appointment, business: Business, contact: Contact) -> None:
    """One was looked at: on to the one that follows."""
    visit.remind_at = _next(visit, business, contact, clock.now())


def due(visit: Appointment, business: Business, contact: Contact) -> reminding.Reminder | None:
    """The reminder whose turn it is."""
    leads = profile_of(business).reminder_minutes
    where, table = whereabouts_of(contact), lawful_table_of(business)
    return reminding.due_at(visit.start_at, leads, where, clock.now(), table)


def key(visit: Appointment, lead: int) -> str:
    """The key by which a reminder exists once: of this visit, at this time of it, this long before."""
    return f"{KIND}:{visit.id}:{visit.version}:{lead}"


def still_holds(session: Session, message: Message) -> bool:
    """Whether a queued reminder is still true: its visit stands as it did, and is still ahead."""
    if message.once is None:
        return True  # not queued yet: whoever asks has just looked at the visit
    _, visit_id, version, _ = message.once.split(":")
    visit = session.get(Appointment, int(visit_id))
    if visit is None or (visit.state, visit.version) != ("booked", int(version)):
        return False
    return clock.now() <= visit.start_at - reminding.LATEST


def _next(visit: Appointment, business: Business, contact: Contact, since: datetime) -> datetime | None:
    leads = profile_of(business).reminder_minutes
    where, table = whereabouts_of(contact), lawful_table_of(business)
    return reminding.next_after(visit.start_at, leads, where, since, table)
