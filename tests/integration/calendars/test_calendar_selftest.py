"""`rekindle calendar selftest`, as an owner runs it after connecting."""

import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from google_server.fixtures import ConnectedGoogle

from actions.calendars.google_client import Patience
from bot.cli.calendar_command import command
from bot.selftest import calendar as calendar_selftest
from data import settings

NOW = datetime(2026, 3, 5, 15, tzinfo=UTC)
STEPS = ["list", "free_busy", "insert", "repeated_insert", "move", "incremental_changes", "delete"]
QUICK = Patience(attempt=0.5, total=5.0, first_wait=0.01, longest_wait=0.05)
CALM = Patience(attempt=5.0, total=10.0, first_wait=0.01)
METHODS = [
    "events.list",
    "freebusy.query",
    "events.insert",
    "events.get",
    "events.patch",
    "events.delete",
]


@pytest.fixture
def used() -> Iterator[Any]:
    """Puts other settings in force for the command, and the old ones back."""
    before = settings.get()
    yield settings.use
    settings.use(before)


def steps_of(google_server: ConnectedGoogle, patience: Patience = QUICK) -> list[calendar_selftest.Result]:
    return list(calendar_selftest.SelfTest(google_server.connect(patience), NOW).run())


def run() -> Result:
    return CliRunner().invoke(command, ["selftest"])


def test_every_step_passes_and_nothing_is_left_behind(google_server: ConnectedGoogle, used: Any) -> None:
    used(google_server.settings())
    lunch = google_server.calendar.add("2027-04-09", "2027-04-10")
    result = run()
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    assert result.exit_code == 0
    assert [line["step"] for line in lines] == STEPS
    assert all(set(line) == {"step", "ok", "detail", "ms"} and line["ok"] is True for line in lines)
    assert [item["id"] for item in google_server.events] == [lunch]


def test_the_clock_of_the_service_decides_which_day_is_far_away(google_server: ConnectedGoogle) -> None:
    assert "2027-04-09" in steps_of(google_server)[0].detail


@pytest.mark.parametrize("calendar_id", ["", "primary"])
def test_it_passes_against_a_server_that_leaves_out_all_that_is_optional(
    google_server: ConnectedGoogle, calendar_id: str
) -> None:
    google_server.server.sparse = True
    google_server.calendar.add("2027-04-09", "2027-04-10", summary="A whole day, in the calendar's zone")
    calendar = google_server.connect(CALM, google_calendar_id=calendar_id or google_server.calendar_id)
    assert [step for step in calendar_selftest.SelfTest(calendar, NOW).run() if not step.ok] == []
    assert len(google_server.events) == 1


def test_a_sync_token_that_expires_at_any_moment_does_not_fail_it(google_server: ConnectedGoogle) -> None:
    results = []
    for step in calendar_selftest.SelfTest(google_server.connect(CALM), NOW).run():
        results.append(step.ok)
        google_server.calendar.expire_tokens()
    assert all(results)


def test_other_events_of_that_day_do_not_disturb_it(google_server: ConnectedGoogle) -> None:
    for hour in ("03", "04"):
        google_server.calendar.add(f"2027-04-09T{hour}:00:00Z", f"2027-04-09T{hour}:30:00Z")
    assert [step for step in steps_of(google_server) if not step.ok] == []
    assert len(google_server.events) == 2


def test_without_a_connected_calendar_it_says_so_and_ends_with_2(
    google_server: ConnectedGoogle, used: Any
) -> None:
    for missing in ("google_service_account_file", "google_calendar_id"):
        used(google_server.settings(**{missing: None if missing.endswith("file") else ""}))
        result = run()
        assert (result.exit_code, result.stdout) == (2, "")
        assert "GOOGLE_CALENDAR_ID" in result.stderr


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize(
    ("kind", "how"),
    [
        ("unauthorized", {}),
        ("rate_limit", {}),
        ("too_many", {}),
        ("server_error", {}),
        ("unavailable", {}),
        ("dropped", {}),
        ("not_json", {}),
        ("hangs", {"seconds": 0.8}),
        ("slow", {"seconds": 0.2}),
    ],
)
def test_faults_that_pass_do_not_fail_it(
    google_server: ConnectedGoogle, kind: str, how: dict[str, float], after: bool
) -> None:
    for method in METHODS:
        google_server.fail(kind, method, after=after, **how)
    assert [step for step in steps_of(google_server) if not step.ok] == []
    assert google_server.events == []


