"""The other side of the bench: Rasa's own REST channel, an SQL tracker store, and one rule for each intent.

The same pipeline, sentences and labels as ours, served by `rasa run` in the same environment. The answer to a
request holds the reply; by then Rasa has saved the tracker, so that each answer is a committed one.
"""

from __future__ import annotations

import http.client
import json
import os
import runpy
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

from services.bounded import server
from sqlalchemy import make_url

from bot.processes import free_port
from nlu import rasa_process

CHANNEL = Path(__file__).resolve().parent / "rasa_channel"
MODELS = Path(__file__).resolve().parents[2] / "var" / "bench" / "rasa_channel"
QUIET: dict[str, str] = runpy.run_path(str(rasa_process.FOLDER / "serve.py"))["QUIET"]
"""The variables of our own server: both are to have the same."""

_senders = count()


def trained() -> Path:
    """The baseline's model, trained where its inputs have changed (some 35 s)."""
    call = [rasa_process.PYTHON, "-W", "ignore", CHANNEL / "train.py", MODELS]
    done = subprocess.run(list(map(str, call)), capture_output=True, text=True, check=True, timeout=600)
    return Path(done.stdout.strip().splitlines()[-1])


@contextmanager
def running(model: Path, database: str, folder: Path) -> Iterator[int]:
    """`rasa run` on that model and database, in `folder`; yields its port."""
    folder.mkdir()
    (folder / "credentials.yml").write_text((CHANNEL / "credentials.yml").read_text())
    (folder / "endpoints.yml").write_text(json.dumps({"tracker_store": _tracker_store(database)}))
    port = free_port()
    call = [rasa_process.PYTHON, "-W", "ignore", "-m", "rasa", "run", "--quiet", "--model", model]
    call += ["--interface", "127.0.0.1", "--port", port, "--endpoints", "endpoints.yml"]
    call += ["--credentials", "credentials.yml"]
    with server(
        list(map(str, call)),
        folder / "rasa.log",
        lambda: _answers(port),
        stop=signal.SIGTERM,
        cwd=folder,
        env={**os.environ, **QUIET, "PYTHONPATH": str(rasa_process.FOLDER)},
    ):
        yield port


def _tracker_store(database: str) -> dict[str, Any]:
    url = make_url(database)
    if url.drivername == "sqlite":
        return {"type": "SQL", "dialect": "sqlite", "db": url.database}
    names = {"url": url.host, "port": url.port, "db": url.database}
    return {
        "type": "SQL", "dialect": "postgresql", "username": url.username, "password": url.password, **names
    }  # fmt: skip


def _answers(port: int) -> bool:
    """Whether it has a model loaded and its channel open: it replies to a text."""
    try:
        return bool(_Connection(port).say("hello"))
    except (OSError, http.client.HTTPException, ValueError):
        return False


class _Connection:
    """One connection that is kept open, over which contact after contact writes."""

    def __init__(self, port: int) -> None:
        self._http = http.client.HTTPConnection("127.0.0.1", port, timeout=30)

    def say(self, text: str) -> list[dict[str, str]]:
        """One text of somebody who has not written before; returns the replies."""
        body = json.dumps({"sender": f"contact-{next(_senders)}", "message": text})
        self._http.request("POST", "/webhooks/rest/webhook", body, {"Content-Type": "application/json"})
        answer = self._http.getresponse()
        return list(json.loads(answer.read()))


def per_second(port: int, texts: Sequence[str], connections: int) -> float:
    """Texts replied to in a second, each by another sender, over so many connections at once."""
    shares = [texts[place::connections] for place in range(connections)]

    def work(share: Sequence[str]) -> None:
        connection = _Connection(port)
        for text in share:
            if not connection.say(text):
                raise RuntimeError("the baseline left a text without a reply")

    began = time.perf_counter()
    with ThreadPoolExecutor(connections) as pool:
        list(pool.map(work, shares))
    return len(texts) / (time.perf_counter() - began)
