"""Conditions on the columns of a list that are not ours, and the columns that no condition may be about.

Segments never go by age, health, or origin guessed from a name (mission.md); which words give that away
stands in tables/refused_columns.csv, with why.
"""

from __future__ import annotations

import re
from datetime import date
from functools import cache
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from data.imports.fields import read_date, read_money
from data.segments.dormancy import rows_of

_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^\W\d_a-zA-Z]+")


class Part(BaseModel):
    """A part of a rule: fixed once made, and nothing in it that is not known."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class ColumnIs(Part):
    """What a column must hold; several of these in one condition must all hold. An empty cell never does.

    Text is compared without regard to case and outer blanks; amounts and dates are read as lists write
    them, `day_first` deciding what 3/4 means.
    """

    column: str = Field(min_length=1, max_length=200)
    equals: str | None = None
    one_of: tuple[str, ...] = ()
    contains: str | None = None
    at_least: float | None = None
    at_most: float | None = None
    below_column: str | None = None
    """The amount is smaller than that of this other column: use that has shrunk."""
    from_date: date | None = None
    to_date: date | None = None
    """The last day that counts."""
    day_first: bool = False

    @field_validator("column", "below_column")
    @classmethod
    def _of_the_right_kind(cls, column: str | None) -> str | None:
        if column is not None:
            refuse_telling(column)
        return column

    @model_validator(mode="after")
    def _says_something(self) -> ColumnIs:
        if self.model_dump(exclude_defaults=True, exclude={"column", "day_first"}) == {}:
            raise ValueError(f"say what the column {self.column!r} must hold: equals, one_of, contains, …")
        return self

    def holds(self, extra: Any) -> bool:
        """Whether a row's columns fulfil it."""
        cell = cell_of(extra, self.column)
        if not cell:
            return False
        text = cell.casefold()
        if self.equals is not None and text != self.equals.strip().casefold():
            return False
        if self.one_of and text not in {one.strip().casefold() for one in self.one_of}:
            return False
        if self.contains is not None and self.contains.strip().casefold() not in text:
            return False
        return self._amount_fits(cell, extra) and self._date_fits(cell)

    def _amount_fits(self, cell: str, extra: Any) -> bool:
        if self.at_least is None and self.at_most is None and self.below_column is None:
            return True
        amount = read_money(cell)
        if amount is None:
            return False
        if self.below_column is not None:
            other = read_money(cell_of(extra, self.below_column))
            if other is None or amount >= other:
                return False
        return (self.at_least is None or amount >= self.at_least) and (
            self.at_most is None or amount <= self.at_most
        )

    def _date_fits(self, cell: str) -> bool:
        if self.from_date is None and self.to_date is None:
            return True
        day = read_date(cell, self.day_first)
        if day is None:
            return False
        return (self.from_date is None or day >= self.from_date) and (
            self.to_date is None or day <= self.to_date
        )


def cell_of(extra: Any, column: str) -> str:
    """What a row holds in a column, whatever the case of its name; empty where there is none."""
    value = extra.get(column)
    if value is None:
        wanted = column.strip().casefold()
        value = next((held for name, held in extra.items() if str(name).strip().casefold() == wanted), None)
    return "" if value is None else str(value).strip()


def date_in(extra: Any, column: str, day_first: bool) -> date | None:
    """The date that a row holds in a column."""
    cell = cell_of(extra, column)
    return read_date(cell, day_first) if cell else None


def refuse_telling(column: str) -> None:
    """Raises ValueError, with a sentence for the owner, for a column that tells what no segment may know."""
    words = [word.casefold() for word in _WORDS.findall(column)]
    found = next((_refused()[word] for word in words if word in _refused()), None)
    if found is None or (found == "age" and not _things().isdisjoint(words)):
        return
    raise ValueError(
        f"the column {column!r} seems to be about {found}; segments and scores never go by age, gender, "
        "health, origin, religion or politics"
    )


@cache
def _refused() -> dict[str, str]:
    return {row["word"]: row["about"] for row in rows_of("refused_columns")}


@cache
def _things() -> frozenset[str]:
    return frozenset(row["word"] for row in rows_of("things_of_age"))


__all__ = ["ColumnIs", "Part", "cell_of", "date_in", "refuse_telling"]
