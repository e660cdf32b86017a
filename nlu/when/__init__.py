"""Times in texts: what "thursday after 3" or "not mondays" means to somebody who writes it now.

A text goes through plain stages, each in a module of its own:

    spelling   texting spellings and typos become plain words; prices and phone numbers are masked
    atoms      words become tokens: weekday, month, number, unit, part of the day …
    rules_*    small named rules reduce tokens to meanings: days, times of day, moments, measures
    polarity   which of them are wanted, ruled out ("not mondays"), or taken back ("no wait, thursday")
    combine    days and times of day that belong together become windows, in the order they were said

Every rule carries an example that the tests run. Times are naive and local throughout.
"""

from __future__ import annotations

from datetime import datetime, time
from functools import lru_cache

from nlu.understanding import Times
from nlu.when.atoms import names_no_time, tokens_of
from nlu.when.combine import times_in
from nlu.when.rules_clock import clocks
from nlu.when.rules_day_bounds import bounds
from nlu.when.rules_days import days
from nlu.when.rules_numbers import lengths, numbers
from nlu.when.rules_parts import parts
from nlu.when.rules_periods import periods
from nlu.when.rules_pieces import pieces
from nlu.when.rules_shifts import shifts
from nlu.when.values import Said

__all__ = ["STAGES", "read"]

STAGES = (numbers, lengths, clocks, parts, days, shifts, periods, pieces, bounds)
LONGEST = 1600  # characters: the longest text that the network carries


def read(
    text: str,
    now: datetime,
    *,
    zone: str = "UTC",
    hours: tuple[time, time] = (time(8), time(18)),
    bare_hours: bool = False,
) -> Times:
    """The windows that a text names, near or far, and those that it rules out.

    `now` is naive local time in `zone` (an IANA name). `hours` are when the business opens and closes;
    they settle whether "at 2" is morning or afternoon. `bare_hours` says that a time was just asked for,
    so that a lone "3" is one.

    Windows are naive local in `zone`, likeliest first, `end` exclusive. An open `end` (None) behind a
    grain of minute, hour or part_of_day ("after 3") is about the time of day: later days from that time
    on are meant too, not their mornings. Behind any other grain ("from the 15th on") it is simply open.
    A time of day on several days ("mornings next week") gives one window for each day; a plural
    ("mondays") gives the next few, and enough of them to cover half a year where it is ruled out.

    Never raises because of what a text says; an unknown `zone` raises `ZoneInfoNotFoundError` once
    elapsed time is asked for. Only the first 1,600 characters are read.
    """
    if names_no_time(text):
        return Times()
    return _read(text[:LONGEST], Said(now.replace(second=0, microsecond=0), zone, *hours, bare_hours))


@lru_cache(maxsize=4096)
def _read(text: str, said: Said) -> Times:
    tokens = tokens_of(text, said.today)
    for stage in STAGES:
        tokens = stage.reduce(tokens, said)
    return times_in(tokens, said)
