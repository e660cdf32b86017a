"""Taking a number out of the files that we keep ourselves: uploaded lists, and reports of refused rows.

Also out of what an import that died has left: its journal of refused rows, and a half-written report. Only
below the data folder: what an owner keeps elsewhere is theirs.
"""

from __future__ import annotations

import csv
import os
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

import phonenumbers
import structlog

from data import settings
from data.imports.journal import ENDING as JOURNAL
from data.imports.journal import take_out
from data.imports.list_file import ListError, decode, read
from data.imports.quotes import lines

_NOT_OURS = frozenset({"secrets", "log", "run", "redis"})
"""Folders below the data folder that hold no rows of lists."""

_ENDINGS = frozenset({".csv", ".tsv", ".txt", JOURNAL})
_HALF_WRITTEN = re.compile(r"\.(.+)\.(?:new|scrubbed)")
"""What is left of a file whose writer was killed: .report.csv.new."""

_CELLS = re.compile(r"[,;|\t\"]")
"""What stands between the cells of a line that is no row."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Scrubbed:
    """How many rows went, and the files that could not be gone through (below the data folder)."""

    rows: int = 0
    left: tuple[str, ...] = ()


def scrub(phone: str) -> Scrubbed:
    """Take every row with this number (E.164) out of those files. Safe to repeat.

    What is no list (broken, or with quotation marks gone astray) loses the lines with the number.
    """
    digits, folder = _national(phone), settings.get().rekindle_data_dir
    rows, left = 0, []

    def leave(error: OSError, path: Path) -> None:
        if not isinstance(error, FileNotFoundError):  # taken in, or thrown away, at this very moment
            log.warning("a file was not gone through for an erased number", error=type(error).__name__)
            left.append(str(path.relative_to(folder)))

    for path in _files(folder, lambda error: leave(error, Path(error.filename))):
        try:
            rows += _scrub_file(path, digits)
        except OSError as error:
            leave(error, path)
    return Scrubbed(rows, tuple(left))


def _files(folder: Path, on_error: Callable[[OSError], None]) -> Iterator[Path]:
    for root, folders, names in os.walk(folder, onerror=on_error):
        folders[:] = [name for name in folders if name not in _NOT_OURS]
        yield from (Path(root, name) for name in sorted(names) if _holds_rows(name))


def _holds_rows(name: str) -> bool:
    half = _HALF_WRITTEN.fullmatch(name)
    return Path(half[1] if half else name).suffix.lower() in _ENDINGS


def _national(phone: str) -> str:
    """The digits of a number without its country's: every way of writing it has these."""
    try:
        number = phonenumbers.parse(phone)
    except phonenumbers.NumberParseException:
        return re.sub(r"\D", "", phone)
    return phonenumbers.national_significant_number(number)


def _scrub_file(path: Path, digits: str) -> int:
    try:
        if path.suffix.lower() == JOURNAL:
            return take_out(path, lambda cells: _has(cells, digits))
        return _scrub_rows(path, digits)
    except (ListError, csv.Error):
        return _scrub_lines(path, digits)


def _has(cells: list[str], digits: str) -> bool:
    return any(digits in re.sub(r"\D", "", cell) for cell in cells)


def _scrub_rows(path: Path, digits: str) -> int:
    """Of a list. Raises ListError or csv.Error where it is none."""
    text = read(path)
    newline = "\r\n" if "\r\n" in text.content else "\n"
    kept, gone = StringIO(newline=""), 0
    writer = csv.writer(kept, delimiter=text.delimiter, lineterminator=newline)
    for cells in csv.reader(StringIO(text.content, newline=""), delimiter=text.delimiter):
        if _has(cells, digits):
            gone += 1
        else:
            writer.writerow(cells)
    if gone:
        _replace(path, kept.getvalue().encode(text.encoding, errors="replace"))
    return gone


def _scrub_lines(path: Path, digits: str) -> int:
    """Of whatever else stands there; as bytes, so that all that stays is what it was."""
    raw = path.read_bytes()
    if b"\x00" in raw:  # utf-16, in which bytes are no characters
        with suppress(ListError):
            content, encoding = decode(raw)
            return _scrub_text(path, content, encoding, digits)
    return _scrub_text(path, raw.decode("latin-1"), "latin-1", digits)


def _scrub_text(path: Path, content: str, encoding: str, digits: str) -> int:
    every = list(lines(content))
    kept = [line for line in every if not _has(_CELLS.split(line), digits)]
    if len(kept) < len(every):
        _replace(path, "".join(kept).encode(encoding, errors="replace"))
    return len(every) - len(kept)


def _replace(path: Path, content: bytes) -> None:
    """All or nothing, with the rights that the file had."""
    spare = path.with_name(f".{path.name}.scrubbed")
    spare.touch(mode=path.stat().st_mode & 0o777)
    spare.write_bytes(content)
    os.replace(spare, path)
