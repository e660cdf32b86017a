"""The migrations say what the models say, on both databases."""

from __future__ import annotations

from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from data import db
from data.models import Base


@pytest.mark.database
def test_the_migrations_make_what_the_models_describe() -> None:
    with db.engine().connect() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), Base.metadata)
        if connection.dialect.name == "sqlite":
            differences = [each for each in differences if not _is_a_key_added_later(each)]
            for table in Base.metadata.sorted_tables:
                rows = connection.exec_driver_sql(f"PRAGMA foreign_key_list({table.name})").mappings()
                there = {(row["from"], row["table"], row["on_delete"]) for row in rows}
                assert there == {
                    (key.parent.name, key.column.table.name, key.ondelete) for key in table.foreign_keys
                }
    assert differences == []


def _is_a_key_added_later(difference: Any) -> bool:
    """Of a key that came with a later column, SQLAlchemy reads no ON DELETE; SQLite itself is asked."""
    return difference[0] in ("remove_fk", "add_fk")


@pytest.mark.database
def test_migrating_again_changes_nothing() -> None:
    db.migrate()
    db.migrate()
