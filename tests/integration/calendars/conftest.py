"""A Google of our own for the tests of this folder, and a practice that books on it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from google_server.fixtures import ConnectedGoogle, google_server, one_google
from soak import booking_scenes
from soak.booking_scenes import Practice

from tests.world_fixtures import Service, service

__all__ = ["google_server", "one_google", "service"]


@pytest.fixture
def practice(service: Service, one_google: ConnectedGoogle) -> Iterator[Practice]:
    """The sample business, whose visits stand on one_google's calendar, empty at first."""
    with booking_scenes.practice(service, one_google) as made:
        yield made
