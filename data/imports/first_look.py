"""The first look through a list: which numbers stand in it how often, and which are marked to be left alone.

Both must be known before the first row is taken in, for a mark or a better row may stand in the last one.
It keeps ten bytes a row, so that a list of a million rows need not be held as a million objects.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import groupby

from data.imports.list_file import Record
from data.imports.numbers import Number
from data.imports.rows import RowReader, Stop

_Kind = tuple[str | None, bool]
"""What a Number says beside its digits: the country, and whether something of the cell was lost."""


class FirstLook:
    """What was seen. `rows` counts all of them, `stops` are the numbers marked to be left alone."""

    def __init__(self, reader: RowReader, records: Iterable[Record]) -> None:
        self.rows = 0
        self.stops: dict[str, Stop] = {}
        self._digits = array("q")  # 0: the row has no number that may be texted
        self._kind = array("H")
        self._kinds: dict[_Kind, int] = {}
        for record in records:
            self.rows += 1
            found = reader.look(record)
            if isinstance(found, Number):
                self._digits.append(int(found.e164))
                kind = (found.country, found.changed)
                self._kind.append(self._kinds.setdefault(kind, len(self._kinds)))
                continue
            self._digits.append(0)
            self._kind.append(0)
            if isinstance(found, Stop):
                for phone in found.phones:
                    earlier = self.stops.get(phone)
                    if earlier is None or earlier.trouble.reason == "do_not_contact":
                        self.stops[phone] = found
        self.repeated = _repeated(self._digits)
        """Number -> how often, of those that stand there more than once."""

    def numbers(self) -> Iterator[Number | None]:
        """The number of each row, in order; None where it has none that may be texted."""
        kinds = list(self._kinds)
        for digits, kind in zip(self._digits, self._kind, strict=True):
            if not digits:
                yield None
                continue
            country, changed = kinds[kind]
            yield Number(f"+{digits}", country, changed=changed)

    @property
    def any_number(self) -> bool:
        """Whether any row has a number that may be texted."""
        return any(self._digits)


def _repeated(digits: array[int]) -> Counter[str]:
    found = ((number, sum(1 for _ in same)) for number, same in groupby(sorted(digits)) if number)
    return Counter({f"+{number}": often for number, often in found if often > 1})
