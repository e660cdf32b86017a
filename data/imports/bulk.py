"""Many rows into one table, as fast as the database takes them: COPY on PostgreSQL, executemany on SQLite.

An ordinary insert spends more time on each row's parameters than the database does. The values pass
through the columns' own types all the same, so that what is stored is what any other insert would store.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import chain
from typing import Any

from sqlalchemy import JSON, Date, Table
from sqlalchemy.orm import Session

_Processor = Callable[[Any], Any]


class Bulk:
    """Inserts rows, values in the order of `columns`; `always` are values that all rows share."""

    def __init__(
        self, session: Session, table: Table, columns: Sequence[str], always: dict[str, Any] | None = None
    ) -> None:
        shared = dict(_defaults(table, {*columns, *(always or {})})) | (always or {})
        self._connection = session.connection()
        dialect = self._connection.dialect
        self._postgresql = dialect.name == "postgresql"
        names = [*columns, *shared]
        processors = [_processor(table.c[name].type, dialect) for name in names]
        self._changed = [(at, processors[at]) for at in range(len(columns)) if processors[at]]
        self._shared = tuple(
            processor(value) if processor else value
            for value, processor in zip(shared.values(), processors[len(columns) :], strict=True)
        )
        marks = "" if self._postgresql else f" VALUES ({', '.join('?' * len(names))})"
        verb = "COPY" if self._postgresql else "INSERT INTO"
        self._statement = f"{verb} {table.name} ({', '.join(names)}){marks}"

    def insert(self, rows: Iterable[Sequence[Any]]) -> None:
        """Insert them, in order."""
        ready = map(self._row, rows)
        if self._postgresql:
            driver: Any = self._connection.connection.driver_connection
            with driver.cursor() as cursor, cursor.copy(f"{self._statement} FROM STDIN") as copy:
                for row in ready:
                    copy.write_row(row)
        elif some := list(ready):
            self._connection.exec_driver_sql(self._statement, some)

    def _row(self, row: Sequence[Any]) -> tuple[Any, ...]:
        values = list(row)
        for at, process in self._changed:
            if values[at] is not None and process is not None:
                values[at] = process(values[at])
        return tuple(chain(values, self._shared))


def _defaults(table: Table, given: set[str]) -> Iterable[tuple[str, Any]]:
    """What the model says of columns that nobody names, as far as it is a plain value."""
    for column in table.columns:
        if column.name not in given and column.default is not None and column.default.is_scalar:
            yield column.name, column.default.arg  # type: ignore[attr-defined]


def _processor(type_: Any, dialect: Any) -> _Processor | None:
    """What turns a value into the driver's own; what repeats is turned once."""
    process = type_.dialect_impl(dialect).bind_processor(dialect)
    if process is None:
        return None
    if isinstance(type_, JSON):
        return _remembered(process, repr)
    if isinstance(type_, Date):
        return _remembered(process, lambda value: value)
    return process  # type: ignore[no-any-return]


_MOST_REMEMBERED = 10_000


def _remembered(process: _Processor, key_of: Callable[[Any], Any]) -> _Processor:
    known: dict[Any, Any] = {}

    def processed(value: Any) -> Any:
        key = key_of(value)
        if (found := known.get(key)) is None:
            if len(known) >= _MOST_REMEMBERED:
                known.clear()
            found = known[key] = process(value)
        return found

    return processed
