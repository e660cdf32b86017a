"""Which rows of a list are taken in: one for each person at each number, nobody who must be left alone.

Of several rows for the same person at the same number the best is kept: one with a basis before one
without, then the newest visit, then the most complete, then the first. Rows with different names at one
number are a household, and each of them is kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from data.imports.entry import Entry, Trouble
from data.imports.rows import Stop

_LONG_AGO = date(1, 1, 1)


@dataclass(slots=True)
class Sorted:
    """The rows of a list, sorted: households to take in (by number), marks to write, rows to refuse."""

    households: dict[str, list[Entry]] = field(default_factory=dict)
    stops: dict[str, Stop] = field(default_factory=dict)
    refused: dict[int, Trouble] = field(default_factory=dict)
    rows: int = 0

    def add(self, row: int, read: Entry | Stop | Trouble) -> None:
        """Take one row as it was read."""
        self.rows += 1
        if isinstance(read, Entry):
            self.households.setdefault(read.phone, []).append(read)
            return
        self.refused[row] = read.trouble if isinstance(read, Stop) else read
        if isinstance(read, Stop) and read.phone:
            earlier = self.stops.get(read.phone)
            if earlier is None or earlier.trouble.reason == "do_not_contact":
                self.stops[read.phone] = read

    def settle(self, suppressed: Mapping[str, str]) -> None:
        """Refuse what must be left alone and what stands there twice.

        `suppressed` maps numbers to the reason of their suppression.
        """
        for phone, entries in list(self.households.items()):
            trouble = self._left_alone(phone, suppressed)
            if trouble:
                self._refuse(entries, trouble)
                del self.households[phone]
            elif kept := self._without_repeats(entries):
                self.households[phone] = kept
            else:
                del self.households[phone]

    def _left_alone(self, phone: str, suppressed: Mapping[str, str]) -> Trouble | None:
        if stop := self.stops.get(phone):
            reason = "do_not_contact" if stop.trouble.reason == "do_not_contact" else "suppressed"
            return Trouble(reason, f"another row of this list marks {phone} as one to leave alone")
        return why_left_alone(suppressed.get(phone, ""))

    def _refuse(self, entries: Iterable[Entry], trouble: Trouble) -> None:
        self.refused.update((entry.row, trouble) for entry in entries)

    def _without_repeats(self, entries: list[Entry]) -> list[Entry]:
        if len(entries) == 1:
            return self._with_basis(entries)
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
            if best.trouble is None:
                kept.append(best)
                for other in same:
                    if other is not best:
                        self.refused[other.row] = Trouble(
                            "duplicate_in_file",
                            f"the same person and number as row {best.row}, which is kept: "
                            f"{_why(best, other)}",
                        )
            else:
                self._with_basis(same)
        return sorted(kept, key=lambda entry: entry.row)

    def _with_basis(self, entries: list[Entry]) -> list[Entry]:
        self.refused.update((entry.row, entry.trouble) for entry in entries if entry.trouble)
        return [entry for entry in entries if not entry.trouble]


def why_left_alone(reason: str) -> Trouble | None:
    """Why a number that is suppressed for `reason` is refused; None where it is not suppressed."""
    if not reason:
        return None
    return Trouble("do_not_contact" if reason == "do_not_contact" else "suppressed", _WHY_SUPPRESSED[reason])


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
}
