"""What the supervisor is told about one program, and what everybody is told about where things listen."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field


class ProcessesError(Exception):
    """The service cannot be started as asked; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Listens:
    """An address that must be free before anything starts, and the name of the setting that changes it."""

    host: str
    port: int
    setting: str


@dataclass(frozen=True, slots=True)
class Program:
    """One process that is kept running until all of them end.

    `name` is lower-case letters, digits and dashes. `environment` comes on top of what all programs share.
    `ready` says, without raising and within some two seconds, whether the program does its work; None means
    that nobody waits for it. `grace_seconds` is how long it may take to end when asked.

    Programs that others lean on while they finish (`outlives`) are asked to end after the others have.
    """

    name: str
    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    ready: Callable[[], bool] | None = None
    listens: Listens | None = None
    grace_seconds: int = 10
    outlives: bool = False


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where the parts listen, as chosen or as the settings say. `redis` and `rasa_token` are secrets."""

    web: str
    redis: str = field(repr=False)
    rasa: str
    rasa_token: str = field(repr=False)
