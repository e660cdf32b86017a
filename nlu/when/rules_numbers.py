"""Numbers and measures: "twenty five", "a couple of weeks", "an hour and a half"."""

from __future__ import annotations

from nlu.when.grammar import Spot, Stage
from nlu.when.values import Length, Ordinal

numbers = Stage()
lengths = Stage()

_SECONDS = {"second": 1, "minute": 60, "hour": 3600}
_DAYS = {"day": 1, "week": 7, "fortnight": 14}
_MOST = {"second": 86_400, "minute": 10_000, "hour": 1_000, "day": 1_000, "workday": 1_000, "week": 500}
_MONTHS = {"month": 1, "quarter": 3, "year": 12}


def measure(count: float, unit: str) -> Length | None:
    """So many of a unit; halves of a day or more are rounded down to whole smaller units."""
    if count > _MOST.get(unit, 100):
        return None
    if unit in _SECONDS:
        return Length(seconds=round(count * _SECONDS[unit]), unit=unit)
    if unit == "workday":
        return Length(workdays=int(count), unit="day")
    if unit in _DAYS:
        return Length(days=int(count * _DAYS[unit]), unit="week" if unit == "fortnight" else unit)
    whole = int(count * _MONTHS[unit])
    return Length(months=whole, days=15 if unit == "month" and count != whole else 0, unit="month")


@numbers.rule("<num> <num>")
def tens_and_ones(spot: Spot, tens: int, ones: int) -> int | None:
    """A spelled number between twenty and sixty.

    e.g. "in twenty five days" -> 2026-03-30 day
    """
    if (
        _word(spot, 0) in ("twenty", "thirty", "forty", "fifty")
        and _word(spot, 1).isalpha()
        and 0 < ones < 10
    ):
        return tens + ones
    return None


@numbers.rule("<num> <ord>")
def tens_and_ordinal(spot: Spot, tens: int, ones: Ordinal) -> Ordinal | None:
    """A spelled place in a row above twenty.

    e.g. "on the twenty fifth" -> 2026-03-25 day
    """
    if _word(spot, 0) in ("twenty", "thirty") and ones.spelled and ones.number < 10:
        return Ordinal(tens + ones.number)
    return None


def _word(spot: Spot, offset: int) -> str:
    return spot.tokens[spot.begin + offset].text


@lengths.rule("<num> of? <unit>", "<num> more <unit>", "<decimal> <unit>")
def counted(spot: Spot, count: float, unit: str) -> Length | None:
    """A count of units.

    e.g. "in 3 weeks" -> 2026-03-26 week
    """
    return measure(count, unit)


@lengths.rule("<num> second|quarter")
def counted_words(spot: Spot, count: float) -> Length | None:
    """The two units that are also an ordinal and a part of an hour.

    e.g. "in 2 quarter" -> 2026-09-05 month
    """
    word = _word(spot, 1)
    return measure(count, word) if word == "second" or count > 3 or count == 2 else None


@lengths.rule("a|an|one <unit>", "another <unit>")
def single(spot: Spot, unit: str) -> Length | None:
    """One of a unit.

    e.g. "in a week" -> 2026-03-12 week
    """
    return measure(1, unit)


@lengths.rule("a? (couple|few|several) of? more? <unit>", "another (couple|few) of? <unit>")
def some(spot: Spot, word: str, unit: str) -> Length | None:
    """A small number: a couple is two, a few are three.

    e.g. "in a couple weeks" -> 2026-03-19 week
    """
    return measure(2 if word == "couple" else 3, unit)


@lengths.rule("<num> -|to|or <num> <unit>", "<num> -|to|or <length>")
def about(spot: Spot, count: int, *rest: int | str | Length) -> Length | None:
    """A measure between two counts: the lower one.

    e.g. "in 2-3 weeks" -> 2026-03-19 week
    """
    unit = rest[-1].unit if isinstance(rest[-1], Length) else str(rest[-1])
    return measure(count, unit)


@lengths.rule("<slash> of? an? <unit>", "<slash> <unit>")
def fraction(spot: Spot, text: str, unit: str) -> Length | None:
    """A part of a unit in digits.

    e.g. "in 1/2 hour" -> 2026-03-05T10:30 minute
    """
    above, below = map(int, text.split("/"))
    return measure(above / below, unit) if 0 < above < below <= 4 else None


@lengths.rule("<num> <slash> <unit>")
def mixed_fraction(spot: Spot, whole: int, text: str, unit: str) -> Length | None:
    """A whole number and a part in digits.

    e.g. "in 1 1/2 hours" -> 2026-03-05T11:30 minute
    """
    above, below = map(int, text.split("/"))
    return measure(whole + above / below, unit) if 0 < above < below <= 4 else None


@lengths.rule("half an|a <unit>", "a? half <unit>")
def half_of(spot: Spot, unit: str) -> Length | None:
    """Half a unit.

    e.g. "in half an hour" -> 2026-03-05T10:30 minute
    """
    return measure(0.5, unit) if unit in _SECONDS or unit in ("year", "day") else None


@lengths.rule("a? quarter of? an|a <unit>", "(three) quarters of an <unit>")
def quarter_of(spot: Spot, *words: str) -> Length | None:
    """A quarter of a unit.

    e.g. "in a quarter of an hour" -> 2026-03-05T10:15 minute
    """
    return measure(0.75 if len(words) > 1 else 0.25, words[-1])


@lengths.rule("<num> and a|an half <unit>", "<length> and a half")
def and_a_half(spot: Spot, count: float | Length, unit: str | None = None) -> Length | None:
    """A measure and half a unit more.

    e.g. "in an hour and a half" -> 2026-03-05T11:30 minute
    """
    if isinstance(count, Length):
        half = measure(0.5, count.unit) if count.unit in _SECONDS else Length(days=3)
        return count + half if half else None
    return measure(count + 0.5, unit or "hour")


@lengths.rule("<length> and|,? <length>")
def added(spot: Spot, first: Length, second: Length) -> Length | None:
    """Two measures in a row, the larger unit first.

    e.g. "in 1 day and 2 hours" -> 2026-03-06T12:00 minute
    """
    sizes = ["second", "minute", "hour", "day", "week", "month"]
    return first + second if sizes.index(first.unit) >= sizes.index(second.unit) else None
