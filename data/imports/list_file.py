"""From bytes to records: which encoding, which delimiter, and whether it is a list at all."""

from __future__ import annotations

import csv
import hashlib
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from data.imports.quotes import lines, misquoted

DELIMITERS = (",", ";", "\t", "|")

_LONGEST_CELL = 100_000
_SAMPLE_RECORDS = 60
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_KINDS = (
    (b"PK\x03\x04", "an Excel workbook or a zip archive"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook"),
    (b"%PDF", "a PDF"),
)
_USUAL_HIGH = frozenset("‘’“”–—…€£°ºª¿¡«»·•™®©´Œœ" + "".join(map(chr, range(0xC0, 0x100))))
"""What stands beyond ASCII in lists that were written in cp1252."""


class ListError(Exception):
    """The file cannot be read as a list of contacts; the message is one clear sentence."""


@dataclass(slots=True)
class Record:
    """One record. `row` is its number as a spreadsheet shows it: blank ones count, the first is 1."""

    row: int
    cells: list[str]


@dataclass(frozen=True, slots=True)
class Text:
    """A decoded file that can be gone through more than once."""

    name: str
    sha256: str
    encoding: str
    delimiter: str
    content: str

    def records(self) -> Iterator[Record]:
        """All records, blank ones left out. Raises ListError where the quotation marks do not close."""
        row = 0
        try:
            for row, cells in enumerate(_parse(self.content, self.delimiter), start=1):
                if "".join(cells).strip():
                    yield Record(row, cells)
        except csv.Error:
            raise ListError(
                f"{self.name} cannot be read beyond row {row}: a quotation mark that opens there never closes"
            ) from None


def read(path: Path) -> Text:
    """Read and decode a file and find its delimiter. Raises ListError."""
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        raise ListError(f"{path} does not exist") from None
    except IsADirectoryError:
        raise ListError(f"{path} is a folder; name the file of contacts in it") from None
    except OSError as error:
        raise ListError(f"{path} cannot be read: {error.strerror or error}") from None
    for magic, kind in _KINDS:
        if raw.startswith(magic):
            raise ListError(f"{path.name} is {kind}; save it as CSV and import that")
    content, encoding = decode(raw, path.name)
    content, hinted = _without_hint(content)
    if not content.strip():
        raise ListError(f"{path.name} is empty")
    delimiter = hinted or delimiter_of(content)
    if wrong := misquoted(content, delimiter):
        line = wrong.line + bool(hinted)
        raise ListError(
            f"{path.name} cannot be read: a quotation mark that opens in row {wrong.row} never closes where "
            f"its cell ends and takes in the rows below; remove it in line {line} of the file, or close it"
        )
    return Text(path.name, hashlib.sha256(raw).hexdigest(), encoding, delimiter, content)


def decode(raw: bytes, name: str = "the file") -> tuple[str, str]:
    """The text of a file and its encoding. Raises ListError where it is not text."""
    for mark, encoding in (
        (b"\xef\xbb\xbf", "utf-8-sig"),
        (b"\xff\xfe\x00\x00", "utf-32"),
        (b"\x00\x00\xfe\xff", "utf-32"),
        (b"\xff\xfe", "utf-16"),
        (b"\xfe\xff", "utf-16"),
    ):
        if raw.startswith(mark):
            text = raw.decode(encoding, errors="replace")
            return _printable(text, name), encoding
    if b"\x00" in raw[:4000] and (wide := _wide(raw)):
        return _printable(raw.decode(wide, errors="replace"), name), wide
    try:
        return _printable(raw.decode("utf-8"), name), "utf-8"
    except UnicodeDecodeError:
        return _printable(*_single_bytes(raw, name)), "cp1252"


def _wide(raw: bytes) -> str | None:
    """utf-16 without a mark: in western text every other byte is zero."""
    sample = raw[:4000]
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    half = len(sample) / 2
    if odd > 0.6 * half and even < 0.05 * half:
        return "utf-16-le"
    return "utf-16-be" if even > 0.6 * half and odd < 0.05 * half else None


def _single_bytes(raw: bytes, name: str) -> tuple[str, str]:
    """Text that is not utf-8: cp1252 where that reads naturally, utf-8 with broken bytes, or a guess."""
    mended = raw.decode("utf-8", errors="replace")
    broken = mended.count("\ufffd")
    if sum(char > "\x7f" for char in mended) - broken > 2 * broken:
        return mended, name
    try:
        text = raw.decode("cp1252")
        if all(char in _USUAL_HIGH for char in set(text) if char > "\xa0"):
            return text, name
    except UnicodeDecodeError:
        text = ""
    if len(_CONTROLS.findall(raw[:20_000].decode("latin-1"))) > len(raw[:20_000]) / 100:
        raise ListError(f"{name} is not a text file; export the list as CSV")
    from charset_normalizer import from_bytes  # slow to import, and seldom needed

    guess = from_bytes(raw[:100_000]).best()
    if guess is None and not text:
        raise ListError(f"{name} is not a text file; export the list as CSV (UTF-8)")
    return (raw.decode(guess.encoding, errors="replace") if guess else text), name


def _printable(text: str, name: str) -> str:
    """Without the control characters that some exports leave in; a file full of them is not text."""
    text = text.removesuffix("\x1a")
    controls = len(_CONTROLS.findall(text))
    if "\x00" in text or controls > len(text) / 1_000 + 2 or text.count("\ufffd") > len(text) / 100 + 2:
        raise ListError(f"{name} is not a text file; export the list as CSV")
    return _CONTROLS.sub(" ", text) if controls else text


def _without_hint(content: str) -> tuple[str, str | None]:
    """Excel's first line `sep=;` names the delimiter and is no row."""
    hint = re.match(r'"?sep=(.)"?\r?\n', content, re.IGNORECASE)
    if hint and hint[1] in DELIMITERS:
        return content[hint.end() :], hint[1]
    return content, None


def delimiter_of(content: str) -> str:
    """The delimiter under which the first records have most evenly the header's width; comma if none."""
    best, best_score = ",", (0.0, 0)
    for delimiter in DELIMITERS:
        try:
            records = list(islice(_parse(content, delimiter), _SAMPLE_RECORDS))
        except csv.Error:
            continue
        widths = [len(cells) for cells in records if any(cell.strip() for cell in cells)]
        width, count = Counter(widths).most_common(1)[0] if widths else (0, 0)
        if width > 1 and (score := (round(count / len(widths), 1), width)) > best_score:
            best, best_score = delimiter, score
    return best


def _parse(content: str, delimiter: str) -> Iterator[list[str]]:
    csv.field_size_limit(_LONGEST_CELL)
    return csv.reader(lines(content), delimiter=delimiter)
