"""The service in one process, for the tests in this folder."""

import pytest

from scheduler import rate_limit
from tests.world_fixtures import service

__all__ = ["service"]


@pytest.fixture(autouse=True)
def a_pace_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test waits for the places that another one has taken in this process."""
    monkeypatch.setattr(rate_limit, "_free_at", {})
