"""Faults that the network can be told to have: which kinds there are, and which one strikes now.

A fault strikes `times` times (None = until cleared), for one `number` or for all, and with `share` below 1
only by a seeded chance, so that a run can be repeated.
"""

from __future__ import annotations

import random
import threading
from dataclasses import dataclass, field
from typing import Any

KINDS: dict[str, str] = {
    "api_error_before": "answer `status` (500) without doing what was asked",
    "api_error_after": "do what was asked, then answer `status` (500)",
    "api_hang_before": "do nothing and give no answer for `seconds` (30), then close",
    "api_hang_after": "do what was asked, give no answer for `seconds` (30), then close",
    "api_slow": "do what was asked, and answer `seconds` (3) later",
    "api_close_before": "do nothing and close the connection without an answer",
    "api_close_after": "do what was asked, then close the connection without an answer",
    "api_reset_before": "do nothing and reset the connection",
    "api_reset_after": "do what was asked, then reset the connection",
    "api_rate_limited": "answer 429 with code 20429 and Retry-After `seconds` (1), without doing anything",
    "list_late": "leave out of a list what is younger than `seconds` (60)",
    "api_unauthorized": "answer 401 with code 20003",
    "api_reject": "refuse to create the message, with `code`",
    "send_failed": "accept the message, then let it fail before it leaves, with `code` (30008)",
    "send_undelivered": "accept and send the message, then report it undelivered, with `code` (30003)",
    "send_slow": "keep the message queued for `seconds` (60) longer",
    "callback_late": "tell a status `seconds` (60) late",
    "callback_lost": "never tell a status",
    "callback_duplicated": "tell a status twice",
    "callbacks_reordered": "tell all statuses of a message at its end, the last one first",
    "inbound_late": "deliver a phone's text `seconds` (60) late",
    "inbound_duplicated": "deliver a phone's text twice",
    "inbound_reordered": "let the phone's next text go ahead of this one (at most `seconds`, 60)",
}
_DEFAULT_SECONDS = {
    "api_hang_before": 30.0,
    "api_hang_after": 30.0,
    "api_slow": 3.0,
    "api_rate_limited": 1.0,
}
_DEFAULT_CODE = {"send_failed": 30008, "send_undelivered": 30003, "api_reject": 30008}
_CALLS = {"api_unauthorized": "all", "list_late": "read"}
CALLS = ("create", "read", "content", "lookup", "all")


class UnknownFault(ValueError):
    """The fault asked for does not exist or lacks something; the message says what."""


@dataclass(slots=True)
class Fault:
    """One fault in force. `struck` counts how often it has happened."""

    id: str
    kind: str
    times: int | None = 1
    number: str | None = None
    seconds: float = 60.0
    status: int = 500
    code: int = 0
    statuses: frozenset[str] = frozenset()
    calls: str = "create"
    share: float = 1.0
    struck: int = 0

    def as_json(self) -> dict[str, Any]:
        """The fault as the control API shows it; `times` is what is left."""
        return {
            "id": self.id,
            "kind": self.kind,
            "times": self.times,
            "number": self.number,
            "seconds": self.seconds,
            "status": self.status,
            "code": self.code or None,
            "statuses": sorted(self.statuses),
            "calls": self.calls,
            "share": self.share,
            "struck": self.struck,
        }


@dataclass
class Faults:
    """The faults in force; thread-safe."""

    seed: str = "faults"
    _all: list[Fault] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _made: int = 0

    def __post_init__(self) -> None:
        self._chance = random.Random(self.seed)

    def add(
        self,
        kind: str,
        *,
        times: int | None = 1,
        number: str | None = None,
        seconds: float | None = None,
        status: int = 500,
        code: int | None = None,
        statuses: tuple[str, ...] | list[str] = (),
        calls: str = "create",
        share: float = 1.0,
    ) -> Fault:
        """Put a fault in force. `times` None = until cleared. Raises UnknownFault."""
        if kind not in KINDS:
            raise UnknownFault(f"no fault is called {kind!r}; there are {', '.join(KINDS)}")
        if kind == "api_reject" and not code:
            raise UnknownFault("api_reject needs a code")
        if calls not in CALLS:
            raise UnknownFault(f"calls is one of {', '.join(CALLS)}")
        if times is not None and times < 1:
            raise UnknownFault("times is a whole number from 1, or null for all")
        if not 0 < share <= 1:
            raise UnknownFault("share lies above 0 and up to 1")
        with self._lock:
            self._made += 1
            fault = Fault(
                id=f"F{self._made}",
                kind=kind,
                times=times,
                number=number,
                seconds=_DEFAULT_SECONDS.get(kind, 60.0) if seconds is None else seconds,
                status=status,
                code=code or _DEFAULT_CODE.get(kind, 0),
                statuses=frozenset(statuses),
                calls=_CALLS.get(kind, calls) if calls == "create" else calls,
                share=share,
            )
            self._all.append(fault)
            return fault

    def strike(
        self, *kinds: str, number: str | None = None, call: str | None = None, status: str | None = None
    ) -> Fault | None:
        """The first fault of these kinds that applies here, then counted; None = all is well."""
        with self._lock:
            for fault in self._all:
                if fault.kind not in kinds or (fault.number and fault.number != number):
                    continue
                if call and fault.calls not in (call, "all"):
                    continue
                if status and fault.statuses and status not in fault.statuses:
                    continue
                if fault.share < 1 and self._chance.random() >= fault.share:
                    continue
                fault.struck += 1
                if fault.times is not None:
                    fault.times -= 1
                    if not fault.times:
                        self._all.remove(fault)
                return fault
            return None

    def list(self) -> list[Fault]:
        """The faults in force, oldest first."""
        with self._lock:
            return list(self._all)

    def clear(self, id: str | None = None) -> int:  # noqa: A002 - the word of the API
        """Lift one fault, or all; how many were lifted."""
        with self._lock:
            before = len(self._all)
            self._all = [fault for fault in self._all if id is not None and fault.id != id]
            return before - len(self._all)
