"""An empty PostgreSQL database, as it is before anybody has migrated it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from services.postgresql import Cluster


@pytest.fixture
def empty_database_url(postgresql_cluster: Cluster) -> Iterator[str]:
    """Its address. Processes run apart share a PostgreSQL; SQLite is for one machine."""
    name = postgresql_cluster.create()
    yield postgresql_cluster.url(name)
    postgresql_cluster.drop(name)
