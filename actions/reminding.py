"""When somebody is reminded of a visit: pure, from its start, the owner's wish and the lawful hours."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from actions.lawful_hours import NoLawfulTimeError, is_lawful, next_lawful
from actions.lawful_table import LawfulTable
from data.whereabouts import Whereabouts

APART = timedelta(hours=3)
"""Two reminders that quiet hours push closer together than this are one."""

JUST_TOLD = timedelta(hours=1)
"""Nobody is reminded so soon after the confirmation."""

LATEST = timedelta(minutes=15)
"""So shortly before a visit, a reminder helps nobody any more."""

_LOOK_BACK = timedelta(hours=36)
_STEP = timedelta(minutes=15)


@dataclass(frozen=True, slots=True, order=True)
class Reminder:
    """One reminder: when it leaves (UTC), and how many minutes before the visit the owner wanted it."""

    at: datetime
    lead: int


def reminders(
    start: datetime, leads: Sequence[int], where: Whereabouts, table: LawfulTable | None = None
) -> tuple[Reminder, ...]:
    """All reminders of a visit that starts at `start` (aware), in order; `leads` in minutes before it.

    One whose moment falls into quiet hours waits for their end if at least half of its lead is left then,
    else it leaves at the last lawful moment before. One for which there is no such moment is left out.
    """
    found: list[Reminder] = []
    for reminder in sorted(_lawful(start.astimezone(UTC), leads, where, table)):
        if found and reminder.at - found[-1].at < APART:
            continue
        found.append(reminder)
    return tuple(found)


def next_after(
    start: datetime,
    leads: Sequence[int],
    where: Whereabouts,
    moment: datetime,
    table: LawfulTable | None = None,
) -> datetime | None:
    """When the first reminder after `moment` (aware) leaves; None where there is none."""
    return next((one.at for one in reminders(start, leads, where, table) if one.at > moment), None)


def due_at(
    start: datetime,
    leads: Sequence[int],
    where: Whereabouts,
    now: datetime,
    table: LawfulTable | None = None,
) -> Reminder | None:
    """The reminder whose turn it is: the last one whose moment has come. None shortly before the visit."""
    if now > start - LATEST:
        return None
    return next((one for one in reversed(reminders(start, leads, where, table)) if one.at <= now), None)


def _lawful(
    start: datetime, leads: Sequence[int], where: Whereabouts, table: LawfulTable | None
) -> Iterator[Reminder]:
    for lead in sorted(set(leads), reverse=True):
        wanted = start - timedelta(minutes=lead)
        try:
            later = next_lawful(wanted, where, table)
        except NoLawfulTimeError:
            return
        if start - later >= max(timedelta(minutes=lead) / 2, LATEST):
            yield Reminder(later, lead)
        elif earlier := _last_lawful(wanted, where, table):
            yield Reminder(earlier, lead)


def _last_lawful(moment: datetime, where: Whereabouts, table: LawfulTable | None) -> datetime | None:
    """The last quarter of an hour before `moment` at which a text may leave; None in a day or so."""
    found = moment - _STEP
    while found >= moment - _LOOK_BACK:
        # with some room before the hours end, so that it does not wait for the next ones after all
        last = found + _STEP - timedelta(seconds=1)
        if is_lawful(found, where, table) and is_lawful(last, where, table):
            return found
        found -= _STEP
    return None
