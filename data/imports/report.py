"""The report: every refused row with its reason, a sentence, and its own cells, in the order of the list.

Reports are opened in spreadsheets, where a cell that begins with = + - @ is a formula. Our own cells never
begin so. The list's own cells stay as they came where they are plainly harmless (a number with a sign, such
as a phone's +1 212 555 0123); whatever else begins so, or with a tab, gets an apostrophe in front, which a
spreadsheet takes for "this is text", and which the import takes off a number again.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from data.imports.entry import Trouble
from data.imports.list_file import ListError

OURS = ("row", "reason", "detail")

_FORMULA = re.compile(r"[\s\"']*[=+\-@|%]|[\t\r\n]")
_SIGNED_NUMBER = re.compile(r"[+-][\d\s().,/-]+(?:\s?(?:x|ext\.?)\s?\d+)?")


def default_path(file: Path) -> Path:
    """Beside the list: contacts.csv -> contacts.report.csv."""
    return file.with_name(f"{file.stem}.report.csv")


def write_report(path: Path, header: list[str], refused: Iterable[tuple[int, Trouble, list[str]]]) -> None:
    """Write the report of the refused rows (row, why, cells). Raises ListError where that cannot be done.

    Whoever reads it meanwhile sees the old one or the new one.
    """
    fresh = path.with_name(f".{path.name}.new")
    try:
        with fresh.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow([*OURS, *(_column(name) for name in header)])
            for row, trouble, cells in refused:
                writer.writerow([row, trouble.reason, defused(trouble.detail), *map(defused, cells)])
        fresh.replace(path)
    except OSError as error:
        with suppress(OSError):
            fresh.unlink()
        raise ListError(
            f"the report {path} cannot be written ({error.strerror or error}); name another with --report"
        ) from None


def defused(cell: str) -> str:
    """The cell, so that no spreadsheet takes it for a formula."""
    if _FORMULA.match(cell) and not _SIGNED_NUMBER.fullmatch(cell):
        return f"'{cell}"
    return cell


def _column(name: str) -> str:
    """A column of the list keeps its name unless it is one of ours."""
    return defused(f"{name} (of the list)" if name in OURS else name)


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a report: `header` is ours and the list's; `more` says whether rows follow."""

    header: list[str]
    rows: list[list[str]]
    more: bool


def read_page(path: Path, page: int = 1, size: int = 50, *, reason: str = "") -> Page:
    """A page (the first is 1) of the refused rows, of one reason alone where it is named.

    Raises ListError where the report is gone.
    """
    try:
        with path.open(encoding="utf-8", newline="") as file:
            records = csv.reader(file)
            header = next(records, [])
            wanted = (row for row in records if not reason or row[1:2] == [reason])
            found = list(islice(wanted, (page - 1) * size, page * size + 1))
    except OSError:
        raise ListError("the report of the refused rows is not there any more") from None
    return Page(header, found[:size], len(found) > size)
