"""All looks at once, each with its own limit, so that one part that hangs does not hide the others."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

from bot.doctor import machine, memory, outside, running
from bot.doctor.finding import Finding, unwell
from bot.selftest.within import begin, outcome
from data import settings

LIMIT = 8.0
"""Seconds for any look; all of them look at the same time."""

Look = Callable[[settings.Settings], Finding]

LOOKS: dict[str, Look] = {
    "python": machine.python,
    "packages": machine.packages,
    "time zones": machine.time_zones,
    "clock": machine.clock,
    "data folder": machine.data_folder,
    "secret files": machine.secret_files,
    "database": memory.database,
    "keys": memory.keys,
    "business": memory.business,
    "staff": memory.staff,
    "calendar": memory.calendar,
    "redis": running.redis,
    "language model": running.model,
    "model server": running.model_server,
    "processes": running.processes,
    "worker": running.worker,
    "beat": running.beat,
    "metrics": running.metrics,
    "waiting work": memory.waiting_work,
    "provider": outside.provider,
    "sender": memory.sender,
    "public address": outside.public_address,
    "staff notices": outside.staff_notices,
}
"""Name -> look, in the order in which they are told."""


def examine() -> Iterator[tuple[str, Finding]]:
    """Every part by name with what was found. Without settings that can be used nothing else is looked at."""
    try:
        present = settings.get()
    except settings.SettingsError as error:
        yield "settings", unwell(str(error), "correct it in .env or the environment (docs/settings.md)")
        return
    yield "settings", machine.settings_read(present)
    memory.connect(present)
    until = time.monotonic() + LIMIT
    begun = {name: begin(lambda look=look: look(present)) for name, look in LOOKS.items()}  # type: ignore[misc]
    for name, answer in begun.items():
        try:
            yield name, outcome(answer, until - time.monotonic())
        except TimeoutError:
            yield name, unwell(f"no answer within {LIMIT:.0f} s", "see whether it hangs, and restart it")
        except Exception as error:
            yield name, unwell(f"cannot be looked at ({type(error).__name__})", "see the lines above first")
