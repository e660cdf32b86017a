"""The control API and the page, over loopback as a browser or a load generator would ask."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import pytest
import requests
from simulator_world import PHONE, SENDER, Clock, Service

from bot.simulator import Network, serving

FORM = {"To": PHONE, "From": SENDER, "Body": "Hello"}


class Asking(requests.Session):
    """A session that knows the base address and waits at most five seconds."""

    base = ""

    def request(self, method, url, **more):  # type: ignore[no-untyped-def]
        return super().request(method, self.base + url, timeout=5, **more)


@pytest.fixture
def ask(network: Network, clock: Clock) -> Iterator[Asking]:
    with (
        serving(
            network,
            clock=clock,  # type: ignore[arg-type]
            service_url="http://127.0.0.1:8000",
            timezone="America/New_York",
            business="Example Dental",
        ) as base,
        Asking() as session,
    ):
        session.base = base
        yield session


def test_a_text_written_through_the_api_reaches_the_webhook(
    ask: Asking, network: Network, service: Service
) -> None:
    told = ask.post("/sim/texts", json={"from": PHONE, "body": "hello", "media": ["https://example.com/a"]})
    assert told.status_code == 201
    assert (told.json()["from"], told.json()["body"]) == ("phone", "hello")
    network.run_due()
    assert service.texts == ["hello"]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/sim/texts", {"from": "12", "body": "x"}),
        ("/sim/texts", {"from": PHONE, "body": "x" * 1601}),
        ("/sim/texts", {"from": PHONE, "body": 7}),
        ("/sim/texts", {"from": PHONE, "body": "x", "channel": "post"}),
        ("/sim/texts", {"from": PHONE, "body": "x", "to": "+12125550177"}),
        ("/sim/texts", {"from": PHONE, "body": "x", "media": [{"address": "a"}]}),
        ("/sim/texts", ["not an object"]),
        ("/sim/phones", {"number": "nobody"}),
        ("/sim/phones", {"number": PHONE, "color": "red"}),
        ("/sim/phones", {"number": PHONE, "role": "owner"}),
        ("/sim/faults", {"kind": "earthquake"}),
        ("/sim/faults", {"kind": "callback_lost", "often": 3}),
        ("/sim/clock", {"forward_seconds": -1}),
        ("/sim/clock", {"forward_seconds": True}),
        ("/sim/clock", {"forward_seconds": 1e12}),
        ("/sim/clock", {}),
    ],
)
def test_a_mistake_is_answered_with_one_sentence(ask: Asking, path: str, body: object) -> None:
    told = ask.post(path, json=body)
    assert told.status_code == 400
    assert list(told.json()) == ["error"]


def test_another_sites_form_cannot_use_the_controls(ask: Asking, network: Network) -> None:
    assert ask.post("/sim/texts", data={"from": PHONE, "body": "x"}).status_code == 415
    assert ask.post("/sim/reset", data="{}", headers={"Content-Type": "text/plain"}).status_code == 415
    assert ask.get("/sim/phones", headers={"Host": "rebound.example"}).status_code == 403
    assert network.messages() == []


def test_phones_are_listed_with_their_last_text_and_what_is_unread(ask: Asking, network: Network) -> None:
    ask.post("/sim/phones", json={"number": PHONE, "label": "Sample Sarah", "color": "#336699"})
    network.outbound.create(FORM)
    network.run_due()
    told = ask.get("/sim/phones").json()
    phone = told["phones"][0]
    assert (phone["label"], phone["unread"], phone["last"]["body"]) == ("Sample Sarah", 1, "Hello")
    assert told["now"] == "2026-03-05T10:00:00-05:00"
    ask.post(f"/sim/phones/{PHONE}/read", json={})
    assert ask.get("/sim/phones").json()["phones"][0]["unread"] == 0
    assert [text["body"] for text in ask.get(f"/sim/phones/{PHONE}/transcript").json()["texts"]] == ["Hello"]


def test_a_page_that_asks_by_cursor_hears_everything_once_and_in_order(ask: Asking, network: Network) -> None:
    cursor, kinds = ask.get("/sim/health").json()["cursor"], []

    def hear() -> None:
        nonlocal cursor
        told = ask.get("/sim/events", params={"after": cursor}).json()
        kinds.extend((event["kind"], event["message"]["status"]) for event in told["events"])
        cursor = told["cursor"]

    ask.post("/sim/texts", json={"from": PHONE, "body": "hello"})
    hear()
    network.run_due()
    network.outbound.create(FORM)
    hear()
    network.run_due()
    hear()
    hear()
    assert kinds == [
        ("written", "received"), ("taken", "received"), ("accepted", "queued"), ("status", "queued"),
        ("status", "sent"), ("status", "delivered"),
    ]  # fmt: skip


def test_a_text_that_the_service_does_not_take_is_told_as_such(
    ask: Asking, network: Network, service: Service
) -> None:
    service.answers = [ConnectionError(), ConnectionError()]
    ask.post("/sim/texts", json={"from": PHONE, "body": "hello"})
    network.run_due()
    told = ask.get("/sim/events").json()["events"][-1]
    assert (told["kind"], told["message"]["error_code"]) == ("not_taken", 11205)


def test_faults_are_set_seen_and_lifted_over_http(ask: Asking, network: Network, service: Service) -> None:
    made = ask.post("/sim/faults", json={"kind": "callback_lost", "times": None, "number": PHONE})
    assert made.status_code == 201
    listed = ask.get("/sim/faults").json()
    assert [fault["id"] for fault in listed["faults"]] == [made.json()["id"]]
    assert "api_hang_after" in listed["kinds"]
    network.outbound.create(FORM | {"StatusCallback": "http://127.0.0.1:8000/s"})
    network.run_due()
    assert service.statuses == []
    assert ask.get("/sim/faults").json()["faults"][0]["struck"] == 3
    ask.post("/sim/faults", json={"kind": "inbound_late"})
    assert ask.delete(f"/sim/faults/{made.json()['id']}").json() == {"cleared": 1}
    assert ask.delete("/sim/faults").json() == {"cleared": 1}


def test_opt_outs_and_what_came_after_them_are_counted(ask: Asking, network: Network) -> None:
    assert ask.get("/sim/counters").json()["counters"]["texts_after_stop"] == 0
    ask.post("/sim/texts", json={"from": PHONE, "body": "stop"})
    ask.post("/sim/opt-outs", json={"number": "+12125550124"})
    for _ in range(2):
        network.outbound.create(FORM)
    network.run_due()
    assert ask.get("/sim/opt-outs").json()["opt_outs"] == [
        {"number": PHONE, "sender": SENDER, "blocked": False, "texts_since": 2},
        {"number": "+12125550124", "sender": SENDER, "blocked": False, "texts_since": 0},
    ]
    assert ask.get("/sim/counters").json()["counters"]["texts_after_stop"] == 1


def test_time_goes_forward_through_the_clock_that_was_given(ask: Asking, clock: Clock) -> None:
    assert ask.get("/sim/clock").json()["timezone"] == "America/New_York"
    told = ask.post("/sim/clock", json={"forward_seconds": 3600}).json()
    assert told["now"] == "2026-03-05T11:00:00-05:00"
    assert clock.now.hour == 16


def test_tomorrow_at_ten_is_local_even_over_a_change_of_the_clocks(ask: Asking, clock: Clock) -> None:
    clock.now = datetime.fromisoformat("2026-03-07T15:30:00-05:00")
    told = ask.post("/sim/clock", json={"to": "tomorrow_10"}).json()
    assert told["now"] == "2026-03-08T10:00:00-04:00"


def test_a_reset_empties_the_phones_but_keeps_them(ask: Asking, network: Network) -> None:
    ask.post("/sim/phones", json={"number": PHONE, "label": "Sample Sarah"})
    ask.post("/sim/texts", json={"from": PHONE, "body": "hello"})
    before = ask.get("/sim/health").json()["generation"]
    after = ask.post("/sim/reset", json={}).json()["generation"]
    assert before != after
    assert ask.get("/sim/messages").json() == {"messages": []}
    assert [phone["label"] for phone in ask.get("/sim/phones").json()["phones"]] == ["Sample Sarah"]


def test_the_page_and_its_parts_come_from_here_alone(ask: Asking) -> None:
    page = ask.get("/")
    assert page.status_code == 200
    assert page.headers["Content-Security-Policy"].startswith("default-src 'self'")
    assert "No text leaves this machine." in page.text
    assert 'href="http://127.0.0.1:8000/staff"' in page.text
    assert "<style" not in page.text
    assert " style=" not in page.text
    assert 'src="http' not in page.text
    for part in (
        "main.js",
        "calls.js",
        "words.js",
        "state.js",
        "list.js",
        "chat.js",
        "desk.js",
        "phones.css",
    ):
        assert ask.get(f"/static/{part}").status_code == 200


def test_an_open_page_hears_at_once_that_somebody_said_stop(ask: Asking) -> None:
    ask.post("/sim/texts", json={"from": PHONE, "body": "stop"})
    told = ask.get("/sim/events").json()["events"][-1]
    assert (told["kind"], told["phone"]["stopped"]) == ("phone", [SENDER])
