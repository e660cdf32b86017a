"""The database: two kinds of session and no other way in but data/row_writes.py, which every text takes.

`reading()` changes nothing. `writing()` commits when its block ends and
rolls back when it raises; on SQLite it is `BEGIN IMMEDIATE`, because a transaction that reads first and
writes later fails at once under contention. No network call happens inside either.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.orm import Session, sessionmaker

from data import settings
from data.turns import Turns

IMMEDIATE = {"sqlite_begin": "BEGIN IMMEDIATE"}

LOCK_WAIT = 8
"""Seconds to wait for another writer: well within the 15 that the provider waits for a webhook."""

STATEMENT = 75
"""Seconds for one statement on PostgreSQL: as long as a task may take. Migrations take what they need."""

IDLE = 1.0
"""Seconds (real time) after which a connection to PostgreSQL is looked at before it is used again."""

_engine: Engine | None = None
_sessions: sessionmaker[Session] | None = None
_turns: Turns | None = None


def connect(url: str | None = None) -> Engine:
    """Bind the engine, by default to the settings' database. Replaces an earlier one."""
    global _engine, _sessions, _turns
    dispose()
    address = url or settings.get().database_address
    if address.startswith("sqlite:///"):
        file = Path(address.removeprefix("sqlite:///"))
        file.parent.mkdir(parents=True, exist_ok=True)
        _turns = Turns(str(file), LOCK_WAIT)
        _engine = create_engine(
            address,
            hide_parameters=True,
            connect_args={"timeout": LOCK_WAIT, "check_same_thread": False},
        )
        _speak_sqlite(_engine)
    else:
        _engine = create_engine(
            address,
            hide_parameters=True,
            pool_size=10,
            max_overflow=20,
            pool_timeout=LOCK_WAIT,
            pool_use_lifo=True,  # so that those used last are used again, and need no look
            connect_args={
                "connect_timeout": 5,
                # a server that is gone without a word: noticed in half a minute, not in two hours
                "keepalives_idle": 10,
                "keepalives_interval": 5,
                "keepalives_count": 3,
                "tcp_user_timeout": 25_000,
                "options": f"-c lock_timeout={LOCK_WAIT}s -c statement_timeout={STATEMENT}s "
                "-c idle_in_transaction_session_timeout=60s",
            },
        )
        _look_at_idle_connections(_engine)
    _sessions = sessionmaker(_engine, expire_on_commit=False)
    return _engine


def dispose() -> None:
    """Close every connection; the next session connects anew."""
    if _engine is not None:
        _engine.dispose()
    _forget()


def _forget_after_fork() -> None:
    """A child must not use its parent's sockets, nor close them."""
    if _engine is not None:
        _engine.dispose(close=False)
    _forget()


def _forget() -> None:
    global _engine, _sessions, _turns
    if _turns is not None:
        _turns.leave()
    _engine = _sessions = _turns = None


os.register_at_fork(after_in_child=_forget_after_fork)


def engine() -> Engine:
    """The engine, connected to the settings' database where nobody has connected yet."""
    return _engine or connect()


@contextmanager
def reading() -> Iterator[Session]:
    """A session for reading; whatever it changes is thrown away. Read what belongs together in one query."""
    with _session() as session:
        if session.get_bind().dialect.name == "sqlite":
            session.connection(execution_options={"sqlite_begin": "BEGIN"})
        try:
            yield session
        finally:
            session.expunge_all()  # what was read stays readable afterwards
            session.rollback()


@contextmanager
def writing() -> Iterator[Session]:
    """A session for writing: one commit at the end, or nothing."""
    with _session() as session:
        if session.get_bind().dialect.name == "sqlite":
            with turn(), session.begin():
                session.connection(execution_options=IMMEDIATE)
                yield session
        else:
            with session.begin():
                yield session


def turn() -> AbstractContextManager[None]:
    """SQLite's one writer at a time: a block in which it is this thread's turn (data/turns.py)."""
    engine()
    return _turns.mine() if _turns is not None else nullcontext()


def _session() -> Session:
    engine()
    assert _sessions is not None
    return _sessions()


def _look_at_idle_connections(bound: Engine) -> None:
    """Ask a connection that was not used for a while whether the server is still there.

    As pool_pre_ping, which asks every time: that is one way to the server of four for a small transaction.
    What is lost with a server that went away a moment ago is begun again (data/db_faults.py).
    """

    @event.listens_for(bound, "checkin")
    def _on_checkin(_connection: Any, record: Any) -> None:
        record.info["used"] = time.monotonic()

    @event.listens_for(bound, "checkout")
    def _on_checkout(connection: Any, record: Any, _proxy: Any) -> None:
        if time.monotonic() - record.info.get("used", time.monotonic()) < IDLE:
            return
        try:
            bound.dialect.do_ping(connection)
        except bound.dialect.loaded_dbapi.Error as gone:
            raise InvalidatePoolError from gone


def _speak_sqlite(bound: Engine) -> None:
    @event.listens_for(bound, "connect")
    def _on_connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # the driver must not begin transactions on its own
        # SQLite's own knows the letters of ASCII alone; a search for "émile" finds Émile everywhere
        connection.create_function("lower", 1, _lower, deterministic=True)
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            f"busy_timeout={LOCK_WAIT * 1000}",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(bound, "begin")
    def _on_begin(connection: Any) -> None:
        connection.exec_driver_sql(connection.get_execution_options().get("sqlite_begin", "BEGIN"))


def _lower(text: Any) -> Any:
    return text.lower() if isinstance(text, str) else text


def migrate(revision: str = "head") -> None:
    """Bring the database to the newest revision; an empty one is filled."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    with engine().connect() as connection:
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("SET statement_timeout = 0")
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
        connection.commit()
