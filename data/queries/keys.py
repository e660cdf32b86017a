"""Writing every encrypted column anew with the newest key."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Column, LargeBinary, Table, select, type_coerce, update
from sqlalchemy.orm import Session

from data import crypto
from data.models.base import Base, Encrypted


def rotate(session: Session) -> dict[str, tuple[int, int]]:
    """Column -> how many values were written anew, of how many. All of it or nothing.

    Raises KeysDoNotFit where a value was written with a key that is not among the present ones.
    """
    return {f"{table.name}.{column.name}": _rotate(session, table, column) for table, column in encrypted()}


def encrypted() -> Iterator[tuple[Table, Column[bytes]]]:
    """Every column that is encrypted, of whatever table, present or future."""
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            if isinstance(column.type, Encrypted):
                yield table, column


def _rotate(session: Session, table: Table, column: Column[bytes]) -> tuple[int, int]:
    sealed = type_coerce(column, LargeBinary)
    rows = session.execute(
        select(table.c.id, sealed).where(column.is_not(None)).order_by(table.c.id).with_for_update()
    ).all()
    renewed = 0
    for row_id, old in rows:
        new = crypto.renewed(old)
        if new is not None:
            values = {column.name: type_coerce(new, LargeBinary)}
            session.execute(update(table).where(table.c.id == row_id).values(values))
            renewed += 1
    return renewed, len(rows)
