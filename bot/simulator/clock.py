"""The simulator's time: the machine's plus an offset, its own or the service's."""

from __future__ import annotations

import logging
import threading
from datetime import UTC, datetime, timedelta

import requests

_log = logging.getLogger(__name__)
_SECONDS = 5.0


class ClockStuck(Exception):
    """The service's clock cannot be moved now; trying again later can help."""


class OwnClock:
    """The machine's time plus an offset that `forward` makes larger."""

    def __init__(self) -> None:
        self._offset = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self._offset

    def forward(self, seconds: float) -> datetime:
        """Move ahead; the new time."""
        self._offset += timedelta(seconds=seconds)
        return self()

    def refresh(self) -> None:
        """Nothing to ask: this clock is its own."""


class FollowedClock:
    """The machine's time plus the offset of the service's demo clock.

    The service answers `GET url` with {"now": ISO} and `POST url` {"forward_seconds": n} with the same.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._offset = timedelta()
        self._session = requests.Session()
        self._session.trust_env = False
        self._asking = threading.Lock()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self._offset

    def forward(self, seconds: float) -> datetime:
        """Ask the service to move its clock. Raises ClockStuck."""
        try:
            with self._asking:
                body = {"forward_seconds": seconds}
                self._learn(self._session.post(self._url, json=body, timeout=_SECONDS))
        except (requests.RequestException, ValueError, KeyError) as error:
            raise ClockStuck("the service did not move its clock") from error
        return self()

    def refresh(self) -> None:
        """Learn the offset anew; a service that does not answer leaves it as it was."""
        try:
            with self._asking:
                self._learn(self._session.get(self._url, timeout=_SECONDS))
        except (requests.RequestException, ValueError, KeyError) as error:
            _log.debug("the service's clock did not answer: %s", type(error).__name__)

    def _learn(self, told: requests.Response) -> None:
        told.raise_for_status()
        now = datetime.fromisoformat(told.json()["now"])
        offset = now - datetime.now(UTC)
        # less than the way of a request says nothing: keep the offset still
        if abs(offset - self._offset) > timedelta(seconds=1):
            self._offset = offset


Clock = OwnClock | FollowedClock


def following(clock: Clock, stop: threading.Event, every: float = 1.0) -> None:
    """Keep asking the service for its time until `stop`."""
    while not stop.wait(every):
        clock.refresh()
