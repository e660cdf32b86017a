"""Steps from now or from a day: "in two weeks", "within 5 days", "three weeks from tomorrow"."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from nlu.when.calendar_steps import add_months, elapse, step, week_start, weekday_after, weekday_before
from nlu.when.grammar import Spot, Stage
from nlu.when.rules_numbers import measure
from nlu.when.values import DAY, Days, Length, Moment, one_day
from nlu.when.words import wordset

shifts = Stage()

# "I haven't been in two years": the measure looks back and names no time to come.
_LOOKING_BACK = wordset("""
    havent hasnt hadnt not never been first since ago lost was were did didnt changed moved went
""")
_FILLERS = wordset("""
    maybe like about around in just prob probably please pls thanks thx ty ok okay yeah yes so say
    try again me or for another lets give hmm um uh a sure back check text call u you can i need no
    not now later
""")


def _away(spot: Spot, length: Length, sign: int = 1) -> Days | Moment:
    """The day, week or month that lies so far from now; to the minute where hours were named."""
    now, today = spot.said.now, spot.said.today
    if length.exact:
        at = elapse(now, length, spot.said.zone, sign)
        return Moment(at, at + timedelta(minutes=1), "minute")
    day = step(today, length, sign)
    if length.unit == "week":
        return Days(day, day + timedelta(weeks=1), "week")
    if length.unit == "month":
        return Days(day, add_months(day, 1), "month")
    return one_day(day)


@shifts.rule(
    "in|after about|like|around|another|roughly|maybe|exactly? <length> time?",
    "in the? next? <length>",
    "<length> from right? now|today",
    "<length> later|hence|out|away",
    "give|gimme me|us? <length>",
    "not for another|about|at|least? least? <length>",
)
def away_from_now(spot: Spot, length: Length) -> Days | Moment | None:
    """So far ahead of now: a day for days, the week from then for weeks, the minute for hours.

    e.g. "in two weeks" -> 2026-03-19..2026-03-26 week
    e.g. "in 3 hours" -> 2026-03-05T13:00 minute
    e.g. "give me a couple weeks" -> 2026-03-19 week
    """
    words = [token.text for token in spot.tokens[spot.begin : spot.end]]
    if "next" in words:
        return in_the_next(spot, length)
    if words[0] == "in" and _LOOKING_BACK.intersection(spot.clause_before()):
        return None
    if words[-1] in ("out", "away") and (length.exact or spot.after().kind == "word"):
        return None  # "I'm 45 minutes away"
    return _away(spot, length)


@shifts.rule("in less than <length>")
def in_less_than(spot: Spot, length: Length) -> Days | Moment:
    """At the latest so far ahead; the end is what was said.

    e.g. "in less than an hour" -> 2026-03-05T11:00 minute
    """
    return _away(spot, length)


@shifts.rule("within|inside of? the? next|coming|upcoming? <length>", "less than <length> from now")
def within(spot: Spot, length: Length) -> Days | Moment:
    """Any time from now until so far ahead.

    e.g. "within 5 days" -> 2026-03-05T10:00..2026-03-11 range
    """
    if length.exact:
        return Moment(spot.said.now, elapse(spot.said.now, length, spot.said.zone), "range")
    return Days(None, step(spot.said.today, length) + DAY, "range")


@shifts.rule("within|over|in|during the next|coming <unit>", "within a|one <unit>")
def in_the_next_one(spot: Spot, unit: str) -> Days | Moment | None:
    """From tomorrow on for one week or month; "next week" without the article is the calendar's.

    e.g. "within the next week" -> 2026-03-06..2026-03-13 range
    """
    length = measure(1, unit)
    return in_the_next(spot, length) if length and unit not in ("quarter", "year") else None


@shifts.rule(
    "over|for|during the? next|coming|upcoming|following <length>",
    "the? next|coming|upcoming|following <length>",
)
def in_the_next(spot: Spot, length: Length) -> Days | Moment:
    """The days after today, so many of them.

    e.g. "next 3 days" -> 2026-03-06..2026-03-09 range
    """
    if length.exact:
        return Moment(spot.said.now, elapse(spot.said.now, length, spot.said.zone), "range")
    tomorrow = spot.said.today + DAY
    return Days(tomorrow, step(tomorrow, length), "range")


@shifts.rule("the? <num> next|coming|upcoming|following <unit>")
def so_many_next(spot: Spot, count: int, unit: str) -> Days | Moment | None:
    """The same with the words the other way round.

    e.g. "the 3 next weeks" -> 2026-03-06..2026-03-27 range
    """
    length = measure(count, unit)
    if not spot.text(-1).endswith("s") and count != 1:
        return None
    return in_the_next(spot, length) if length else None


@shifts.rule("the? last|past|previous <length>")
def in_the_last(spot: Spot, length: Length) -> Days | Moment | None:
    """The time before now, so much of it.

    e.g. "the last 2 days" -> 2026-03-03..2026-03-05 range
    """
    if spot.after().text in ("of", "in"):
        return None  # "the last 2 weeks of june"
    if length.exact:
        return Moment(elapse(spot.said.now, length, spot.said.zone, -1), spot.said.now, "range")
    return Days(step(spot.said.today, length, -1), spot.said.today, "range")


@shifts.rule("<length> ago|earlier|back")
def ago(spot: Spot, length: Length) -> Days | Moment | None:
    """So far behind now.

    e.g. "2 weeks ago" -> 2026-02-19 week
    """
    if spot.tokens[spot.end - 1].text != "ago" and not length.exact:
        return None
    return _away(spot, length, -1)


@shifts.rule("more? <length> (after|from|before|past) <days>", "<length> (after|from|before) right? now")
def beside_a_day(spot: Spot, length: Length, side: str, day: Days | None = None) -> Days | Moment | None:
    """So far after or before a named day.

    e.g. "three weeks from tomorrow" -> 2026-03-27 day
    e.g. "a week from friday" -> 2026-03-13 day
    """
    if day is None or day.start is None:
        return _away(spot, length)
    if spot.before().text == "for" and side == "from":
        return None  # "for 3 days from tomorrow"
    sign = -1 if side == "before" else 1
    if length.exact:
        at = datetime.combine(day.start, time()) + timedelta(seconds=sign * length.seconds)
        return Moment(at, at + timedelta(minutes=1), "minute")
    return one_day(step(day.start, length, sign))


@shifts.rule("less than <length> after|from <days>", "within <length> of|after|from <days>")
def within_of_a_day(spot: Spot, length: Length, day: Days) -> Days | None:
    """From a named day until so far after it.

    e.g. "within 3 days of tomorrow" -> 2026-03-06..2026-03-09 range
    """
    return Days(day.start, step(day.start, length), "range") if day.start and not length.exact else None


@shifts.rule("more than <length> after|from <days>")
def beyond_a_day(spot: Spot, length: Length, day: Days) -> Days | None:
    """From so far after a named day on.

    e.g. "more than 2 weeks after today" -> 2026-03-19 range
    """
    return Days(step(day.start, length), None, "range") if day.start and not length.exact else None


@shifts.rule("<days> in <length>", "<days> <length> from? now|today|out|later", "<days> in <days>")
def weekday_in(spot: Spot, day: Days, length: Length | Days) -> Days | None:
    """That weekday of the week that lies so far ahead.

    e.g. "thursday in two weeks" -> 2026-03-19 day
    """
    if isinstance(length, Days) or day.weekday is None or length.exact:
        return None
    monday = week_start(step(spot.said.today, length))
    return one_day(monday + timedelta(days=day.weekday))


@shifts.rule("<length> on? <days>", "<days> week")
def a_week_on(spot: Spot, first: Length | Days, second: Days | None = None) -> Days | None:
    """So many weeks after a day, as the British say it: "a week on friday", "friday week".

    e.g. "a week on friday" -> 2026-03-13 day
    e.g. "tomorrow week" -> 2026-03-13 day
    """
    day = second if isinstance(first, Length) else first
    length = first if isinstance(first, Length) else Length(days=7, unit="week")
    if day is None or not day.single or day.every or length.exact or not length.days or length.days % 7:
        return None
    if spot.after().kind == "word":
        return None
    return one_day(step(day.first, length))


@shifts.rule("the? <days> after|following <days>", "the? <days> (before) <days>")
def weekday_beside_a_day(spot: Spot, day: Days, *rest: Days | str) -> Days | None:
    """A weekday told by a day that it follows or precedes.

    e.g. "the monday after easter" -> 2026-04-06 day
    """
    anchor = rest[-1]
    if day.weekday is None or not isinstance(anchor, Days) or not anchor.single or anchor.weekday is not None:
        return None
    if len(rest) > 1:
        return one_day(weekday_before(anchor.first, day.weekday))
    return one_day(weekday_after(anchor.last, day.weekday))


@shifts.rule("<length>")
def lone_length(spot: Spot, length: Length) -> Days | Moment | None:
    """Nothing but a measure of days or more, as the answer to "when shall I try again?".

    e.g. "maybe 2 weeks" -> 2026-03-19 week
    """
    if length.exact:
        return None
    others = [*spot.tokens[: spot.begin], *spot.tokens[spot.end :]]
    if any(token.kind not in ("punct", "word") for token in others):
        return None
    return _away(spot, length) if all(t.kind == "punct" or t.text in _FILLERS for t in others) else None


@shifts.rule("asap|immediately", "as soon as possible|u|you", "right away")
def as_soon_as_possible(spot: Spot) -> Moment:
    """Any time from now on, the sooner the better.

    e.g. "asap please" -> 2026-03-05T10:00..open range
    """
    return Moment(spot.said.now, None, "range")


@shifts.rule("just|right now", "at the moment")
def right_now(spot: Spot) -> Moment:
    """This very moment.

    e.g. "right now" -> 2026-03-05T10:00 minute
    """
    return _now(spot)


@shifts.rule("now")
def now(spot: Spot) -> Moment | None:
    """The plain word only where it says when: "can I come now?", "not now".

    e.g. "can i come now?" -> 2026-03-05T10:00 minute
    """
    if spot.before().text in ("not", "cant"):
        return _now(spot)
    says_when = spot.before().text in _BEFORE_NOW and spot.after().kind in ("end", "punct")
    return _now(spot) if says_when or (spot.begin == 0 and spot.after(2).kind == "end") else None


_BEFORE_NOW = wordset("come in over by call me back there here available open free book meet")


def _now(spot: Spot) -> Moment:
    return Moment(spot.said.now, spot.said.now + timedelta(minutes=1), "minute")
