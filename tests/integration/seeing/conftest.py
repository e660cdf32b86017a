"""The whole service in one process, watched."""

import pytest
from world_fixtures import service

from scheduler import rate_limit

__all__ = ["service"]


@pytest.fixture(autouse=True)
def a_pace_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test waits for the places that another one has taken in this process."""
    monkeypatch.setattr(rate_limit, "_free_at", {})
