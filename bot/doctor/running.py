"""What runs: the model and its server, Redis, and the processes of `rekindle up` on this machine."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import requests
from sqlalchemy.exc import DatabaseError

from bot.doctor.finding import Finding, idle, unwell, well
from bot.health import pulse
from bot.processes import leftovers, readiness, redis_server
from bot.processes.configuration import SUPERVISOR
from bot.processes.program import ProcessesError
from data.db import reading
from data.queries.heartbeats import Name, silences
from data.settings import Settings
from nlu import rasa_process
from nlu.rasa import ModelUnavailable, Rasa

START = "start the service with .venv/bin/rekindle up"
NOT_RUNNING = "starts with rekindle up"


def _run(present: Settings) -> Path:
    return present.rekindle_data_dir.absolute() / "run"


def _alive(present: Settings) -> dict[str, int]:
    """Name -> pid of what `rekindle up` keeps running here; empty where it does not run."""
    alive = leftovers.find(_run(present))
    return alive if SUPERVISOR in alive else {}


def _listed(present: Settings) -> dict[str, list[str]]:
    """Name -> command of everything that belongs to the present run."""
    programs = json.loads((_run(present) / "programs.json").read_text())
    return {name: program["command"] for name, program in programs.items()}


def processes(present: Settings) -> Finding:
    """Whether all that should run on this machine does."""
    alive = _alive(present)
    if not alive:
        return idle("not running here: .venv/bin/rekindle up starts them")
    down = [name for name in _listed(present) if name not in alive]
    log = present.rekindle_data_dir / "log"
    if down:
        return unwell(f"down: {', '.join(down)}", f"see {log / (down[0] + '.log')}")
    if not readiness.web_answers(f"http://127.0.0.1:{present.rekindle_port}/healthz"):
        return unwell(
            f"the web server does not answer on port {present.rekindle_port}", f"see {log / 'web.log'}"
        )
    return well(f"up: {', '.join(sorted(set(alive) - {SUPERVISOR}))}")


def redis(present: Settings) -> Finding:
    """The given one, or the embedded one."""
    if present.redis_url:
        where = urlsplit(present.redis_url)
        place = f"{where.hostname}:{where.port or 6379}"
        if not readiness.redis_answers(present.redis_url):
            return unwell(f"{place} does not answer", "see that it runs, and check REDIS_URL")
        return well(f"{place} answers")
    try:
        found = redis_server.binary()
    except ProcessesError as error:
        return unwell("no server was found", str(error))
    if "redis" in _alive(present):
        if not readiness.redis_answers(_embedded_redis(present)):
            return unwell("the embedded one does not answer", f"see {present.rekindle_data_dir / 'log'}")
        return well("the embedded one answers")
    return well(f"embedded ({Path(found).name}); {NOT_RUNNING}")


def _embedded_redis(present: Settings) -> str:
    """The address of the embedded Redis: a secret."""
    lines = dict(
        line.split(" ", 1) for line in (_run(present) / "redis.conf").read_text().splitlines() if " " in line
    )
    return redis_server.url(int(lines["port"]), lines["requirepass"])


def worker(present: Settings) -> Finding:
    """Whether a worker answers over the queue, on whichever machine, and does something."""
    address = _queue(present)
    if not address:
        return idle(NOT_RUNNING)
    from celery import Celery

    with Celery(broker=address, set_as_current=False) as asking:
        asking.conf.broker_transport_options = {"socket_timeout": 2.0, "socket_connect_timeout": 1.0}
        answers = asking.control.ping(timeout=2.0, limit=1)  # one is enough, and comes at once
    log = f"see {present.rekindle_data_dir / 'log/worker.log'}"
    if not answers:
        return unwell("no worker answers", f"{START}, or {log}")
    work = pulse.worker(_silences())
    if work.state == "unwell":
        return unwell(f"answers, but does nothing: {work.detail}", f"restart it, {log}")
    return well("answers")


def beat(present: Settings) -> Finding:
    """Whether beat asks for sweeps, on whichever machine: by what it has written into the database."""
    if not _queue(present):
        return idle(NOT_RUNNING)
    found = pulse.beat(_silences())
    if found.state == "unwell":
        return unwell(found.detail, f"restart it, or see {present.rekindle_data_dir / 'log/beat.log'}")
    return idle(NOT_RUNNING) if found.state == "unknown" else well("asks for a sweep every few seconds")


def _queue(present: Settings) -> str:
    """The address of the Redis that is in use, a secret; empty where none answers."""
    address = present.redis_url or (_embedded_redis(present) if "redis" in _alive(present) else "")
    return address if address and readiness.redis_answers(address) else ""


def _silences() -> Mapping[Name, timedelta]:
    try:
        with reading() as session:
            return silences(session)
    except DatabaseError:
        return {}  # the database's own line says so


def metrics(present: Settings) -> Finding:
    """Whether the web server on this machine tells its figures, and to nobody without the token."""
    if "web" not in _alive(present):
        return idle(NOT_RUNNING)
    url = f"http://127.0.0.1:{present.rekindle_port}/metrics"
    token = present.secret("metrics_token")
    try:
        with requests.Session() as session:
            session.trust_env = False
            stranger = session.get(url, timeout=3).status_code
            told = session.get(url, headers={"Authorization": f"Bearer {token}"}, timeout=5)
    except requests.RequestException:
        return idle("needs the web server")
    if stranger == 200:
        return unwell("anybody may read them", "see who answers on this port")
    if told.status_code != 200:
        return unwell(f"answered {told.status_code}", "check METRICS_TOKEN, and restart the service")
    if "rekindle_rows_readable 1" not in told.text:
        return unwell("without those of the database", "see the line of the database")
    return well("told to whoever shows METRICS_TOKEN")


def model(present: Settings) -> Finding:
    """Rasa's own Python and the trained model, where the model runs here."""
    if present.rasa_url:
        return idle("runs elsewhere (RASA_URL)")
    try:
        command = rasa_process.command(0)
    except (rasa_process.EnvironmentMissing, rasa_process.ModelNotTrained) as error:
        return unwell(str(error).split(":")[0], "run make setup")
    try:
        broken = subprocess.run([command[0], "-I", "-c", ""], capture_output=True, timeout=5).returncode
    except OSError:
        broken = 1
    if broken:
        return unwell("its Python does not start", "remove nlu/model/.venv and run make setup")
    return well("its environment and a trained model are there")


def model_server(present: Settings) -> Finding:
    """Asks the model what a text means."""
    address = present.rasa_url
    if not address:
        if "rasa" not in _alive(present):
            return idle(NOT_RUNNING)
        port = re.search(r"--port (\d+)", " ".join(_listed(present)["rasa"]))
        address = f"http://127.0.0.1:{port[1] if port else ''}"
    client = Rasa(address, present.secret("rasa_token"), timeout=3.0)
    try:
        client.parse("hello")
    except ModelUnavailable as error:
        return unwell(
            str(error),
            "check RASA_URL and RASA_TOKEN"
            if present.rasa_url
            else f"see {present.rekindle_data_dir / 'log/rasa.log'}",
        )
    return well("understands")
