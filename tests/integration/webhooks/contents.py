"""What a database holds, as one short value per table: equal values mean that no row has changed."""

from __future__ import annotations

import hashlib

from sqlalchemy import Connection, text

from data import db
from data.models import Base

TABLES = sorted(Base.metadata.tables)


def contents() -> dict[str, str]:
    """A fingerprint of every row of every table."""
    with db.engine().connect() as connection:
        if connection.dialect.name == "sqlite":
            return {table: _rows(connection, table) for table in TABLES}
        each = " UNION ALL ".join(
            f"SELECT '{table}', md5(coalesce(string_agg(t::text, chr(10) ORDER BY id), '')) FROM {table} t"
            for table in TABLES
        )
        return {str(table): str(value) for table, value in connection.execute(text(each))}


def changed(before: dict[str, str], after: dict[str, str]) -> list[str]:
    """The tables that differ."""
    return [table for table in TABLES if before[table] != after[table]]


def empty() -> None:
    """Throw away every row of every table, so that the next world starts anew with the same ids."""
    with db.engine().connect() as connection:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("PRAGMA defer_foreign_keys=ON")
            for table in TABLES:
                connection.exec_driver_sql(f"DELETE FROM {table}")
        else:
            connection.exec_driver_sql(f"TRUNCATE {', '.join(TABLES)} RESTART IDENTITY CASCADE")
        connection.commit()


def _rows(connection: Connection, table: str) -> str:
    rows = connection.exec_driver_sql(f"SELECT * FROM {table} ORDER BY id").fetchall()
    return hashlib.sha256(repr(rows).encode()).hexdigest()
