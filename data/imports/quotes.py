"""Whether the quotation marks of a list close where their cells end.

The csv module reads on where they do not: a mark too many at the beginning of a cell takes in row after row
until some other mark closes it, and those rows, opt-outs among them, are gone without a word. A line break
inside a cell is genuine where its record is strictly well-formed and is not made of whole rows.
"""

from __future__ import annotations

import csv
import re
from array import array
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
_SAMPLE = 200
"""Records by which it is judged how many cells a row has."""

_NUMBER = re.compile(r"\s*\"?\+?[\d(][\d\s().+/-]{6,}\"?\s*")
_FEWEST_CELLS = 3
"""A line of fewer cells may well be a sentence with a comma and a number in it."""


@dataclass(frozen=True, slots=True)
class Misquoted:
    """A record that is none: its row as a spreadsheet counts (from 1), and the line that it begins in."""

    row: int
    line: int


def lines(content: str) -> Iterator[str]:
    """The lines with their ends, one by one: StringIO would copy the text, at four bytes a character."""
    return (match[0] for match in _LINE.finditer(content))


def misquoted(content: str, delimiter: str) -> Misquoted | None:
    """The first record whose quotation marks do not close where they should; None where all do."""
    if '"' not in content:
        return None
    reader = csv.reader(lines(content), delimiter=delimiter)
    spans = array("q")  # row, line before it, last line of it; of each record over several lines
    row = before = line = 0
    try:
        for row, _ in enumerate(reader, start=1):
            before, line = line, reader.line_num
            if line - before > 1:
                spans.extend((row, before, line))
    except csv.Error:  # a cell without end
        return Misquoted(row + 1, line + 1)
    if line - before == 1:
        spans.extend((row, before, line))  # the last one may be open for want of further lines alone
    usual = _usual_width(content, delimiter)
    waiting, at = lines(content), 0
    for row, before, line in zip(spans[::3], spans[1::3], spans[2::3], strict=True):
        record = list(islice(waiting, before - at, line - at))
        at = line
        if not _closes(record, delimiter) or _swallows(record, delimiter, usual):
            return Misquoted(row, before + 1)
    return None


def _closes(record: Sequence[str], delimiter: str) -> bool:
    """Whether the lines are a record whose marks close where cells end; on a single line, close at all."""
    end = re.escape(delimiter)
    if not (wrong := _what_is_wrong(record, delimiter)):
        return True
    if len(record) == 1:
        return "unexpected end" not in wrong
    # blanks between a mark and the end of its cell are no mistake
    return not _what_is_wrong(
        [re.sub(rf'"[ \t]+(?=(?:{end}|[\r\n]|$))', '"', line) for line in record], delimiter
    )


def _what_is_wrong(record: Sequence[str], delimiter: str) -> str:
    try:
        return "" if len(list(csv.reader(record, delimiter=delimiter, strict=True))) <= 1 else "several"
    except csv.Error as error:
        return str(error)


def _swallows(record: Sequence[str], delimiter: str, usual: int) -> bool:
    """Whether a record over several lines is several rows: marks gone astray may close one another.

    A line is a row by itself where it has as many cells as others and one of them is a number. A genuine
    record may look so in one of its lines, but then it has the usual number of cells.
    """
    if len(record) == 1 or usual < _FEWEST_CELLS:
        return False
    found = (line.split(delimiter) for line in record)
    rows = sum(len(cells) == usual and any(map(_NUMBER.fullmatch, cells)) for cells in found)
    return rows > 1 or (rows == 1 and len(next(csv.reader(record, delimiter=delimiter))) != usual)


def _usual_width(content: str, delimiter: str) -> int:
    records = islice(csv.reader(lines(content), delimiter=delimiter), _SAMPLE)
    widths = Counter(len(cells) for cells in records if any(cells))
    return widths.most_common(1)[0][0] if widths else 0
