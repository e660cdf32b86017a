"""The memory of each process of `rekindle up` after a load, on SQLite as it comes out of the box."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

import conversing_world as ours
import requests
from conversing import provider
from conversing_processes import Memory, family, memory
from conversing_texts import texts
from report import Report
from twilio.request_validator import RequestValidator

from bot.processes import free_port, readiness
from bot.processes.bound import end_with_parent

TEXTS = int(os.environ.get("BENCH_TEXTS", "300"))
TOKEN = "bench"
NAMES = (
    ("wsgi:app", "web: gunicorn"),
    ("scheduler.app worker", "Celery worker"),
    ("scheduler.app beat", "Celery beat"),
    ("serve.py", "Rasa"),
    ("redis|valkey", "Redis"),
    ("supervisord", "supervisor"),
    ("rekindle", "rekindle up"),
)


def main() -> None:
    """Starts everything, has it answer texts that come in by the webhook, and looks."""
    with Report("memory") as report, tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        provider_url = stack.enter_context(provider(folder))
        parts = ours.Parts("", "", "", provider_url)
        here = stack.enter_context(ours.world("sqlite", None, parts, folder))
        root, address = _started(stack, here.rekindle_data_dir, here.database_url, provider_url, folder)
        began = _measured(root)
        _load(address)
        after = _measured(root)
        report.say(
            f"MB of each process of `rekindle up`, ready and after {TEXTS} texts conversed and delivered;"
        )
        report.say("PSS divides what processes share among them, so that it may be added up.")
        report.say(f"{'':34s} {'ready: RSS':>11s} {'PSS':>7s} {'after: RSS':>12s} {'PSS':>7s}")
        for pid, now in after.items():
            then = began.get(pid, now)
            report.say(f"{_name(now):34s} {then.rss:11.0f} {then.pss:7.0f} {now.rss:12.0f} {now.pss:7.0f}")
        sums = [sum(each.pss for each in side.values()) for side in (began, after)]
        report.say(f"{'together':34s} {'':11s} {sums[0]:7.0f} {'':12s} {sums[1]:7.0f}")


def _started(stack: ExitStack, home: Path, database: str, provider_url: str, folder: Path) -> tuple[int, str]:
    """`rekindle up` with settings of its own; returns its process and the address of its web."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    chosen = {
        "REKINDLE_DATA_DIR": str(home),
        "REKINDLE_PORT": str(port),
        "DATABASE_URL": database,
        "PUBLIC_BASE_URL": address,
        "TWILIO_ACCOUNT_SID": "AC" + "0" * 31 + "5",
        "TWILIO_AUTH_TOKEN": TOKEN,
        "TWILIO_FROM": "+12125550100",
        "TWILIO_API_BASE_URL": provider_url,
    }
    said = stack.enter_context((folder / "up.log").open("wb"))
    command = [str(Path(sys.executable).with_name("rekindle")), "up"]
    process = subprocess.Popen(
        command,
        cwd=home,  # no .env there
        env={"PATH": os.environ["PATH"], **chosen},
        stdout=said,
        stderr=subprocess.STDOUT,
        preexec_fn=lambda: end_with_parent(signal.SIGTERM),
    )
    stack.callback(_end, process)
    _wait(lambda: b"ready: " in (folder / "up.log").read_bytes(), process)
    assert readiness.web_answers(f"{address}/healthz")
    return process.pid, address


def _end(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGTERM)
    process.wait(60)


def _wait(is_there, process=None) -> None:  # type: ignore[no-untyped-def]
    until = time.monotonic() + ours.LIMIT
    while not is_there():
        if time.monotonic() > until or (process is not None and process.poll() is not None):
            raise RuntimeError("`rekindle up` did not get there")
        time.sleep(0.2)


def _load(address: str) -> None:
    """Every text through the webhook, as the provider brings it, until all answers have left."""
    hook = f"{address}/webhooks/twilio/messages"
    phones = [contact.phone for contact in ours.new_contacts(TEXTS)]
    sign = RequestValidator(TOKEN).compute_signature
    with requests.Session() as session:
        for number, (phone, text) in enumerate(zip(phones, texts(TEXTS), strict=True)):
            form = {
                "MessageSid": f"SM{2**120 + number:032x}",
                "AccountSid": "AC" + "0" * 31 + "5",
                "From": phone,
                "To": "+12125550100",
                "Body": text,
                "NumMedia": "0",
            }
            answer = session.post(
                hook, data=form, headers={"X-Twilio-Signature": sign(hook, form)}, timeout=15
            )
            answer.raise_for_status()
    _wait(lambda: not ours.unanswered() and not ours.undelivered())


def _measured(root: int) -> dict[int, Memory]:
    return {pid: found for pid in family(root) if (found := memory(pid))}


def _name(process: Memory) -> str:
    return next((name for known, name in NAMES if re.search(known, process.command)), process.command[:30])
