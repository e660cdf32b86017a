"""The database: whether it answers, is at the newest revision, and takes what is written."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, delete
from sqlalchemy.exc import DatabaseError

from data import db
from data.models import Heartbeat

PATIENCE_MS = 250
"""Milliseconds to wait for another writer on SQLite: that somebody writes shows that one can."""

READ_ONLY = "25006"
"""PostgreSQL's code for a write in a read-only transaction (Appendix A of its manual)."""


@lru_cache(maxsize=1)
def newest() -> str | None:
    """The revision that this code needs."""
    config = Config()
    config.set_main_option("script_location", str(Path(db.__file__).parent / "migrations"))
    return ScriptDirectory.from_config(config).get_current_head()


def revision(connection: Connection) -> str | None:
    """The revision that the database is at, None for an empty one."""
    return MigrationContext.configure(connection).get_current_revision()


def takes_writes(connection: Connection) -> bool:
    """Whether something could be written; nothing is. A replica takes nothing, nor does a locked-up file."""
    sqlite = connection.dialect.name == "sqlite"
    if sqlite:
        connection.exec_driver_sql(f"PRAGMA busy_timeout={PATIENCE_MS}")
    try:
        connection.execute(delete(Heartbeat).where(Heartbeat.id == -1))
    except DatabaseError as error:
        if getattr(error.orig, "sqlite_errorname", "").startswith("SQLITE_READONLY"):
            return False
        if getattr(error.orig, "sqlstate", "") == READ_ONLY:
            return False
        if not getattr(error.orig, "sqlite_errorname", "").startswith("SQLITE_BUSY"):
            raise
    finally:
        connection.rollback()
        if sqlite:
            connection.exec_driver_sql(f"PRAGMA busy_timeout={db.LOCK_WAIT * 1000}")
    return True
