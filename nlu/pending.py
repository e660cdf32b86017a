"""What the pending question makes plain: "2", "yes", "the later one", "thursday works".

No model and no clock. Only answers of which every word is understood are settled here (nlu/plain_answers.py);
everything else is the model's work.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from nlu.anchoring import counts_from_now, names_a_day
from nlu.plain_answers import Piece, read_plain
from nlu.plain_words import Part
from nlu.understanding import UNSURE, Heard, Times, Window

WAVERING = UNSURE
"""The confidence of a choice that is rather asked about than made."""

LAST = -1
"""The `choice` that means the last of the offered openings."""

WHEN_QUESTIONS = frozenset({"which_time", "which_opening", "confirm_time", "callback_time"})
"""The questions that ask for a time: a bare "3" in the answer is an hour."""

_DAY_OR_LESS = frozenset({"minute", "hour", "part_of_day", "day"})
_OFFERS = frozenset({"offer_to_book", "confirm_time", "which_opening"})  # "book it" takes these up
_CLOSED_BY_AGREEING = frozenset({"anything_else"})  # "anything else?" "great" = nothing more
_CLOSED_BY_ALL_SET = frozenset({"anything_else", "offer_to_book", "callback_time"})  # "i'm good" = no
_NO_WITH_A_SMILE = _CLOSED_BY_ALL_SET | {"confirm_cancel"}  # "no that's fine" = no


@dataclass(frozen=True, slots=True)
class Pending:
    """What the business asked last and what it laid before the contact.

    `asked`: offer_to_book, which_time, confirm_time, anything_else, which_opening, callback_time,
    confirm_cancel, which_service, confirm_appointment, or None. `options`: the offered openings (or the one
    time that is to be confirmed; behind "which_time" those that did not suit) as naive local windows in time
    order. `services`, `persons`: the names offered. `visit`: when the next visit stands, naive local.
    """

    asked: str | None = None
    options: tuple[Window, ...] = ()
    services: tuple[str, ...] = ()
    visit: datetime | None = None
    persons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Settled:
    """A plain answer: what it says, and which option it takes (1-based, LAST = the last)."""

    heard: Heard
    choice: int | None = None


def settle(
    text: str, pending: Pending, times: Times, read_at: Callable[[datetime], Times] | None = None
) -> Settled | None:
    """The answer, if it is plain; None hands the text on.

    `times` are those of the text, read at the real moment; `read_at` reads it as though said at another one,
    since "the 3:30 one" means the day of the option, not today.
    """
    names = {"which_service": pending.services, "which_person": pending.persons}.get(pending.asked or "", ())
    if named := _named(text, names):
        return Settled(Heard("choose"), named)
    if pending.asked == "confirm_appointment" and re.sub(r"[\W_]", "", text.lower()) == "c":
        return Settled(Heard("affirm"))  # "reply C to confirm"
    pieces = read_plain(text)
    if pieces is None:
        return None
    said: set[Part] = {piece.part for piece in pieces} - {"filler"}
    if pending.asked is None:
        return _unasked(said)
    parts = said - {"thanks", "bye"}
    chosen = _numbered(pieces, parts, pending) if pending.asked == "which_opening" else None
    if chosen:
        return Settled(Heard("choose", None, _how_sure(pieces)), chosen)
    if (
        pending.asked in WHEN_QUESTIONS
        and parts
        and parts <= {"none_of", "no", "instead"}
        and "none_of" in parts
    ):
        return Settled(Heard("other_times"))
    if parts and "any" in parts and parts <= {"any", "agree", "yes", "asks", "wonders", "take_up"}:
        return _any(pending.asked)
    if times.windows and not times.excluded and "unfit" not in parts and parts & {"time", "number"}:
        return _timed(text, pending, times, parts, pieces, read_at)
    return _yes_or_no(pending.asked, parts)


def _any(asked: str) -> Settled | None:
    """Whatever suits the business suits them."""
    if asked in ("offer_to_book", "confirm_time"):
        return Settled(Heard("affirm"))
    return Settled(Heard("choose")) if asked == "which_time" else None


def _named(text: str, names: tuple[str, ...]) -> int | None:
    """The number of the service or person, when the text is hardly more than its name."""
    words = re.findall(r"\w+", text.lower())
    named = [n for n, name in enumerate(names, 1) if set(re.findall(r"\w+", name.lower())) <= set(words)]
    return named[0] if len(named) == 1 and len(words) <= len(names[named[0] - 1].split()) + 4 else None


def _numbered(pieces: tuple[Piece, ...], parts: set[Part], pending: Pending) -> int | None:
    """Which option a number or a word of order names; None for none, two, or one that is not there."""
    offered = len(pending.options)
    if not offered or parts & {"time", "none_of", "instead"}:
        return None
    if parts & {"later", "last", "earlier", "middle", "any"}:
        words: dict[Part, int] = {"later": LAST, "last": LAST, "earlier": 1, "any": 1}
        if offered == 3:
            words["middle"] = 2
        named = {words.get(part) for part in parts & {"later", "last", "earlier", "middle", "any"}}
        return named.pop() if len(named) == 1 else None
    numbers = [piece for piece in pieces if piece.part == "number"]
    if len(numbers) > 1 and numbers[-1].number == 1 and not numbers[-1].ordinal:
        numbers.pop()  # "the second one"
    if len({piece.number for piece in numbers}) != 1:
        return None
    number = numbers[0].number or 0
    return number if 1 <= number <= offered else None


def _how_sure(pieces: tuple[Piece, ...]) -> float:
    """A bare number or "later" in a question may be an hour as well ("is 2 ok?"): it is put once more."""
    parts = [piece.part for piece in pieces]
    bare = all(not piece.ordinal for piece in pieces) and len(parts) - parts.count("filler") <= 3
    wavering = "wonders" in parts and bare and any(part in ("number", "later", "earlier") for part in parts)
    return WAVERING if wavering else 1.0


def _unasked(said: set[Part]) -> Settled | None:
    """Where nothing was asked, a bare yes or no is plain; "great, thanks" thanks, "ok bye" takes leave."""
    if len(said & {"yes", "no"}) == 1 and said <= {"yes", "no", "agree", "thanks", "bye"}:
        return None if said >= {"no", "agree"} else Settled(Heard("affirm" if "yes" in said else "deny"))
    if "agree" not in said or said - {"agree", "thanks", "bye"}:
        return None
    return Settled(Heard("goodbye" if "bye" in said else "thanks" if "thanks" in said else "affirm"))


def _timed(
    text: str,
    pending: Pending,
    times: Times,
    parts: set[Part],
    pieces: tuple[Piece, ...],
    read_at: Callable[[datetime], Times] | None,
) -> Settled | None:
    """An answer that is nothing but a time, perhaps with a yes or a no to it."""
    asked = pending.asked
    fits = _fitting(text, pending.options, times, read_at)
    if asked == "which_opening":
        if parts >= {"agree", "instead"}:  # "monday works but can you do 5": that is none of the offers
            return None
        if len(fits) == 1 and _one_number(pieces):
            return Settled(Heard("choose"), fits[0])
        if not _one_number(pieces):  # "1 and 3": options or hours, but not one of them
            return Settled(Heard("choose", None, WAVERING))
        return Settled(Heard("other_times" if parts & {"no", "instead"} and not fits else "choose"))
    if asked == "confirm_time":
        agrees = bool(fits) if pending.options else bool(parts & {"yes", "agree"})
        return Settled(Heard("affirm" if agrees and not parts & {"no", "instead"} else "other_times"))
    if asked == "offer_to_move" and not parts & {"no", "instead"}:
        return Settled(Heard("affirm"))
    if asked == "callback_time" and "take_up" in parts:
        return Settled(Heard("book"))
    if asked in ("which_time", "callback_time"):
        return Settled(Heard("choose"))
    if parts & {"yes", "agree"} and not parts & {"no", "instead"} and asked != "anything_else":
        return Settled(Heard("affirm"))
    if asked == "offer_to_book" and parts <= {"time", "number", "take_up", "asks", "wonders"}:
        # a day or an hour is a wish to come; "next month" may as well put us off, which the model weighs
        return Settled(Heard("book")) if times.windows[0].grain in _DAY_OR_LESS else None
    return None


def _one_number(pieces: tuple[Piece, ...]) -> bool:
    """Whether no two different bare numbers are named: those are no clear choice."""
    if any(piece.part == "time" for piece in pieces):
        return True
    return len({piece.number for piece in pieces if piece.part == "number"}) < 2


def _fitting(
    text: str,
    options: tuple[Window, ...],
    times: Times,
    read_at: Callable[[datetime], Times] | None,
) -> list[int]:
    """The numbers of the options that lie in the time named.

    A day is taken as said now ("thursday" is the coming one); an hour without a day is taken on the day of
    each option, and so is a weekday when no option lies on the coming one.
    """
    numbered = list(enumerate(options, 1))
    near = _sharpest([(n, option, times) for n, option in numbered])
    if (names_a_day(text) and near) or counts_from_now(text) or read_at is None:
        return near
    return _sharpest(
        [
            (n, option, read_at(datetime.combine(option.start.date(), time()) - timedelta(days=back)))
            for n, option in numbered
            for back in (0, 1)
        ]
    )


def _sharpest(readings: list[tuple[int, Window, Times]]) -> list[int]:
    """The options that lie in the time named; at "3" rather the one at 3:00 than the one at 3:30."""
    inside = {n: option for n, option, times in readings if _inside(option, times)}
    exact = {
        n
        for n, option, times in readings
        if n in inside and any(window.start == option.start for window in times.windows)
    }
    return sorted(exact or inside)


def _inside(option: Window, times: Times) -> bool:
    return any(starts_in(option.start, window) for window in times.windows) and not any(
        starts_in(option.start, window) for window in times.excluded
    )


def starts_in(start: datetime, window: Window) -> bool:
    """Whether a naive local start lies in a window; "after 3" without an end is meant of every day."""
    if window.end is None:
        daily = window.grain in ("minute", "hour", "part_of_day")
        return window.start <= start and (not daily or start.time() >= window.start.time())
    return window.start <= start < max(window.end, window.start + timedelta(minutes=1))


def _yes_or_no(asked: str, parts: set[Part]) -> Settled | None:
    if "take_up" in parts and asked in _OFFERS:
        parts = parts - {"take_up"} | {"yes"}
    if parts - {"yes", "agree", "no", "unfit", "no_more"} or not parts:
        return None
    yes, agree, no_more = (part in parts for part in ("yes", "agree", "no_more"))
    no = bool(parts & {"no", "unfit"})
    if no:
        smiling = agree or no_more
        return None if yes or (smiling and asked not in _NO_WITH_A_SMILE) else Settled(Heard("deny"))
    if no_more:
        if asked in _CLOSED_BY_AGREEING:
            return Settled(Heard("deny"))
        return Settled(Heard("deny")) if asked in _CLOSED_BY_ALL_SET and not (yes or agree) else None
    if agree and not yes and asked in _CLOSED_BY_AGREEING:
        return Settled(Heard("deny"))
    return Settled(Heard("affirm"))
