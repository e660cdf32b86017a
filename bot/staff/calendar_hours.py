"""The working hours as a form: a line for each weekday, two or more stretches in each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import time
from itertools import groupby

from data.profile import OpenHours

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
STRETCHES = 2
"""So many stretches a day can be entered: before and after lunch. More that the business file has stay."""

Stretch = tuple[str, str]


class HoursRefused(Exception):
    """The hours cannot be used; the message says which day and why."""


@dataclass(frozen=True, slots=True)
class Line:
    """A weekday, 1 = Monday, with its stretches as they stand in the fields ("09:00", or empty)."""

    day: int
    name: str
    stretches: tuple[Stretch, ...]

    @property
    def is_closed(self) -> bool:
        return not any(start or end for start, end in self.stretches)


def lines(hours: Iterable[OpenHours]) -> list[Line]:
    """The hours as the form shows them."""
    found = {day: _of_day(hours, day) for day in range(1, 8)}
    longest = max(STRETCHES, *map(len, found.values()))
    empty = ("", "")
    return [
        Line(day, DAYS[day - 1], tuple(found[day] + [empty] * (longest - len(found[day])))) for day in found
    ]


def typed(form: Mapping[str, str], present: list[Line]) -> list[Line]:
    """The form's lines as they were sent."""
    return [
        Line(
            line.day,
            line.name,
            tuple(
                (
                    form.get(f"start-{line.day}-{number}", "").strip(),
                    form.get(f"end-{line.day}-{number}", "").strip(),
                )
                for number in range(len(line.stretches))
            ),
        )
        for line in present
    ]


def hours_of(sent: Iterable[Line], before: Iterable[Line]) -> list[OpenHours]:
    """The hours that were sent, days with the same stretch together. Raises HoursRefused.

    Past midnight they may run only where they did before: in a form it is mostly a slip.
    """
    known = {(line.day, stretch) for line in before for stretch in line.stretches}
    stretches = []
    for line in sent:
        for start, end in line.stretches:
            if not start and not end:
                continue
            begins, ends = _time(line, start), _time(line, end)
            if ends <= begins and ends != time() and (line.day, (start, end)) not in known:
                raise HoursRefused(f"{line.name}: {end} is not after {start}.")
            stretches.append((begins, ends, line.day))
    if not stretches:
        raise HoursRefused("With no hours at all nothing could ever be offered. Leave at least one day open.")
    return [
        OpenHours(days=tuple(sorted({day for *_, day in same})), start=start, end=end)
        for (start, end), same in groupby(sorted(stretches), key=lambda one: one[:2])
    ]


def _of_day(hours: Iterable[OpenHours], day: int) -> list[Stretch]:
    return sorted((f"{one.start:%H:%M}", f"{one.end:%H:%M}") for one in hours if day in one.days)


def _time(line: Line, text: str) -> time:
    try:
        found = time.fromisoformat(text)
    except ValueError:
        raise HoursRefused(f"{line.name}: enter both a beginning and an end, such as 09:00.") from None
    return found.replace(second=0, microsecond=0, tzinfo=None)
