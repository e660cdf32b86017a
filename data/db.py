"""The database: two kinds of session and no other way in.

`reading()` changes nothing. `writing()` commits when its block ends and
rolls back when it raises; on SQLite it is `BEGIN IMMEDIATE`, because a transaction that reads first and
writes later fails at once under contention. No network call happens inside either.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.orm import Session, sessionmaker

from data import settings

IMMEDIATE = {"sqlite_begin": "BEGIN IMMEDIATE"}

LOCK_WAIT = 8
"""Seconds to wait for another writer: well within the 15 that the provider waits for a webhook."""

STATEMENT = 75
"""Seconds for one statement on PostgreSQL: as long as a task may take. Migrations take what they need."""

_engine: Engine | None = None
_sessions: sessionmaker[Session] | None = None
_writers = threading.Lock()


def connect(url: str | None = None) -> Engine:
    """Bind the engine, by default to the settings' database. Replaces an earlier one."""
    global _engine, _sessions
    dispose()
    address = url or settings.get().database_address
    if address.startswith("sqlite:///"):
        Path(address.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)
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
            pool_pre_ping=True,
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
    _sessions = sessionmaker(_engine, expire_on_commit=False)
    return _engine


def dispose() -> None:
    """Close every connection; the next session connects anew."""
    global _engine, _sessions
    if _engine is not None:
        _engine.dispose()
    _engine = _sessions = None


def _forget_after_fork() -> None:
    """A child must not use its parent's sockets, nor close them."""
    global _engine, _sessions, _writers
    if _engine is not None:
        _engine.dispose(close=False)
    _engine = _sessions = None
    _writers = threading.Lock()


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
            with _one_at_a_time(), session.begin():
                session.connection(execution_options=IMMEDIATE)
                yield session
        else:
            with session.begin():
                yield session


@contextmanager
def writing_rows() -> Iterator[Connection]:
    """As `writing()`, for statements alone: every text passes through here, and a session costs time."""
    bound = engine()
    if bound.dialect.name == "sqlite":
        with (
            _one_at_a_time(),
            bound.connect().execution_options(**IMMEDIATE) as connection,
            connection.begin(),
        ):
            yield connection
    else:
        with bound.connect() as connection, connection.begin():
            yield connection


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """SQLite has one writer: a process's threads queue here, where the next one goes on at once.

    Left to SQLite they would sleep in growing steps and look again. After LOCK_WAIT they are left to it all
    the same, so that whoever never lets go is named by the error that SQLite knows.
    """
    lock = _writers
    mine = lock.acquire(timeout=LOCK_WAIT)
    try:
        yield
    finally:
        if mine:
            lock.release()


def _session() -> Session:
    engine()
    assert _sessions is not None
    return _sessions()


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
