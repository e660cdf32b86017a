"""A list that can be read, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from data.imports.columns import Columns, find_columns
from data.imports.list_file import Text, read

AS_GUESSED: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class ContactList:
    """A list that can be read: its text and what its columns mean (`columns.mapping`: field -> column)."""

    path: Path
    text: Text
    columns: Columns


@dataclass(frozen=True, slots=True)
class Summary:
    """What became of a list; `rows` = `accepted` + `updated` + `refused`.

    `report` is where the refused rows stand. `sample_business`: there was no business, so that the sample
    business was loaded. `taken_up`: an import that had died was brought to its end. `report_complete` is
    false where the rows that it had refused before are lost (somebody removed its notes).
    """

    rows: int
    accepted: int
    updated: int
    refused: int
    by_reason: dict[str, int]
    report: Path
    sample_business: bool = False
    taken_up: bool = False
    report_complete: bool = True

    def counts(self) -> dict[str, Any]:
        """The figures of the contract, in its order."""
        return {
            "rows": self.rows,
            "accepted": self.accepted,
            "updated": self.updated,
            "refused": self.refused,
            "by_reason": self.by_reason,
        }


def open_list(path: Path, mapping: Mapping[str, str] = AS_GUESSED) -> ContactList:
    """Read a list; `mapping` (field -> column) overrides what the header's names suggest.

    Raises ListError, with one clear sentence, where the file or the mapping cannot be used.
    """
    text = read(path)
    return ContactList(path, text, find_columns(text, mapping))
