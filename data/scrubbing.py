"""Taking a number out of the files that we keep ourselves: uploaded lists, and reports of refused rows.

Only below the data folder: what an owner keeps elsewhere is theirs.
"""

from __future__ import annotations

import csv
import os
import re
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import phonenumbers
import structlog

from data import settings
from data.imports.list_file import ListError, read

_NOT_OURS = frozenset({"secrets", "log", "run", "redis"})
"""Folders below the data folder that hold no rows of lists."""

_ENDINGS = frozenset({".csv", ".tsv", ".txt"})

log = structlog.get_logger(__name__)


def scrub(phone: str) -> int:
    """Take every row with this number (E.164) out of those files; how many rows went. Safe to repeat."""
    digits = _national(phone)
    return sum(_scrub_file(path, digits) for path in _files(settings.get().rekindle_data_dir))


def _files(folder: Path) -> Iterator[Path]:
    if not folder.is_dir():
        return
    for root, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name not in _NOT_OURS]
        yield from (Path(root, name) for name in sorted(names) if Path(name).suffix.lower() in _ENDINGS)


def _national(phone: str) -> str:
    """The digits of a number without its country's: every way of writing it has these."""
    try:
        number = phonenumbers.parse(phone)
    except phonenumbers.NumberParseException:
        return re.sub(r"\D", "", phone)
    return phonenumbers.national_significant_number(number)


def _scrub_file(path: Path, digits: str) -> int:
    try:
        text = read(path)
    except ListError:
        return 0  # no list at all: there is no row in it
    newline = "\r\n" if "\r\n" in text.content else "\n"
    kept, gone = StringIO(newline=""), 0
    writer = csv.writer(kept, delimiter=text.delimiter, lineterminator=newline)
    try:
        for cells in csv.reader(StringIO(text.content, newline=""), delimiter=text.delimiter):
            if any(digits in re.sub(r"\D", "", cell) for cell in cells):
                gone += 1
            else:
                writer.writerow(cells)
    except csv.Error:
        log.warning("a file could not be gone through for an erased number")
        return 0
    if gone:
        _replace(path, kept.getvalue().encode(text.encoding, errors="replace"))
    return gone


def _replace(path: Path, content: bytes) -> None:
    """All or nothing, with the rights that the file had."""
    spare = path.with_name(f".{path.name}.scrubbed")
    spare.touch(mode=path.stat().st_mode & 0o777)
    spare.write_bytes(content)
    os.replace(spare, path)
