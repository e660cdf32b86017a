"""`rekindle provider selftest` against the simulated network with its faults and against strangers."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from click.testing import CliRunner
from flask import Flask, Response, jsonify, request
from werkzeug.serving import make_server

from bot.cli import main
from bot.selftest.provider import Line, Result, SelfTest, Times
from bot.simulator import Network
from data import business_file, db, settings
from data.db import writing
from data.models import Business
from data.queries.suppressions import suppress
from scheduler.provider.client import Provider

PHONE = "+12125550123"
ACCOUNT = "AC" + "0" * 32
TOKEN = "a-token-for-the-selftest"
SENDER = "+12125550100"
STEPS = ["settings", "suppression", "send", "found", "listed", "delivered"]
SHORT = Times(end=4.0, send=3.0, shows=1.0, reconciles=1.0, receipt=0.6)


def play(base: str, times: Times = SHORT, sender: str = SENDER) -> dict[str, Result]:
    line = Line(sender, PHONE, per_second=1000.0)
    test = SelfTest(Provider(ACCOUNT, TOKEN, base), line, lambda: None, "as set up", times)
    return {result.step: result for result in test.run()}


def texts(network: Network) -> list[Any]:
    return [message for message in network.messages() if message.direction == "outbound-api"]


def ok(results: dict[str, Result]) -> dict[str, bool]:
    return {step: result.ok for step, result in results.items()}


def all_but(*failed: str) -> dict[str, bool]:
    return {step: step not in failed for step in STEPS}


# the command


def test_one_text_is_sent_and_followed_until_it_is_delivered(
    line: tuple[Network, str], set_up: settings.Settings, runner: CliRunner
) -> None:
    done = runner.invoke(main, ["provider", "selftest", "--to", "+1 (212) 555-0123"])
    lines = [json.loads(row) for row in done.stdout.splitlines()]
    assert done.exit_code == 0, done.output
    assert [(row["step"], row["ok"]) for row in lines] == [(step, True) for step in STEPS]
    assert all(set(row) == {"step", "ok", "detail", "ms"} and row["ms"] >= 0 for row in lines)
    assert lines[-1]["detail"] == "delivered"
    (sent,) = texts(line[0])
    assert (sent.number, sent.from_, sent.segments) == (PHONE, SENDER, 1)
    assert sent.status_callback == ""
    assert TOKEN not in done.output


def test_a_suppressed_number_gets_nothing(
    line: tuple[Network, str], set_up: settings.Settings, runner: CliRunner
) -> None:
    db.connect()
    db.migrate()
    with writing() as session:
        business = business_file.load(session, business_file.read_file(business_file.SAMPLE))
        suppress(session, business, PHONE, reason="opt_out", source="text")
    done = runner.invoke(main, ["provider", "selftest", "--to", PHONE])
    lines = {row["step"]: row for row in map(json.loads, done.stdout.splitlines())}
    assert done.exit_code == 1
    assert list(lines) == STEPS
    assert "suppression list (opt out)" in lines["suppression"]["detail"]
    assert not any(lines[step]["ok"] for step in STEPS[1:])
    assert texts(line[0]) == []


def test_a_suppression_of_any_business_here_counts(
    line: tuple[Network, str], set_up: settings.Settings, runner: CliRunner
) -> None:
    db.connect()
    db.migrate()
    with writing() as session:
        first = business_file.load(session, business_file.read_file(business_file.SAMPLE))
        second = Business(
            name="Sample Garage", phone="+12125550101", address="", timezone="America/New_York",
            profile=first.profile, hash_key=b"another key of thirty-two bytes!",
        )  # fmt: skip
        session.add(second)
        session.flush()
        suppress(session, second, PHONE, reason="do_not_contact", source="import")
    assert runner.invoke(main, ["provider", "selftest", "--to", PHONE]).exit_code == 1
    assert texts(line[0]) == []


def test_a_suppression_list_that_cannot_be_read_sends_nothing(
    line: tuple[Network, str], set_up: settings.Settings, runner: CliRunner
) -> None:
    (set_up.rekindle_data_dir / "rekindle.sqlite3").write_bytes(b"this is no database" * 100)
    done = runner.invoke(main, ["provider", "selftest", "--to", PHONE])
    assert done.exit_code == 1
    assert "so nothing is sent" in done.stdout
    assert texts(line[0]) == []


@pytest.mark.parametrize("number", ["555-0123", "hello", "+1", "", "+1212555012345678"])
def test_what_is_no_number_is_refused_in_one_sentence(
    line: tuple[Network, str], set_up: settings.Settings, runner: CliRunner, number: str
) -> None:
    done = runner.invoke(main, ["provider", "selftest", "--to", number])
    assert (done.exit_code, done.stdout) == (2, "")
    assert len(done.stderr.strip().splitlines()) == 1
    assert texts(line[0]) == []


@pytest.mark.parametrize("missing", ["twilio_account_sid", "twilio_auth_token", "twilio_from"])
def test_a_missing_setting_is_named(set_up: settings.Settings, runner: CliRunner, missing: str) -> None:
    settings.use(set_up.model_copy(update={missing: type(getattr(set_up, missing))("")}))
    done = runner.invoke(main, ["provider", "selftest", "--to", PHONE])
    assert (done.exit_code, done.stdout) == (2, "")
    assert missing.upper() in done.stderr


def test_a_text_by_whatsapp_outside_the_window_fails_with_the_reason(
    line: tuple[Network, str], set_up: settings.Settings, runner: CliRunner
) -> None:
    done = runner.invoke(main, ["provider", "selftest", "--to", f"whatsapp:{PHONE}"])
    assert done.exit_code == 1
    assert "24-hour window (63016)" in done.stdout


# the network's faults


def test_an_answer_that_is_lost_is_looked_for_and_not_repeated(line: tuple[Network, str]) -> None:
    network, base = line
    network.faults.add("api_close_after")
    results = play(base)
    assert ok(results) == all_but("send")
    assert "taken all the same" in results["found"].detail
    assert len(texts(network)) == 1


def test_a_server_error_after_accepting_is_looked_for_and_not_repeated(line: tuple[Network, str]) -> None:
    network, base = line
    network.faults.add("api_error_after", status=503)
    assert ok(play(base)) == all_but("send")
    assert len(texts(network)) == 1


@pytest.mark.parametrize("kind", ["api_hang_before", "api_error_before", "api_close_before"])
def test_a_text_that_was_never_taken_is_not_found_and_not_repeated(
    line: tuple[Network, str], kind: str
) -> None:
    network, base = line
    network.faults.add(kind, seconds=30)
    results = play(base)
    assert ok(results) == all_but("send", "found", "listed", "delivered")
    assert "it was not taken" in results["found"].detail
    assert texts(network) == []


def test_too_many_requests_is_tried_again(line: tuple[Network, str]) -> None:
    network, base = line
    network.faults.add("api_rate_limited")
    results = play(base, Times(end=8.0, send=5.0, shows=1.0))
    assert ok(results) == all_but()
    assert "too many requests" in results["send"].detail
    assert len(texts(network)) == 1


def test_a_list_that_was_never_read_proves_nothing(line: tuple[Network, str]) -> None:
    network, base = line
    network.faults.add("api_error_after", times=None, calls="all")
    results = play(base)
    assert ok(results) == all_but("send", "found", "listed", "delivered")
    assert "not taken" not in results["found"].detail


@pytest.mark.parametrize(
    ("code", "words"),
    [(21211, "not a valid number (21211)"), (21610, "has unsubscribed (21610)"), (21608, "trial account")],
)
def test_a_refusal_is_told_in_words(line: tuple[Network, str], code: int, words: str) -> None:
    network, base = line
    network.faults.add("api_reject", code=code)
    results = play(base)
    assert ok(results) == all_but("send", "found", "listed", "delivered")
    assert words in results["send"].detail
    assert texts(network) == []


def test_refused_credentials_are_named(line: tuple[Network, str]) -> None:
    network, base = line
    network.faults.add("api_unauthorized", times=None)
    assert "credentials (20003)" in play(base)["send"].detail


@pytest.mark.parametrize(("kind", "state"), [("send_failed", "failed"), ("send_undelivered", "undelivered")])
def test_a_text_that_does_not_arrive_fails_the_last_step(
    line: tuple[Network, str], kind: str, state: str
) -> None:
    network, base = line
    network.faults.add(kind, code=30005)
    results = play(base)
    assert ok(results) == all_but("delivered")
    assert results["delivered"].detail == f"{state}: an unknown handset (30005)"


def test_a_text_that_stays_queued_fails_the_last_step(line: tuple[Network, str]) -> None:
    network, base = line
    network.faults.add("send_slow", seconds=60)
    results = play(base)
    assert ok(results) == all_but("delivered")
    assert "still queued" in results["delivered"].detail


@pytest.mark.parametrize("kind", ["api_error_before", "api_close_before", "api_rate_limited"])
def test_passing_trouble_while_looking_is_ridden_out(line: tuple[Network, str], kind: str) -> None:
    network, base = line
    network.faults.add(kind, times=2, calls="read")
    assert ok(play(base)) == all_but()


def test_a_list_that_is_refused_is_told_in_words(line: tuple[Network, str]) -> None:
    network, base = line
    network.faults.add("api_close_after")
    network.faults.add("api_unauthorized", times=None, calls="read")
    results = play(base)
    assert ok(results) == all_but("send", "found", "listed", "delivered")
    assert "credentials (20003)" in results["found"].detail


def test_a_provider_that_is_not_there_is_said_to_be_so() -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        results = play(f"http://127.0.0.1:{nobody.getsockname()[1]}")
    assert "cannot be reached" in results["send"].detail
    assert ok(results) == all_but("send", "found", "listed", "delivered")


def test_a_server_that_drips_does_not_keep_the_selftest_from_ending() -> None:
    with dripping() as base:
        began = time.monotonic()
        results = play(base, Times(end=2.0, send=1.0))
        assert time.monotonic() - began < 4
    assert ok(results) == all_but("send", "found", "listed", "delivered")


# other implementations of the protocol


def test_a_sparse_answer_is_enough() -> None:
    with stranger({"sid": "x1", "status": "Queued"}, {"sid": "x1", "status": "Delivered"}) as base:
        assert ok(play(base)) == all_but()


def test_sent_without_a_receipt_is_enough_and_is_said() -> None:
    with stranger({"sid": "x1", "status": "queued"}, {"sid": "x1", "status": "sent"}) as base:
        results = play(base)
    assert ok(results) == all_but()
    assert "without a receipt" in results["delivered"].detail


def test_a_success_in_words_that_nobody_knows_is_looked_for() -> None:
    with stranger("thank you", {"sid": "x1", "status": "delivered"}) as base:
        results = play(base)
    assert ok(results) == all_but("send")


def test_a_list_that_does_not_show_the_text_is_named() -> None:
    with stranger(
        {"sid": "x1", "status": "queued"}, {"sid": "x1", "status": "delivered"}, lists=False
    ) as base:
        results = play(base)
    assert ok(results) == all_but("listed")


@contextmanager
def serving_app(app: Callable[..., Any]) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, app, threaded=True)
    server.daemon_threads = True  # type: ignore[attr-defined]
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@contextmanager
def stranger(created: Any, kept: dict[str, Any], lists: bool = True) -> Iterator[str]:
    """A server that speaks as little of the protocol as it can."""
    app = Flask("stranger")
    bodies: list[str] = []
    messages = "/2010-04-01/Accounts/<account>/Messages"

    @app.post(f"{messages}.json")
    def create(account: str) -> Any:
        assert "StatusCallback" not in request.form
        bodies.append(request.form["Body"])
        return jsonify(created) if isinstance(created, dict) else Response(created)

    @app.get(f"{messages}/<sid>.json")
    def fetch(account: str, sid: str) -> Response:
        return jsonify(kept)

    @app.get(f"{messages}.json")
    def listing(account: str) -> Response:
        return jsonify(messages=[kept | {"body": body} for body in bodies] if lists else [])

    with serving_app(app) as base:
        yield base


@contextmanager
def dripping() -> Iterator[str]:
    """A server that answers a byte every 50 ms and never ends."""
    given_up = threading.Event()

    def app(_environ: dict[str, Any], start: Callable[..., Any]) -> Iterator[bytes]:
        start("200 OK", [("Content-Type", "application/json")])
        while not given_up.wait(0.05):
            yield b" "

    with serving_app(app) as base:
        yield base
        given_up.set()
