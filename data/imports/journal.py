"""The refused rows of an import while it runs, one a line, until they are put in order as its report.

They are written before the database says that their portion is stored: an import that died goes on behind
the last portion that was, and its report lacks nothing. (After a power cut it may, and says so: waiting for
the disk at every portion would double what the import waits.)
"""

from __future__ import annotations

import fcntl
import json
import os
import tempfile
from array import array
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

from data.imports.entry import Trouble
from data.imports.list_file import ListError
from data.imports.report import write_report

ENDING = ".part"
"""What the name of a journal has behind that of its report."""

_MOST = 1 << 40
"""Bytes of a journal; row numbers stand above them in one number that is sorted by."""


class Journal:
    """One open journal; `path` None: of a dry run, which leaves none behind."""

    def __init__(self, file: IO[bytes], path: Path | None) -> None:
        self._file = file
        self._path = path

    def add(self, refused: dict[int, Trouble], cells: dict[int, list[str]]) -> int:
        """Write rows down and return how long the journal is now. They survive whatever ends this process."""
        lines = (
            json.dumps([row, trouble.reason, trouble.detail, cells[row]]) + "\n"
            for row, trouble in refused.items()
        )
        self._file.write("".join(lines).encode())
        self._file.flush()
        return self._file.tell()

    def report(self, path: Path, header: list[str]) -> None:
        """Write the report, in the order of the list. Raises ListError where that cannot be done."""
        write_report(path, header, self._in_order())

    def close(self, *, over: bool) -> None:
        """Let go of it; `over`: it is needed no more."""
        if over and self._path is not None:
            self._path.unlink(missing_ok=True)
        self._file.close()

    def _in_order(self) -> Iterator[tuple[int, Trouble, list[str]]]:
        places = array("q")
        self._file.seek(0)
        at = 0
        for line in self._file:
            if line.strip():
                places.append(int(line[1 : line.index(b",")]) * _MOST + at)
            at += len(line)
        for place in sorted(places):
            self._file.seek(place % _MOST)
            row, reason, detail, cells = json.loads(self._file.readline())
            yield row, Trouble(reason, detail), cells


def begin(report: Path, *, keep: int = 0, dry_run: bool = False) -> tuple[Journal, bool]:
    """The journal of an import, and whether the `keep` bytes that should be there are.

    Raises ListError where the report's folder cannot be written to, or where another process is at it.
    """
    path = report.with_name(f"{report.name}{ENDING}")
    if dry_run:
        spare = tempfile.TemporaryFile()  # noqa: SIM115 - the journal closes it
        spare.write(_beginning(path, keep))
        return Journal(spare, None), spare.tell() == keep
    try:
        file = path.open("a+b")
    except OSError as error:
        raise ListError(
            f"the report {report} cannot be written ({error.strerror or error}); name another with --report"
        ) from None
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        raise ListError("this list is being taken in by another process at this moment") from None
    complete = file.seek(0, os.SEEK_END) >= keep
    file.truncate(keep if complete else 0)
    file.seek(0, os.SEEK_END)
    return Journal(file, path), complete


def take_out(path: Path, unwanted: Callable[[list[str]], bool]) -> int:
    """Blank the rows whose cells or sentence are unwanted; how many. The others keep their places.

    An import goes on by how many bytes of its journal count, and may have it open at this moment.
    """
    gone = 0
    with path.open("r+b") as file:
        at = 0
        for line in iter(file.readline, b""):
            if line.strip() and unwanted(_words_of(line)):
                file.seek(at)
                file.write(b" " * len(line.rstrip(b"\n")))
                gone += 1
            at += len(line)
            file.seek(at)
    return gone


def _words_of(line: bytes) -> list[str]:
    try:
        _, _, detail, cells = json.loads(line)
    except ValueError:  # its writer died in the middle of it
        return [line.decode(errors="replace")]
    return [detail, *cells]


def _beginning(path: Path, length: int) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(length)
    except OSError:
        return b""
