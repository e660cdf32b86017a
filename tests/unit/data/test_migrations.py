"""The migrations say what the models say, on both databases."""

from __future__ import annotations

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from data import db
from data.models import Base


@pytest.mark.database
def test_the_migrations_make_what_the_models_describe() -> None:
    with db.engine().connect() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), Base.metadata)
    assert differences == []


@pytest.mark.database
def test_migrating_again_changes_nothing() -> None:
    db.migrate()
    db.migrate()
