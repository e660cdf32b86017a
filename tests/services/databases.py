"""Fresh migrated databases, one kind after the other, each copied from one that was migrated once."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from services.postgresql import Cluster

from data import db, settings

KINDS = ("sqlite", "postgresql")


def migrate(url: str, folder: Path) -> None:
    """Bring one database to the newest revision, in settings of its own."""
    before = settings.get()
    settings.use(settings.isolated(database_url=url, rekindle_data_dir=folder))
    try:
        db.connect()
        db.migrate()
    finally:
        db.dispose()
        settings.use(before)


@contextmanager
def sqlite_copy(template: Path, folder: Path) -> Iterator[str]:
    """The address of a copy of the template file."""
    copy = folder / "rekindle.sqlite3"
    shutil.copyfile(template, copy)
    yield f"sqlite:///{copy}"


@contextmanager
def postgresql_copy(cluster: Cluster, template: str) -> Iterator[str]:
    """The address of a copy of the template database, dropped afterwards."""
    name = cluster.create(template)
    try:
        yield cluster.url(name)
    finally:
        cluster.drop(name)