@pytest.mark.parametrize(
    ("kind", "on", "failed"),
    [
        ("server_error", "events.insert", "insert"),
        ("forbidden", "events.insert", "insert"),
        ("bad_request", "events.patch", "move"),
        ("unavailable", "events.patch", "move"),
        ("unauthorized", "events.patch", "move"),
        ("calendar_error", "freebusy.query", "free_busy"),
        ("forbidden", "events.list", "list"),
    ],
)
def test_a_fault_that_stays_fails_its_step_and_the_event_is_still_taken_off(
    google_server: ConnectedGoogle, kind: str, on: str, failed: str
) -> None:
    google_server.fail(kind, on, times=None)
    steps = steps_of(google_server, Patience(attempt=0.5, total=0.3, first_wait=0.01))
    assert next(step.step for step in steps if not step.ok) == failed
    assert {step.step for step in steps} >= set(STEPS)
    assert google_server.events == []


def test_an_insert_that_was_stored_but_never_answered_is_cleaned_up(google_server: ConnectedGoogle) -> None:
    google_server.fail("server_error", "events.insert", times=None, after=True)
    google_server.fail("server_error", "events.get", times=None)
    steps = steps_of(google_server, Patience(attempt=0.5, total=0.3, first_wait=0.01))
    assert next(step.step for step in steps if not step.ok) == "insert"
    assert steps[-1].step == "clean_up"
    assert steps[-1].ok
    assert google_server.events == []


def test_a_revoked_access_is_told_once_and_the_rest_not_tried(google_server: ConnectedGoogle) -> None:
    google_server.server.oauth.revoked = True
    steps = steps_of(google_server)
    assert "invalid_grant" in steps[0].detail
    assert all(step.detail.startswith("not tried") for step in steps[1:])


def test_it_finds_out_a_calendar_that_does_not_do_what_it_says(
    google_server: ConnectedGoogle, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calendar_selftest, "SETTLES", 0.1)
    store = google_server.calendar
    store.patch = lambda event_id, body: store.get(event_id)  # type: ignore[method-assign]  # moves nothing
    steps = {step.step: step for step in steps_of(google_server)}
    assert not steps["move"].ok
    assert "does not list the event an hour later" in steps["move"].detail
    assert google_server.events == []


def test_a_server_that_never_answers_is_given_up_in_time(
    google_server: ConnectedGoogle, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calendar_selftest, "STEPS_END", 1.0)
    monkeypatch.setattr(calendar_selftest, "CLEAN_UP_END", 1.5)
    google_server.fail("hangs", "events.insert", times=None, after=True)
    began = time.monotonic()
    steps = steps_of(google_server, Patience(attempt=20, total=20))
    assert time.monotonic() - began < 6
    assert next(step for step in steps if not step.ok).detail == "gave up waiting for the calendar"
    assert steps[-1].step == "clean_up"
    assert google_server.events == []


def test_the_installed_command_speaks_json_lines_only(google_server: ConnectedGoogle, tmp_path: Path) -> None:
    environment = {
        "PATH": os.environ["PATH"],
        "HTTP_PROXY": "http://127.0.0.1:9",  # a proxy is no way to this very machine
        "GOOGLE_API_BASE_URL": google_server.url + "/",
        "GOOGLE_TOKEN_URI": google_server.token_uri,
        "GOOGLE_TOKEN_FILE": str(google_server.token_file),
        "GOOGLE_CALENDAR_ID": google_server.calendar_id,
    }
    done = subprocess.run(
        [Path(sys.executable).with_name("rekindle"), "calendar", "selftest"],
        env=environment,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert [json.loads(line)["ok"] for line in done.stdout.splitlines()] == [True] * len(STEPS)
    assert google_server.events == []


def test_a_server_that_drips_its_answer_cannot_keep_the_command_from_ending(
    google_server: ConnectedGoogle, tmp_path: Path
) -> None:
    hurried = (
        "from bot.cli import main; from bot.selftest import calendar; calendar.STEPS_END = 2.0; "
        "main(['calendar', 'selftest'])"
    )
    with socket.create_server(("127.0.0.1", 0)) as listening:
        over = threading.Event()
        threading.Thread(target=_drip, args=(listening, over), daemon=True).start()
        environment = {
            "GOOGLE_API_BASE_URL": f"http://127.0.0.1:{listening.getsockname()[1]}",
            "GOOGLE_TOKEN_URI": google_server.token_uri,
            "GOOGLE_SERVICE_ACCOUNT_FILE": str(google_server.service_account_file),
            "GOOGLE_CALENDAR_ID": google_server.calendar_id,
        }
        done = subprocess.run(
            [sys.executable, "-c", hurried],
            env=environment,
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
        over.set()
    assert (done.returncode, done.stderr) == (1, "")
    assert json.loads(done.stdout.splitlines()[0])["detail"] == "gave up waiting for the calendar"


def _drip(listening: socket.socket, over: threading.Event) -> None:
    taken, _ = listening.accept()
    with taken:
        taken.recv(65536)
        taken.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n")
        while not over.wait(0.1):
            taken.sendall(b" ")
