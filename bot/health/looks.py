"""The looks at the parts: each asks one thing outside of the process and says how the parts behind it are."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from redis import Redis
from redis.exceptions import RedisError
from sqlalchemy import select
from sqlalchemy.exc import DatabaseError, InterfaceError
from sqlalchemy.orm import Session

from bot.health import memory, pulse, zones
from bot.health.part import WELL, Part, unknown, unwell
from data import db, settings
from data.crypto import KeysDoNotFit
from data.db import reading
from data.models import Business
from data.queries.heartbeats import silences
from nlu.rasa import ModelUnavailable, Rasa

PATIENCE = 1.0
"""Seconds for each part that is asked over the network."""

BY_DATABASE = "business", "keys", "worker", "beat"
"""The parts that only rows can tell of."""

Look = Callable[[], Mapping[str, Part]]


def database() -> Mapping[str, Part]:
    """The database and what stands in it."""
    try:
        with db.engine().connect() as connection:
            at = memory.revision(connection)
            if at != memory.newest():
                return _without_rows(unwell("empty" if at is None else "not migrated"))
            writable = memory.takes_writes(connection)
        with reading() as session:
            rows = {**_business(session), **_pulse(session)}
    except (DatabaseError, InterfaceError):
        return _without_rows(unwell("cannot be reached or read"))
    return {"database": WELL if writable else unwell("read-only"), **rows}


def _without_rows(part: Part) -> Mapping[str, Part]:
    return {"database": part, **dict.fromkeys(BY_DATABASE, unknown("needs the database"))}


def _business(session: Session) -> Mapping[str, Part]:
    """Whether one is loaded, and whether our keys read what only they can read."""
    try:
        # the whole row: its key for the suppression list is encrypted
        loaded = session.scalars(select(Business).limit(1)).first()
    except KeysDoNotFit:
        return {"business": WELL, "keys": unwell("do not fit the database")}
    if loaded is None:
        return {"business": unwell("none is loaded"), "keys": unknown("needs a business")}
    return {"business": WELL, "keys": WELL}


def _pulse(session: Session) -> Mapping[str, Part]:
    silent = silences(session)
    return {"worker": pulse.worker(silent), "beat": pulse.beat(silent)}


def time_zones() -> Mapping[str, Part]:
    problem = zones.problem()
    return {"time zones": unwell(problem) if problem else WELL}


def redis() -> Mapping[str, Part]:
    address = settings.get().redis_url
    if not address:
        return {"redis": unknown("not set")}
    client = Redis.from_url(address, socket_timeout=PATIENCE, socket_connect_timeout=PATIENCE)
    try:
        client.ping()
    except RedisError:
        return {"redis": unwell("does not answer")}
    finally:
        client.close()
    return {"redis": WELL}


def model_server() -> Mapping[str, Part]:
    present = settings.get()
    if not present.rasa_url:
        return {"model server": unknown("not set")}
    try:
        Rasa(present.rasa_url, present.secret("rasa_token"), timeout=PATIENCE).parse("hello")
    except ModelUnavailable as error:
        return {"model server": unwell(str(error))}
    return {"model server": WELL}


LOOKS: dict[tuple[str, ...], Look] = {
    ("database", *BY_DATABASE): database,
    ("time zones",): time_zones,
    ("redis",): redis,
    ("model server",): model_server,
}
"""The parts that a look tells of -> the look. The first one is at fault where it does not come back."""
