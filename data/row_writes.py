"""Writing a few rows with statements alone, for what every text passes through: a session costs time."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as NotInTime
from dataclasses import dataclass, field
from typing import Any, TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import TimeoutError as DatabaseTimeout

from data.db import IMMEDIATE, LOCK_WAIT, engine, turn

T = TypeVar("T")
Work = Callable[[Connection], T]

MOST = 16
"""Works in one transaction: nobody waits longer for the others than for the disk."""


def write_rows(work: Work[T]) -> T:
    """Run `work` and commit. Returns what it returns once that is on the disk; raises the database's error.

    On PostgreSQL `work` is one statement, which is a transaction by itself: the ways to the server for its
    begin and its end are most of what it would cost. On SQLite, which has one writer, all that wait in this
    process are committed together. There `work` may run a second time, after the first one was rolled back.
    """
    bound = engine()
    if bound.dialect.name == "sqlite":
        return _together.run(work)
    with bound.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        return work(connection)


def waiting() -> int:
    """How many works wait for SQLite's writer in this process."""
    return len(_together)


@dataclass(frozen=True, slots=True, eq=False)
class _Asked:
    work: Work[Any]
    done: Future[Any] = field(default_factory=Future)


class _Together:
    """Whoever's turn it is writes for all who wait: one way to the disk, as the journal's group commit."""

    def __init__(self) -> None:
        self._waiting: deque[_Asked] = deque()
        self._looking = threading.Lock()

    def __len__(self) -> int:
        return len(self._waiting)

    def run(self, work: Work[T]) -> T:
        mine = _Asked(work)
        self._waiting.append(mine)
        with turn():
            self._write(self._take(mine))
        try:
            result: T = mine.done.result(timeout=LOCK_WAIT)
        except NotInTime:
            raise DatabaseTimeout("another thread did not get through with these rows") from None
        return result

    def _take(self, mine: _Asked) -> list[_Asked]:
        """This one and others that wait; nothing where somebody else has taken it already."""
        with self._looking:
            if mine not in self._waiting:
                return []
            self._waiting.remove(mine)
            return [mine, *(self._waiting.popleft() for _ in range(min(MOST - 1, len(self._waiting))))]

    def _write(self, asked: list[_Asked]) -> None:
        try:
            results = _in_one_transaction(asked)
        except Exception as error:
            if len(asked) == 1:
                asked[0].done.set_exception(error)
            else:  # one of them failed, or the database did: each for itself
                for one in asked:
                    self._write([one])
        else:
            for one, result in zip(asked, results, strict=True):
                one.done.set_result(result)


def _in_one_transaction(asked: list[_Asked]) -> list[Any]:
    if not asked:
        return []
    with engine().connect().execution_options(**IMMEDIATE) as connection, connection.begin():
        return [one.work(connection) for one in asked]


_together = _Together()
