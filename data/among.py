"""Asking for thousands of rows at once, by a value that each of them has."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import ColumnElement, any_, literal
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session


def among(session: Session, column: Any, values: Iterable[Any]) -> ColumnElement[bool]:
    """Whether the column's value is one of these. On PostgreSQL they are one parameter, and not thousands."""
    some = list(values)
    if session.get_bind().dialect.name == "postgresql":
        return column == any_(literal(some, ARRAY(column.type)))  # type: ignore[no-any-return]
    return column.in_(some)  # type: ignore[no-any-return]


@contextmanager
def planned_each_time(session: Session) -> Iterator[None]:
    """A block whose statements PostgreSQL plans with a look at their parameters, every time.

    The driver prepares what it has sent five times, and the server then plans it for any parameters; in
    tables that have just grown it compares each row with thousands of values, where a look at them would
    have made it hash them (https://www.postgresql.org/docs/current/sql-prepare.html).
    """
    driver: Any = session.connection().connection.driver_connection
    before = getattr(driver, "prepare_threshold", None)
    if before is None:  # SQLite, or nothing is prepared anyway
        yield
        return
    driver.prepare_threshold = None
    try:
        yield
    finally:
        driver.prepare_threshold = before
