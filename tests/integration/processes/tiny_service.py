"""A small set of programs under the real supervisor, run as `tiny_service.py FOLDER PORT`.

It prints what the real one would print. `steady` writes a line when it starts and when it is asked to end,
`family` has a child, `deaf` does not listen when asked to end.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from bot.processes import Listens, ProcessesError, Program
from bot.processes.foreground import supervise

STEADY = """
import os, signal, sys
def end(*_):
    print("asked to end", flush=True)
    sys.exit()
signal.signal(signal.SIGTERM, end)
print("started", os.environ["HANDED_DOWN"], flush=True)
signal.pause()
"""

FAMILY = """
import signal, subprocess, sys
child = subprocess.Popen([sys.executable, "-c", "import signal; signal.pause()"])
open(sys.argv[1], "w").write(str(child.pid))
signal.signal(signal.SIGTERM, lambda *_: (child.terminate(), child.wait(), sys.exit()))
signal.pause()
"""

DEAF = """
import signal
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("started", flush=True)
signal.pause()
"""


def main() -> int:
    folder, port = Path(sys.argv[1]), int(sys.argv[2])
    log = folder / "log"
    programs = [
        Program(
            "steady",
            [sys.executable, "-c", STEADY],
            ready=(log / "steady.log").exists,
            listens=Listens("127.0.0.1", port, "TINY_PORT"),
        ),
        Program("family", [sys.executable, "-c", FAMILY, str(folder / "child.pid")], outlives=True),
        Program("deaf", [sys.executable, "-c", DEAF], grace_seconds=1),
    ]
    run = folder / "run"
    run.mkdir(exist_ok=True)
    log.mkdir(exist_ok=True)
    environment = {**os.environ, "HANDED_DOWN": 'with "quotes", % and ;'}
    try:
        return supervise(
            programs,
            run,
            log,
            environment,
            on_ready=lambda: print("ready", flush=True),
            say=lambda line: print(line, flush=True),
            patience=2,
        )
    except ProcessesError as error:
        print(error)
        return 2


if __name__ == "__main__":
    sys.exit(main())
