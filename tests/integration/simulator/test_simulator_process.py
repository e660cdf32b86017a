"""The simulator as a process of its own: real sockets, real time, a service that may be down."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
from flask import Flask, Response, jsonify, request
from simulator_world import ACCOUNT, PHONE, SENDER, TOKEN, Rewritten
from twilio.request_validator import RequestValidator
from twilio.rest import Client
from werkzeug.serving import make_server


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def until(happened: Callable[[], Any], seconds: float = 15) -> Any:
    """What `happened` gives once it is true; fails after `seconds`."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            found = happened()
        except requests.RequestException:
            found = None
        if found:
            return found
        time.sleep(0.02)
    raise AssertionError("it did not happen in time")


class Peer:
    """A small service: takes webhooks, checks their signature, keeps a demo clock."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.statuses: list[str] = []
        self.forged = 0
        self.fail = 0
        self.ahead = timedelta()
        self.app = Flask("peer")
        self.app.add_url_rule("/webhooks/twilio/messages", view_func=self.inbound, methods=["POST"])
        self.app.add_url_rule("/status", view_func=self.status, methods=["POST"])
        self.app.add_url_rule("/clock", view_func=self.clock, methods=["GET", "POST"])

    def check(self) -> None:
        good = RequestValidator(TOKEN).validate(
            request.url, request.form, request.headers["X-Twilio-Signature"]
        )
        self.forged += not good

    def inbound(self) -> Response:
        self.check()
        if self.fail:
            self.fail -= 1
            return Response(status=503)
        self.texts.append(request.form["Body"])
        return Response("<Response/>", content_type="text/xml")

    def status(self) -> Response:
        self.check()
        self.statuses.append(request.form["MessageStatus"])
        return Response(status=204)

    def clock(self) -> Response:
        if request.method == "POST":
            self.ahead += timedelta(seconds=request.get_json()["forward_seconds"])
        return jsonify(now=(datetime.now(UTC) + self.ahead).isoformat())


@pytest.fixture(scope="module")
def peer() -> Iterator[tuple[Peer, str]]:
    made = Peer()
    server = make_server("127.0.0.1", 0, made.app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield made, f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def simulator(peer: tuple[Peer, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    phones: Path = tmp_path_factory.mktemp("simulator") / "phones.json"
    phones.write_text(json.dumps([{"number": PHONE, "label": "Sample Sarah"}]))
    port = free_port()
    command = [
        sys.executable, "-m", "bot.simulator", "--port", str(port), "--account", ACCOUNT, "--sender", SENDER,
        "--service", peer[1], "--clock-url", f"{peer[1]}/clock", "--staff-phone", "+12125550190",
        "--phones", str(phones), "--delivered-after", "0.05",
    ]  # fmt: skip
    process = subprocess.Popen(command, env=os.environ | {"SIMULATOR_AUTH_TOKEN": TOKEN})
    base = f"http://127.0.0.1:{port}"
    until(lambda: requests.get(f"{base}/sim/health", timeout=1).ok)
    yield base
    process.terminate()
    assert process.wait(timeout=10) == 0


def test_it_knows_the_phones_it_was_given(simulator: str) -> None:
    phones = requests.get(f"{simulator}/sim/phones", timeout=5).json()["phones"]
    assert {(phone["label"], phone["role"]) for phone in phones} >= {
        ("Front desk", "staff"), ("Sample Sarah", "contact"),
    }  # fmt: skip


def test_a_text_goes_to_the_service_and_its_answer_comes_back(simulator: str, peer: tuple[Peer, str]) -> None:
    requests.post(f"{simulator}/sim/texts", json={"from": PHONE, "body": "naïve “hello”"}, timeout=5)
    until(lambda: "naïve “hello”" in peer[0].texts)
    client = Client(ACCOUNT, TOKEN, http_client=Rewritten(simulator))
    client.messages.create(to=PHONE, from_=SENDER, body="Hi!", status_callback=f"{peer[1]}/status?message=1")
    until(lambda: peer[0].statuses[-1:] == ["delivered"])
    assert peer[0].statuses == ["queued", "sent", "delivered"]
    assert peer[0].forged == 0


def test_a_service_that_is_down_for_a_moment_gets_the_text_all_the_same(
    simulator: str, peer: tuple[Peer, str]
) -> None:
    peer[0].fail = 2
    requests.post(f"{simulator}/sim/texts", json={"from": PHONE, "body": "patient"}, timeout=5)
    until(lambda: "patient" in peer[0].texts)
    assert peer[0].texts.count("patient") == 1


def test_a_connection_is_closed_without_an_answer_by_this_server_too(simulator: str) -> None:
    requests.post(f"{simulator}/sim/faults", json={"kind": "api_close_after"}, timeout=5)
    client = Client(ACCOUNT, TOKEN, http_client=Rewritten(simulator))
    with pytest.raises(requests.exceptions.ConnectionError):
        client.messages.create(to="+12125550125", from_=SENDER, body="Hi!")
    assert [found.body for found in client.messages.list(to="+12125550125")] == ["Hi!"]


def test_time_is_that_of_the_services_clock_and_moves_with_it(simulator: str, peer: tuple[Peer, str]) -> None:
    def ahead() -> float:
        told = requests.get(f"{simulator}/sim/clock", timeout=5).json()["now"]
        return (datetime.fromisoformat(told) - datetime.now(UTC)).total_seconds()

    requests.post(f"{simulator}/sim/clock", json={"forward_seconds": 86_400}, timeout=5)
    assert peer[0].ahead == timedelta(days=1)
    assert abs(ahead() - 86_400) < 60
    peer[0].ahead += timedelta(days=1)
    until(lambda: abs(ahead() - 2 * 86_400) < 60)


@pytest.mark.parametrize(
    ("extra", "says"),
    [
        (["--host", "0.0.0.0"], "--host"),
        (["--port", "none"], "--port"),
        (["--service", "https://example.com"], "not on this machine"),
        (["--clock-url", "http://example.com/clock"], "not on this machine"),
        ([], "--sender"),
    ],
)
def test_what_it_cannot_use_it_says_at_once(extra: list[str], says: str) -> None:
    command = [sys.executable, "-m", "bot.simulator", "--port", "1", "--service", "http://127.0.0.1:1"]
    ended = subprocess.run(
        command + extra, capture_output=True, timeout=20, check=False, text=True,
        env=os.environ | {"SIMULATOR_AUTH_TOKEN": TOKEN},
    )  # fmt: skip
    assert ended.returncode == 2
    assert says in ended.stderr


def test_it_does_not_start_without_the_token(tmp_path: Path) -> None:
    env = {name: value for name, value in os.environ.items() if name != "SIMULATOR_AUTH_TOKEN"}
    command = [
        sys.executable, "-m", "bot.simulator", "--port", "1", "--service", "http://127.0.0.1:1",
        "--sender", SENDER,
    ]  # fmt: skip
    ended = subprocess.run(command, capture_output=True, timeout=20, check=False, env=env, text=True)
    assert ended.returncode == 2
    assert "SIMULATOR_AUTH_TOKEN" in ended.stderr
