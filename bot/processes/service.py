"""The programs that the service is made of, and the addresses that they are told."""

from __future__ import annotations

import secrets
import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from bot.processes import readiness, redis_server
from bot.processes.ports import free_port
from bot.processes.program import Addresses, Listens, ProcessesError, Program
from data.settings import Settings
from nlu import rasa_process
from nlu.rasa import Rasa
from scheduler.measures import seats

WEB_WORKERS = 2
WEB_THREADS = 8
KEEP_ALIVE = 130  # seconds; longer than proxies keep a connection (Caddy: 120), or they meet one just closed
CELERY_POOL = 4
SECRETS = ("rasa_token", "secret_key", "encryption_keys", "metrics_token")
TASK_GRACE = 25  # seconds a worker may take to finish the task in hand; a call to a provider ends within 15


@dataclass(frozen=True, slots=True)
class Service:
    """All of it, ready to be started. `environment` holds secrets."""

    programs: tuple[Program, ...]
    addresses: Addresses
    environment: dict[str, str]


def compose(settings: Settings, run: Path, bind: str = "127.0.0.1") -> Service:
    """Choose addresses for what the settings leave open. `run` is the folder for the programs' own files.

    Raises ProcessesError.
    """
    password, rasa_token = secrets.token_urlsafe(24), settings.secret("rasa_token")
    redis_port, rasa_port = free_port(), free_port()
    near = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(bind, bind)
    addresses = Addresses(
        web=f"http://{_in_url(near)}:{settings.rekindle_port}",
        redis=settings.redis_url or redis_server.url(redis_port, password),
        rasa=settings.rasa_url or f"http://127.0.0.1:{rasa_port}",
        rasa_token=rasa_token,
    )
    programs = []
    if not settings.redis_url:
        programs.append(_redis(run, redis_port, password, addresses))
    if not settings.rasa_url:
        programs.append(_rasa(rasa_port, addresses))
    programs += [
        _web(settings, bind, addresses),
        _celery("worker", "worker", "--pool", "prefork", "--concurrency", str(CELERY_POOL)),
        _celery("beat", "beat", "--schedule", str(run / "beat-schedule"), "--pidfile", ""),
    ]
    counts = run / "metrics"
    shutil.rmtree(counts, ignore_errors=True)  # what earlier processes counted, under names that are gone
    return Service(tuple(programs), addresses, _environment(settings, addresses, counts))


def _in_url(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _redis(run: Path, port: int, password: str, addresses: Addresses) -> Program:
    config = redis_server.configure(run, port, password)
    return Program(
        "redis",
        [redis_server.binary(), str(config)],
        ready=lambda: readiness.redis_answers(addresses.redis),
        outlives=True,
    )


def _rasa(port: int, addresses: Addresses) -> Program:
    try:
        command = rasa_process.command(port)
    except (rasa_process.EnvironmentMissing, rasa_process.ModelNotTrained) as error:
        raise ProcessesError(str(error)) from None
    client = Rasa(addresses.rasa, addresses.rasa_token, timeout=readiness.TIMEOUT)
    return Program(
        "rasa",
        command,
        # The token is in the environment that all share; what is left here may stand in a file.
        {k: v for k, v in rasa_process.environment(addresses.rasa_token).items() if k != "RASA_TOKEN"},
        ready=client.ready,
        outlives=True,
    )


def _web(settings: Settings, bind: str, addresses: Addresses) -> Program:
    where = f"{_in_url(bind)}:{settings.rekindle_port}"
    command = [sys.executable, "-m", "gunicorn", "wsgi:app", "--bind", where, "--no-control-socket"]
    command += ["--worker-class", "bot.processes.web_worker.Worker"]
    command += ["--workers", str(WEB_WORKERS), "--threads", str(WEB_THREADS)]
    return Program(
        "web",
        [*command, "--keep-alive", str(KEEP_ALIVE), "--graceful-timeout", "8"],
        ready=lambda: readiness.web_answers(f"{addresses.web}/healthz"),
        listens=Listens(bind, settings.rekindle_port, "REKINDLE_PORT"),
    )


def _celery(name: str, *arguments: str) -> Program:
    command = [sys.executable, "-m", "celery", "-A", "scheduler.app", *arguments, "--loglevel", "INFO"]
    return Program(name, command, grace_seconds=TASK_GRACE if name == "worker" else 5)


def outside(settings: Settings, addresses: Addresses) -> Sequence[Program]:
    """Parts that somebody else runs, as programs without a command: only to ask whether they are there."""
    away = []
    if settings.redis_url:
        away.append(Program("REDIS_URL", (), ready=lambda: readiness.redis_answers(addresses.redis)))
    if settings.rasa_url:
        client = Rasa(addresses.rasa, addresses.rasa_token, timeout=readiness.TIMEOUT)
        away.append(Program("RASA_URL", (), ready=client.ready))
    return away


def _environment(settings: Settings, addresses: Addresses, counts: Path) -> dict[str, str]:
    """These settings as variables, so that every program has exactly the ones that `run` was given."""
    given = {name.upper(): _text(getattr(settings, name)) for name in settings.model_fields_set}
    chosen = {
        "REKINDLE_DATA_DIR": str(settings.rekindle_data_dir.absolute()),
        "REDIS_URL": addresses.redis,
        "RASA_URL": addresses.rasa,
        # Made here, once, rather than by several programs at the same moment.
        **{name.upper(): settings.secret(name) for name in SECRETS},
        seats.FOLDER: str(counts),
        "PYTHONUNBUFFERED": "1",
    }
    return given | chosen


def _text(value: Any) -> str:
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    if isinstance(value, Path):
        return str(value.absolute())
    return "" if value is None else str(value)
