"""Which two or three openings to offer: those that fit what was asked, spread so that the choice is real.

Pure and deterministic. Openings are aware; the windows that the contact named are wall time of the zone in
which they were read, and all comparing is done in that wall time.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

from actions.preferred_time import PreferredTime, preferred_time
from nlu.understanding import Times, Window

Fit = Literal["exact", "fits", "near", "none"]

_DAY = timedelta(days=1)
_HOUR = timedelta(hours=1)
_REACH = 28
"""For how many days "after 3" is looked for."""

_ABOUT_A_WEEK = timedelta(days=8)


@dataclass(frozen=True, slots=True)
class Offer:
    """The openings to put to a contact, ascending, and how they fit what was asked.

    "exact": the very time that was named. "near": nothing fits, these are closest. "none": nothing at all.
    """

    openings: tuple[datetime, ...] = ()
    fit: Fit = "none"


class At(NamedTuple):
    """An opening, first in the wall time of the zone, then as it came."""

    local: datetime
    moment: datetime


def choose_offers(
    openings: Sequence[datetime],
    wanted: Times,
    *,
    zone: str,
    duration: timedelta,
    count: int = 3,
    avoid: Collection[datetime] = (),
    preferred: str | None = None,
) -> Offer:
    """Up to `count` of `openings` (aware) for what was asked; `wanted` is local to `zone`.

    A named time that is free is offered alone, whatever `avoid` says. Else the likeliest window that has
    openings decides: of a part of one day its earliest openings in order, of a day an early, a middle and a
    late one, of more days different days at different hours, the soonest first. Windows that name several
    days or parts of days in the same way share the offer. `avoid` holds what was offered before or should
    wait for others; `preferred` is a note on file ("mornings"), heard where the wish leaves room.
    """
    tz = ZoneInfo(zone)
    every = [At(moment.astimezone(tz).replace(tzinfo=None), moment) for moment in sorted(set(openings))]
    passed = set(avoid)
    free = [
        at
        for at in every
        if at.moment not in passed and not any(_collides(at, window, duration) for window in wanted.excluded)
    ]
    liking = preferred_time(preferred)
    windows = [each for window in wanted.windows for each in _daily(window)]
    if not windows:
        return _offer(_over_days(_liked(free, liking, count), count), "fits")
    for index, window in enumerate(windows):
        if _is_named_time(window):
            if exact := [at for at in every if at.local == window.start]:
                return _offer(exact[:1], "exact")
        elif _inside(free, window, duration):
            return _offer(_among(free, windows[index:], duration, count, liking), "fits")
    return _offer(_near(free, windows[0], count), "near")


def _offer(chosen: Iterable[At], fit: Fit) -> Offer:
    openings = tuple(sorted(at.moment for at in chosen))
    return Offer(openings, fit if openings else "none")


def _daily(window: Window) -> list[Window]:
    """A time of day from which on it suits, without an end and thus without a day ("after 3"), on any day."""
    if window.end is not None or window.grain not in ("minute", "hour", "part_of_day"):
        return [window]
    midnight = datetime.combine(window.start.date() + _DAY, time())
    return [
        Window(window.start + days * _DAY, midnight + days * _DAY, window.grain) for days in range(_REACH)
    ]


def _is_named_time(window: Window) -> bool:
    """Whether one time of day was named ("at 3"), rather than a stretch ("after 3")."""
    return (
        window.grain in ("minute", "hour") and window.end is not None and window.end - window.start <= _HOUR
    )


def _is_narrow(window: Window) -> bool:
    """Whether it is a part of one day."""
    if window.end is None or window.grain in ("day", "week", "month") or window.end - window.start >= _DAY:
        return False
    return (window.end - timedelta(microseconds=1)).date() == window.start.date()


def _collides(at: At, window: Window, duration: timedelta) -> bool:
    """Whether an appointment would lie in time that was ruled out."""
    end = window.end or (window.start + timedelta(minutes=1) if window.grain == "minute" else None)
    return window.start < at.local + duration and (end is None or at.local < end)


def _inside(free: Sequence[At], window: Window, duration: timedelta) -> list[At]:
    """What starts inside a window; of a part of a day only what also ends there, where anything does."""
    starting = [at for at in free if window.start <= at.local and (not window.end or at.local < window.end)]
    ending = [at for at in starting if window.end and at.local + duration <= window.end]
    return ending if ending and _is_narrow(window) else starting


def _among(
    free: Sequence[At],
    windows: Sequence[Window],
    duration: timedelta,
    count: int,
    liking: PreferredTime | None,
) -> list[At]:
    """A choice from the first window and those behind it that name other days in the same way."""
    first = windows[0]
    alike = [first]
    for window in windows[1:]:
        if (window.grain, _is_narrow(window)) == (first.grain, _is_narrow(first)) and all(
            _apart(window, other) for other in alike
        ):
            alike.append(window)
    stocks = [stock for window in alike if (stock := _inside(free, window, duration))]
    if _is_narrow(first):
        return [at for stock, share in _shared(stocks, count) for at in _liked(stock, liking, share)[:share]]
    together = sorted({at for stock in stocks for at in stock})
    ends = [window.end for window in alike]
    soon = None in ends or max(end for end in ends if end) - first.start > _ABOUT_A_WEEK
    return _over_days(_liked(together, liking, count), count, soonest=soon)


def _apart(one: Window, other: Window) -> bool:
    """Whether two windows lie on different days."""
    early, late = sorted((one, other), key=lambda window: window.start)
    return early.end is not None and early.end <= late.start and early.start.date() != late.start.date()


def _shared(stocks: Sequence[list[At]], count: int) -> list[tuple[list[At], int]]:
    """How many to take from each stock, as evenly as they allow, the first ones first."""
    shares = [0] * len(stocks)
    while sum(shares) < count and any(
        share < len(stock) for share, stock in zip(shares, stocks, strict=True)
    ):
        for index, stock in enumerate(stocks):
            if shares[index] < len(stock) and sum(shares) < count:
                shares[index] += 1
    return [(stock, share) for stock, share in zip(stocks, shares, strict=True) if share]


def _liked(stock: list[At], liking: PreferredTime | None, count: int) -> list[At]:
    """What is to their liking, filled up to `count` with what comes first of the rest."""
    if liking is None or not (suits := [at for at in stock if liking.suits(at.local)]):
        return stock
    rest = [at for at in stock if not liking.suits(at.local)]
    return sorted(suits + rest[: max(0, count - len(suits))])


def _by_day(stock: Iterable[At]) -> dict[date, list[At]]:
    days: dict[date, list[At]] = {}
    for at in stock:
        days.setdefault(at.local.date(), []).append(at)
    return days


def _evenly(number: int, count: int) -> list[int]:
    """`count` places out of `number`, from the first to the last, evenly apart; all where there are fewer."""
    if number <= count:
        return list(range(number))
    return [place * (number - 1) // (count - 1) for place in range(count)] if count > 1 else [0]


def _nice(stock: list[At], count: int) -> list[At]:
    """Full hours, where there are enough of them."""
    hours = [at for at in stock if not at.local.minute]
    return hours if len(hours) >= count else stock


def _over_day(stock: list[At], count: int) -> list[At]:
    """An early, a middle and a late one of a day."""
    pool = _nice(stock, count)
    return [pool[place] for place in _evenly(len(pool), count)]


def _over_days(stock: list[At], count: int, *, soonest: bool = True) -> list[At]:
    """Different days at different hours: the soonest days, or days evenly apart; the first opening always."""
    days = list(_by_day(stock).values())
    if len(days) < 2:
        return _over_day(stock, count)
    if len(days) > count:
        days = days[:count] if soonest else [days[place] for place in _evenly(len(days), count)]
    chosen: list[At] = []
    for index, (day, share) in enumerate(_shared(days, count)):
        if share > 1:
            chosen += _over_day(day, share)
        else:
            pool = _nice(day, 1)
            chosen.append(pool[index * (len(pool) - 1) // max(1, count - 1)])
    return [days[0][0], *chosen[1:]]


def _near(free: list[At], window: Window, count: int) -> list[At]:
    """The nearest misses: the same day at another time, then the same time on another day."""
    if not (_is_narrow(window) or _is_named_time(window)):
        days = sorted(_by_day(free).items(), key=lambda item: _days_off(item[0], window))
        return _over_days(sorted(at for _, day in days[:count] for at in day), count)
    on_day = [at for at in free if at.local.date() == window.start.date()]
    on_day.sort(key=lambda at: (_off(at.local, window), at))
    others = _by_day(at for at in free if at.local.date() != window.start.date())
    at_time = []
    for day in sorted(others, key=lambda day: _days_off(day, window)):
        moved = day - window.start.date()
        shifted = Window(window.start + moved, window.end and window.end + moved, window.grain)
        at_time += [at for at in others[day] if _hits(at, shifted)][:1]
    rest = sorted(free, key=lambda at: (_off(at.local, window), at))
    ordered = [*on_day[: max(1, count - 1)], *at_time, *on_day[max(1, count - 1) :], *rest]
    return list(dict.fromkeys(ordered))[:count]


def _hits(at: At, window: Window) -> bool:
    if _is_named_time(window):
        return at.local == window.start
    return window.start <= at.local and (window.end is None or at.local < window.end)


def _off(local: datetime, window: Window) -> timedelta:
    """How far a start lies from a window (from its start, where that is a named time)."""
    if local < window.start or _is_named_time(window):
        return abs(local - window.start)
    return max(local - (window.end or window.start), timedelta())


def _days_off(day: date, window: Window) -> tuple[timedelta, bool]:
    """How many days a date lies from a window; a later day goes before an earlier one that is as far."""
    last = ((window.end or window.start + _DAY) - timedelta(microseconds=1)).date()
    off = max(day - last, window.start.date() - day, timedelta())
    return off, day < window.start.date()
