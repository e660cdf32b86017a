"""From the times in a text to windows: which day goes with which time of day, and in what order."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta

from nlu.understanding import Times, Window
from nlu.when.calendar_steps import next_ordinal
from nlu.when.clock_sense import settle, within_part
from nlu.when.grammar import Token
from nlu.when.polarity import TIMES, Stance, stances
from nlu.when.rules_pieces import placed
from nlu.when.values import DAY, MIDNIGHT, Clock, Days, Moment, Said, one_day

WANTED_REPEATS = 4  # windows for "mondays"
EXCLUDED_REPEATS = 26  # half a year of them, as far as anybody books
PART_DAYS = 7  # windows for "mornings"
EXCLUDED_PART_DAYS = 28


@dataclass
class Group:
    """Days and times of day that belong together: every one of the days at every one of the times."""

    days: list[Days] = field(default_factory=list)
    clocks: list[Clock] = field(default_factory=list)
    moments: list[Moment] = field(default_factory=list)


def times_in(tokens: Sequence[Token], said: Said) -> Times:
    """The windows that the reduced tokens ask for and rule out."""
    places = [at for at, token in enumerate(tokens) if token.kind in TIMES]
    if not places:
        return Times()
    alternatives = {id(tokens[at].value) for at in places if at and tokens[at - 1].text == "or"}
    wanted: list[Days | Clock | Moment] = []
    excluded: list[Days | Clock | Moment] = []
    for at, stance in zip(places, stances(tokens), strict=True):
        value = tokens[at].value
        assert isinstance(value, Days | Clock | Moment)
        _sort_in(value, stance, wanted, excluded)
    if any(not _is_now(value, said) for value in wanted):  # "asap, tomorrow if possible"
        wanted = [value for value in wanted if not _is_now(value, said)]
    wanted_groups = _grouped(_placed_all(wanted), alternatives)
    excluded_groups = _grouped(_placed_all(excluded, context=wanted), alternatives)
    if wanted_groups and any(not group.days and not group.moments for group in excluded_groups):
        _lend_days(excluded_groups, wanted_groups)
    return Times(
        _unique(window for group in wanted_groups for window in _windows(group, said, ruled_out=False)),
        _unique(window for group in excluded_groups for window in _windows(group, said, ruled_out=True)),
    )


def _is_now(value: Days | Clock | Moment, said: Said) -> bool:
    """ "Right now" and "as soon as possible", which give way to any other time in the text."""
    return (
        isinstance(value, Moment)
        and value.start == said.now
        and (value.end is None or value.end == said.now + timedelta(minutes=1))
    )


def _sort_in(
    value: Days | Clock | Moment,
    stance: Stance,
    wanted: list[Days | Clock | Moment],
    excluded: list[Days | Clock | Moment],
) -> None:
    if stance == "wanted":
        wanted.append(value)
    elif stance == "never" and isinstance(value, Days) and value.weekday is not None and value.single:
        framed = any(isinstance(other, Days) and _is_frame(other) for other in wanted)
        excluded.append(value if framed else replace(value, every=True))
    elif stance == "never" and isinstance(value, Clock) and value.part:
        excluded.append(replace(value, every=True))
    elif stance in ("excluded", "never"):
        turned = _complement(value)  # "not before 3" asks for after 3
        (wanted if turned else excluded).append(turned or value)


def _complement(value: Days | Clock | Moment) -> Days | Clock | None:
    if isinstance(value, Clock):
        if value.shape == "before":
            return replace(value, start=value.end, end=MIDNIGHT, shape="after")
        if value.shape == "after":
            return replace(value, start=0, end=value.start, shape="before")
    if isinstance(value, Days):
        if value.start is None and value.end is not None:
            return Days(value.end, None, "range")
        if value.end is None and value.start is not None:
            return Days(None, value.start, "range")
    return None


def _placed_all(
    values: list[Days | Clock | Moment], context: Sequence[Days | Clock | Moment] = ()
) -> list[Days | Clock | Moment]:
    """Bare weekdays and days of the month moved into the week or month that the text names."""
    frames = [value for value in (*values, *context) if isinstance(value, Days) and _is_frame(value)]
    used: set[int] = set()
    found: list[Days | Clock | Moment] = []
    previous: Days | None = None
    for value in values:
        if isinstance(value, Days) and not _is_frame(value):
            for frame in frames:
                moved = placed(value, frame)
                if moved is not None:
                    used.add(id(frame))
                    value = moved
                    break
            else:
                if value.ordinal and previous and previous.single and previous.first > value.first:
                    day = next_ordinal(previous.first, value.ordinal)  # "june 3rd or 5th"
                    value = replace(value, start=day, end=day + DAY) if day else value
            previous = value
        found.append(value)
    return [value for value in found if id(value) not in used]


def _is_frame(value: Days) -> bool:
    return value.grain in ("week", "month", "range") and value.weekday is None and not value.open


def _grouped(values: Sequence[Days | Clock | Moment], alternatives: set[int]) -> list[Group]:
    groups: list[Group] = []
    last: type | None = None
    for value in values:
        group = groups[-1] if groups else None
        # "evenings or weekends" are two wishes, not the evenings of weekends
        apart = id(value) in alternatives and last is not type(value) and getattr(value, "every", False)
        if group is None or apart or _begins_anew(group, value, last):
            group = Group()
            groups.append(group)
        if isinstance(value, Days):
            _add_days(group, value)
        elif isinstance(value, Clock):
            _add_clock(group, value)
        else:
            group.moments.append(value)
        last = type(value)
    return groups


def _begins_anew(group: Group, value: Days | Clock | Moment, last: type | None) -> bool:
    if isinstance(value, Days):
        return bool(group.days and group.clocks and last is Clock)
    if isinstance(value, Clock) and group.days and group.clocks and last is Days:
        # "at 7 tomorrow morning", "first thing monday morning"; but "2pm tuesday or 4pm thursday"
        other = group.clocks[-1]
        refines = other.shape == "at" or _inside(other, value)
        return not (value.shape == "part" and len(group.days) == 1 and refines)
    return False


def _add_days(group: Group, value: Days) -> None:
    for index, other in enumerate(group.days):
        if value == other:
            return
        if other.end is None and value.start is None and other.first < (value.end or date.max):
            group.days[index] = replace(value, start=other.start)  # after the 10th but before the 20th
            return
        if value.single and other.single and value.first == other.first:
            return
    group.days.append(value)


def _add_clock(group: Group, value: Clock) -> None:
    for index, other in enumerate(group.clocks):
        if other.shape == "part" and value.shape != "part" and other.part:
            group.clocks[index] = replace(within_part(value, other.part), now_or_later=other.now_or_later)
            return
        if value.shape == "part" and other.shape != "part" and value.part:
            if other.vague or other.end_vague:
                group.clocks[index] = replace(within_part(other, value.part), now_or_later=value.now_or_later)
                return
            if value.start <= other.start < value.end:
                return
        if other.shape == "after" and value.shape == "before":
            group.clocks[index] = Clock(
                other.start, value.end, "between", "range", vague=other.vague, end_vague=value.vague
            )
            return
        if value == other or (value.shape == other.shape == "part" and _inside(other, value)):
            return
    group.clocks.append(value)


def _inside(inner: Clock, outer: Clock) -> bool:
    return outer.start <= inner.start and inner.end <= outer.end


def _lend_days(excluded: list[Group], wanted: list[Group]) -> None:
    """ "tomorrow but not in the morning": the time that is ruled out lies on the days that are wanted."""
    days = [day for group in wanted for day in group.days]
    for group in excluded:
        if not group.days and group.clocks:
            group.days = list(days)


def _windows(group: Group, said: Said, *, ruled_out: bool) -> list[Window]:
    if group.clocks and not group.days:  # "later today, at half past 2"
        stretches = [moment for moment in group.moments if moment.grain == "range"]
        group.days = [one_day(moment.start.date()) for moment in stretches]
        group.moments = [moment for moment in group.moments if moment.grain != "range"]
    elif group.moments and all(_holds(days, group.moments[0]) for days in group.days):
        group.days = []  # "today in one hour"
    found = [Window(moment.start, moment.end, moment.grain) for moment in group.moments]
    if not group.days:
        for clock in group.clocks:
            found += _clock_alone(settle(clock, said), said, ruled_out=ruled_out)
        return found
    for days in group.days:
        if not group.clocks:
            found += _days_alone(days, said, ruled_out=ruled_out)
        for clock in group.clocks:
            found += _on_days(days, settle(clock, said), said, ruled_out=ruled_out)
    return found


def _holds(days: Days, moment: Moment) -> bool:
    return days.single and days.first == moment.start.date()


def _repeated(days: Days, said: Said, *, ruled_out: bool) -> list[Days]:
    if not days.every or days.start is None or days.end is None:
        return [days]
    count = EXCLUDED_REPEATS if ruled_out else WANTED_REPEATS
    week = timedelta(weeks=1)
    return [
        replace(days, start=max(days.start + at * week, said.today), end=days.end + at * week)
        for at in range(count)
    ]


def _days_alone(days: Days, said: Said, *, ruled_out: bool) -> list[Window]:
    return [
        Window(
            said.now if one.start is None else _midnight(one.start),
            None if one.end is None else _midnight(one.end),
            one.grain,
        )
        for one in _repeated(days, said, ruled_out=ruled_out)
        if one.start is not None or one.end is None or _midnight(one.end) > said.now
    ]


def _on_days(days: Days, clock: Clock, said: Said, *, ruled_out: bool) -> list[Window]:
    """The time of day on each of the days; days that are over by then only where they were named alone."""
    found: list[Window] = []
    for one in _repeated(days, said, ruled_out=ruled_out):
        first = one.start or said.today
        last = one.end - DAY if one.end else first + (PART_DAYS - 1) * DAY
        on = [first + at * DAY for at in range(min(31, (last - first).days + 1))]
        for day in on:
            window = _at(day, clock, said)
            if len(on) == 1 or window.end is None or window.end > said.now:
                found.append(window)
    return found


def _clock_alone(clock: Clock, said: Said, *, ruled_out: bool) -> list[Window]:
    """A time of day with no day: the next time that it comes round."""
    if clock.shape == "before":
        if clock.end > _minutes(said.now):
            return [Window(said.now, _moment(said.today, clock.end), clock.grain)]
        return [_at(said.today + DAY, clock, said)]
    if clock.every:
        span = EXCLUDED_PART_DAYS if ruled_out else PART_DAYS
        first = said.today if _minutes(said.now) < clock.start else said.today + DAY
        return [_at(first + at * DAY, clock, said) for at in range(span)]
    day = said.today
    if not clock.now_or_later and _is_over(clock, said):
        day += DAY
    window = _at(day, clock, said)
    return [replace(window, end=None)] if clock.shape == "after" else [window]


def _is_over(clock: Clock, said: Said) -> bool:
    now = _minutes(said.now)
    if clock.shape == "at":
        return clock.start < now
    if clock.shape == "part":
        return now >= (clock.start + clock.end) // 2
    return now >= clock.end if clock.shape == "between" else False


def _at(day: date, clock: Clock, said: Said) -> Window:
    start = _moment(day, clock.start)
    if clock.shape == "before" and day == said.today and said.now < _moment(day, clock.end):
        start = said.now
    return Window(start, _moment(day, clock.end), clock.grain)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time())


def _moment(day: date, minutes: int) -> datetime:
    return _midnight(day) + timedelta(minutes=minutes)


def _minutes(moment: datetime) -> int:
    return moment.hour * 60 + moment.minute


def _unique(windows: Iterable[Window]) -> tuple[Window, ...]:
    """The windows in order, each once, without those that have no length ("until 0:00")."""
    return tuple(
        dict.fromkeys(window for window in windows if window.end is None or window.start < window.end)
    )
