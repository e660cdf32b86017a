"""Which rows of a list are taken in: one for each person at each number, nobody who must be left alone.

Of several rows for the same person at the same number the best is kept: one with a basis before one
without, then the newest visit, then the most complete, then the first. Rows with different names at one
number are a household, and each of them is kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from data.imports.entry import Entry, Trouble
from data.imports.rows import Stop

Households = dict[str, list[Entry]]
"""Number -> the rows that have it, in the order of the list."""

_LONG_AGO = date(1, 1, 1)


def settle(
    households: Households, stops: Mapping[str, Stop], suppressed: Mapping[str, str]
) -> tuple[Households, dict[int, Trouble]]:
    """The households to take in, and the rows to refuse with the reason of each.

    `stops` are the numbers that the list itself marks as ones to leave alone; `suppressed` maps numbers to
    the reason of their suppression.
    """
    kept: Households = {}
    refused: dict[int, Trouble] = {}
    for phone, entries in households.items():
        if trouble := _marked(phone, stops) or why_left_alone(suppressed.get(phone, "")):
            refused.update((entry.row, trouble) for entry in entries)
        elif people := _without_repeats(entries, refused):
            kept[phone] = people
    return kept, refused


def _marked(phone: str, stops: Mapping[str, Stop]) -> Trouble | None:
    if (stop := stops.get(phone)) is None:
        return None
    reason = "do_not_contact" if stop.trouble.reason == "do_not_contact" else "suppressed"
    return Trouble(reason, f"another row of this list marks {phone} as one to leave alone")


def _without_repeats(entries: list[Entry], refused: dict[int, Trouble]) -> list[Entry]:
    if len(entries) == 1:
        return _with_basis(entries, refused)
    people: list[list[Entry]] = []
    # whole names first, so that a lone "Sarah" joins Sarah Sample and does not tie her to Sarah Test
    for entry in sorted(entries, key=lambda e: (not e.who.first_name, not e.who.last_name, e.row)):
        same = next((each for each in people if each[0].who.is_same(entry.who)), None)
        if same is None:
            people.append([entry])
        else:
            same.append(entry)
    kept: list[Entry] = []
    for same in people:
        best = max(same, key=_worth)
        if best.trouble is not None:
            _with_basis(same, refused)
            continue
        kept.append(best)
        for other in same:
            if other is not best:
                refused[other.row] = Trouble(
                    "duplicate_in_file",
                    f"the same person and number as row {best.row}, which is kept: {_why(best, other)}",
                )
    return sorted(kept, key=lambda entry: entry.row)


def _with_basis(entries: list[Entry], refused: dict[int, Trouble]) -> list[Entry]:
    refused.update((entry.row, entry.trouble) for entry in entries if entry.trouble)
    return [entry for entry in entries if not entry.trouble]


def why_left_alone(reason: str) -> Trouble | None:
    """Why a number that is suppressed for `reason` is refused; None where it is not suppressed."""
    if not reason:
        return None
    detail = _WHY_SUPPRESSED.get(reason, "this number is on the suppression list")
    return Trouble("do_not_contact" if reason == "do_not_contact" else "suppressed", detail)


def _worth(entry: Entry) -> tuple[bool, date, int, int]:
    return (entry.trouble is None, entry.who.last_visit or _LONG_AGO, entry.who.fullness, -entry.row)


def _why(best: Entry, other: Entry) -> str:
    mine, theirs = _worth(best), _worth(other)
    if mine[0] != theirs[0]:
        return "it has a basis to be texted"
    if mine[1] != theirs[1]:
        return "it has the newer visit"
    return "it says more" if mine[2] != theirs[2] else "it comes first"


_WHY_SUPPRESSED = {
    "opt_out": "this number has opted out",
    "wrong_number": "whoever has this number said that it is not theirs",
    "undeliverable": "texts to this number cannot be delivered",
    "do_not_contact": "this number is on the do-not-contact list",
    "promised_last": "whoever has this number was told that the last text to them was the last one",
}
