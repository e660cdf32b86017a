"""One language model for all processes of a test run: it takes seconds to start, and a core while it does."""

from __future__ import annotations

import fcntl
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from nlu import rasa_process
from nlu.rasa import Rasa


@contextmanager
def shared(folder: Path) -> Iterator[Rasa]:
    """A client of the server noted in `folder`; who finds none starts it, and ends it when nobody asks.

    Everybody holds the lock with others while asking; alone, whoever starts or ends the server.
    """
    note = folder / "rasa.json"
    with (folder / "rasa.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_SH)
        if note.exists():
            url, token = json.loads(note.read_text())
            yield Rasa(url, token)
            return
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not note.exists():
            with rasa_process.running() as client:
                note.touch(0o600)
                note.write_text(json.dumps([client.url, client.token]))
                fcntl.flock(lock, fcntl.LOCK_UN)
                yield client
                fcntl.flock(lock, fcntl.LOCK_EX)
                note.unlink()
            return
    with shared(folder) as client:  # somebody else was quicker
        yield client
