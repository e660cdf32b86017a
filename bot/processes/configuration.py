"""Writes what the supervisor reads: its configuration and the list of programs, for the owner's eyes only.

The supervisor runs in the folder of these files and knows every path as a relative one. Its configuration
format has several layers of quoting (percent signs, semicolons, spaces) that absolute paths would have to
pass unharmed; so commands, paths and variables stand in a JSON file instead.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from bot.processes import bound
from bot.processes.program import ProcessesError, Program

SUPERVISOR = "supervisor"
LOG_BYTES = 5_000_000
LOG_BACKUPS = 3
RETRIES = 1_000  # the pause grows by a second with each failed start, so this is hours, not a busy loop


def write(programs: Sequence[Program], run: Path, log: Path) -> None:
    """Write everything into the folder `run`. Raises ProcessesError for a name that cannot be used."""
    listed = {
        program.name: {
            "command": list(program.command),
            "environment": dict(program.environment),
            "folder": str(Path.cwd()),  # where .env is looked for
        }
        for program in programs
    }
    listed[SUPERVISOR] = {
        "command": [sys.executable, "-m", "supervisor.supervisord", "--nodaemon", "-c", "supervisord.conf"],
        "environment": {},
        "folder": str(run),
    }
    private(run / "programs.json", json.dumps(listed, indent=1))
    private(run / "supervisord.conf", "\n".join(_lines(programs, Path(os.path.relpath(log, run)))))
    start = shlex.join([sys.executable, "-I", str(Path(bound.__file__).resolve()), "programs.json"])
    private(run / "start", f'# start NAME: becomes the program NAME of programs.json\nexec {start} "$1"\n')


def call(name: str) -> list[str]:
    """The command that starts one of the listed programs, from the folder of the files."""
    return ["/bin/sh", "start", name]


def _lines(programs: Sequence[Program], log: Path) -> Iterator[str]:
    yield "[supervisord]"
    yield "nodaemon = true"
    yield "silent = true"
    yield f"logfile = {log / SUPERVISOR}.log"
    yield f"logfile_maxbytes = {LOG_BYTES}"
    yield f"logfile_backups = {LOG_BACKUPS}"
    yield "pidfile = supervisord.own-pid"
    if os.geteuid() == 0:
        yield "user = root"
    # The group with the higher number ends first, and wholly, before the next one is asked to.
    for group, priority, outlives in (("work", 20, False), ("parts", 10, True)):
        members = [program for program in programs if program.outlives is outlives]
        if members:
            yield f"\n[group:{group}]"
            yield f"programs = {','.join(program.name for program in members)}"
            yield f"priority = {priority}"
        for program in members:
            yield from _program_lines(program, log)


def _program_lines(program: Program, log: Path) -> Iterator[str]:
    if not re.fullmatch(r"[a-z0-9-]+", program.name) or program.name == SUPERVISOR:
        raise ProcessesError(f"A program cannot be called {program.name!r}.")
    yield f"\n[program:{program.name}]"
    yield f"command = {shlex.join(call(program.name))}"
    yield "autorestart = true"
    yield "startsecs = 1"
    yield f"startretries = {RETRIES}"
    yield "stopsignal = TERM"
    yield f"stopwaitsecs = {program.grace_seconds}"
    # Only the leader is asked to end: Celery's pool must not hear SIGTERM twice. Whoever does not end in
    # time is killed with everything it started.
    yield "stopasgroup = false"
    yield "killasgroup = true"
    yield "redirect_stderr = true"
    yield f"stdout_logfile = {log / program.name}.log"
    yield f"stdout_logfile_maxbytes = {LOG_BYTES}"
    yield f"stdout_logfile_backups = {LOG_BACKUPS}"


def private(path: Path, content: str) -> None:
    """Write a file that only its owner may read, whatever stood there before."""
    path.unlink(missing_ok=True)
    path.touch(mode=0o600)
    path.write_text(content)
