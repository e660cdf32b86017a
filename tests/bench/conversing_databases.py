"""Databases for the bench: durable as in service, and fresh for each side."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

from services import postgresql
from services.postgresql import Cluster

KINDS = ("sqlite", "postgresql")

_numbers = count()


@contextmanager
def durable_cluster() -> Iterator[Cluster]:
    """PostgreSQL with its own defaults, where the tests' server trades safety for speed."""
    before, postgresql.SPEED = postgresql.SPEED, ("max_connections=200",)
    try:
        with postgresql.running() as cluster:
            yield cluster
    finally:
        postgresql.SPEED = before


def fresh(kind: str, cluster: Cluster | None, folder: Path) -> str:
    """The address of an empty database. SQLite writes ahead here as it does in service, for both sides."""
    if kind == "postgresql" and cluster is not None:
        return cluster.url(cluster.create())
    path = folder / f"bench-{next(_numbers)}.sqlite3"
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
    connection.close()
    return f"sqlite:///{path}"
