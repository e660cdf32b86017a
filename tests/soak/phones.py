"""The phones, over the simulator's control API: writing, and seeing what happens as it happens."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import requests

Event = dict[str, Any]
Message = dict[str, Any]


class Overlooked(Exception):
    """The simulator has forgotten events that were not read yet: the count cannot be trusted."""


class Phones:
    """A client of one simulator."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._cursor = 0
        self._http = requests.Session()
        self._http.trust_env = False

    def write(self, number: str, body: str) -> str:
        """A phone writes; the provider's id of the text."""
        told = self._http.post(f"{self._url}/sim/texts", json={"from": number, "body": body}, timeout=30)
        told.raise_for_status()
        return str(told.json()["sid"])

    def news(self) -> Iterator[Event]:
        """What has happened since the last call, oldest first. Raises Overlooked."""
        while True:
            told = self._http.get(
                f"{self._url}/sim/events", params={"after": self._cursor}, timeout=30
            ).json()
            if told["missed"]:
                raise Overlooked("events were lost between two looks at the simulator")
            self._cursor = told["cursor"]
            yield from told["events"]
            if not told["events"]:
                return

    def everything(self) -> list[Message]:
        """Every text that the network ever took from either side, oldest first, arrived or not."""
        told = self._http.get(f"{self._url}/sim/messages", params={"limit": 1_000_000}, timeout=120).json()
        return list(reversed(told["messages"]))

    def counters(self) -> dict[str, int]:
        """The simulator's own counts."""
        told = self._http.get(f"{self._url}/sim/counters", timeout=30).json()
        return dict(told["counters"])

    def forward(self, seconds: float) -> None:
        """Move the simulator's clock on; by nothing where it is right already."""
        if not seconds:
            return
        body = {"forward_seconds": seconds}
        self._http.post(f"{self._url}/sim/clock", json=body, timeout=30).raise_for_status()

    def add_fault(self, kind: str, **asked: Any) -> None:
        """Have the network fail in one of its ways (bot/simulator/faults.py)."""
        self._http.post(
            f"{self._url}/sim/faults", json={"kind": kind, **asked}, timeout=30
        ).raise_for_status()
