"""All looks at once, bounded in time and number, so that nobody can wear the parts down by asking."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Mapping

from bot.health.looks import LOOKS, Look
from bot.health.part import Part, unknown, unwell
from bot.selftest.within import begin, outcome

LIMIT = 1.5
"""Seconds for all looks together."""

FRESH = 1.5
"""Seconds for which an answer is given again."""

NEEDED = frozenset({"database", "time zones", "business", "keys"})
"""Without these a text that comes in cannot be taken, or not lawfully answered: no traffic, please.

The others are told but not needed: with Redis, the model, a worker or beat away a text is still stored and
answered 200, and done as soon as they are back. Were the webhook taken out for them, texts would be lost.
"""

Answer = queue.SimpleQueue[Mapping[str, Part] | Exception]


class Readiness:
    """What was found lately. A look that hangs is not begun a second time while it hangs."""

    def __init__(self, looks: Mapping[tuple[str, ...], Look] = LOOKS) -> None:
        self._looks = looks
        self._lock = threading.Lock()
        self._hanging: dict[tuple[str, ...], Answer] = {}
        self._found: dict[str, Part] = {}
        self._until = float("-inf")

    def parts(self) -> dict[str, Part]:
        """Every part by name; within some two seconds, whatever hangs."""
        with self._lock:
            if time.monotonic() >= self._until:
                self._found = _blame(self._look())
                self._until = time.monotonic() + FRESH
            return self._found

    def _look(self) -> dict[str, Part]:
        deadline = time.monotonic() + LIMIT
        begun = {names: begin(look) for names, look in self._looks.items() if not self._hangs(names)}
        found: dict[str, Part] = {}
        given: Mapping[str, Part]
        for names in self._looks:
            try:
                if names not in begun:
                    raise TimeoutError
                given = outcome(begun[names], deadline - time.monotonic())
                found.update(given)
            except TimeoutError:
                if names in begun:
                    self._hanging[names] = begun[names]
                found |= _silent(names, "no answer in time")
            except Exception as error:
                found |= _silent(names, f"cannot be looked at ({type(error).__name__})")
        return found

    def _hangs(self, names: tuple[str, ...]) -> bool:
        answer = self._hanging.get(names)
        if answer is None:
            return False
        if answer.empty():
            return True
        del self._hanging[names]
        return False


def _silent(names: tuple[str, ...], why: str) -> dict[str, Part]:
    first, *others = names
    return {first: unwell(why), **dict.fromkeys(others, unknown(f"needs the {first}"))}


def _blame(found: dict[str, Part]) -> dict[str, Part]:
    """With the queue away nothing can be asked of beat and worker: their silence is not their fault."""
    if found["redis"].state != "unwell":
        return found
    hidden = {name: unknown("needs redis") for name in ("worker", "beat") if found[name].state == "unwell"}
    return found | hidden


def is_ready(parts: Mapping[str, Part]) -> bool:
    """Whether everything needed is well."""
    return all(parts[name].state == "well" for name in NEEDED)
