"""Every page that can be shown: nothing runs that stands in it, nothing comes from another host."""

from __future__ import annotations

from html.parser import HTMLParser
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from staff_desk import Desk
from werkzeug.test import TestResponse

from bot.simulator import Network, into_wsgi
from bot.simulator.app import create_app as create_simulator
from bot.webapp import create_app
from data import clock, settings
from data.db import writing
from data.models import Business, Campaign, Segment, Touch

LOADED = {"link": "href", "script": "src", "img": "src", "form": "action", "iframe": "src", "use": "href"}
"""Attributes that load something or send something somewhere."""


class Inspector(HTMLParser):
    """Finds what a policy without inline code and without other hosts would stop."""

    def __init__(self) -> None:
        super().__init__()
        self.wrong: list[str] = []
        self.forms: list[bool] = []
        self._open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self._open.append(tag)
        if tag == "style" or (tag == "script" and not given.get("src")):
            self.wrong.append(f"inline {tag}")
        self.wrong += [f"{tag} {name}" for name in given if name.startswith("on") or name == "style"]
        self.wrong += [f"{tag} {name}" for name, value in attrs if (value or "").startswith("javascript:")]
        if tag in ("base", "object", "embed", "iframe"):
            self.wrong.append(tag)
        where = urlsplit(given.get(LOADED.get(tag, "")) or "")
        if where.scheme or where.netloc:
            self.wrong.append(f"{tag} from {where.netloc}")
        if tag == "a" and given.get("target") == "_blank" and "noopener" not in (given.get("rel") or ""):
            self.wrong.append("a window that may reach back")
        if tag == "form" and (given.get("method") or "get").lower() == "post":
            self.forms.append(False)
        if tag == "input" and given.get("name") == "csrf_token" and given.get("value"):
            self.forms[-1] = True


def wrong_with(answer: TestResponse) -> list[str]:
    inspector = Inspector()
    inspector.feed(answer.text)
    if not all(inspector.forms):
        inspector.wrong.append("a form without its token")
    policy = dict(part.strip().split(" ", 1) for part in answer.headers["Content-Security-Policy"].split(";"))
    default = policy["default-src"]
    for kind in ("script-src", "style-src", "img-src", "connect-src", "object-src", "font-src", "frame-src"):
        allowed = set(policy.get(kind, default).split())
        if not allowed <= {"'self'", "'none'", "data:"} or ("data:" in allowed and kind != "img-src"):
            inspector.wrong.append(f"{kind} {allowed}")
    for kind in ("base-uri", "frame-ancestors"):
        if policy[kind] != "'none'":
            inspector.wrong.append(kind)
    if policy["form-action"] not in ("'self'", "'none'"):
        inspector.wrong.append("form-action")
    if answer.headers["X-Content-Type-Options"] != "nosniff":
        inspector.wrong.append("types may be guessed")
    return inspector.wrong


def every_address(app: Flask, conversation: int, method: str = "GET", door: str = "") -> list[str]:
    """An address for each page or act there is, present or future; of one door only where one is named."""
    adapter = app.url_map.bind("127.0.0.1")
    return [
        adapter.build(rule.endpoint, {name: _value(name, conversation) for name in rule.arguments}, method)
        for rule in app.url_map.iter_rules()
        if method in (rule.methods or ())
        and rule.endpoint.startswith(door)
        and rule.endpoint != "staff.static"
    ]


def _value(name: str, conversation: int) -> object:
    return {"conversation_id": conversation, "_rest": "nothing/here"}.get(name, 1)


@pytest.fixture
def talk(desk: Desk) -> int:
    mean = '<script>alert(1)</script> <img src=x onerror="x"> "><b style=a>'
    with writing() as session:
        business = session.scalars(select(Business.id).order_by(Business.id)).first()
        assert business is not None
        rule = {"columns": [{"column": mean, "equals": mean}]}
        session.add(Segment(business_id=business, name=mean, rule=rule))
        campaign = Campaign(
            business_id=business, name=mean, started_at=clock.now(), brief={"offer": mean}, differs_in="<i>"
        )
        session.add(campaign)
        session.flush()
        session.add(Touch(campaign_id=campaign.id, step=1, angle=mean[:20], template=mean))
    return desk.conversation("Sarah <i>", mean, handoff="asked_for_person")


def test_no_page_runs_or_loads_anything_but_our_own_files(desk: Desk, talk: int) -> None:
    kim, stranger = desk.kim(), desk.browser()
    addresses = every_address(desk.app, talk)
    addresses += [
        f"/staff?q={talk}",
        "/staff?q=<script>",
        "/staff?show=declined",
        "/nothing",
        "/staff/static/x",
    ]

    assert len(addresses) > 10
    for address in addresses:
        for browser in (kim, stranger):
            answer = browser.get(address)
            assert answer.status_code < 500, address
            if answer.mimetype == "text/html":
                assert wrong_with(answer) == [], address


def test_no_answer_to_what_goes_wrong_is_an_exception_from_that(desk: Desk, talk: int) -> None:
    kim = desk.kim()
    reply = f"/staff/conversations/{talk}/reply"
    answers = {
        "refused": kim.post(reply, text="", nonce="nonce-0001"),
        "without token": kim.client.post(reply),
        "too long": kim.post(reply, text="x" * 300_000, nonce="nonce-0001"),
        "wrong method": kim.client.delete(reply),
        "wrong password": desk.browser().log_in(password="wrong"),
        "limited": [desk.browser().log_in(email="", password="") for _ in range(12)][-1],
        "forged": kim.client.post("/webhooks/twilio/messages"),
    }

    assert [answer.status_code for answer in answers.values()] == [409, 400, 413, 405, 401, 429, 403]
    for name, answer in answers.items():
        assert wrong_with(answer) == [], name
        assert answer.headers["Cache-Control"] == "no-store", name


def test_no_page_is_kept_by_a_cache_or_shown_in_a_frame(desk: Desk, talk: int) -> None:
    kim = desk.kim()

    for address in every_address(desk.app, talk):
        headers = kim.get(address).headers
        assert headers["Cache-Control"] == "no-store", address
        assert headers["X-Frame-Options"] == "DENY", address
        assert "camera=()" in headers["Permissions-Policy"], address
        assert headers["Referrer-Policy"] == "same-origin", address


def test_every_form_asks_for_its_token_whatever_language_is_spoken(desk: Desk, talk: int) -> None:
    kim = desk.kim()
    acts = every_address(desk.app, talk, "POST", "staff.")

    assert len(acts) >= 8
    for address in acts:
        for sent in ({"data": {}}, {"json": {}}, {"data": b"x", "content_type": "text/plain"}):
            answer = kim.client.post(address, headers={"Accept": "application/json"}, **sent)
            assert answer.status_code == 400, address
    assert desk.row(talk).staff_took_over_at is None


def test_the_demos_door_and_its_banner_keep_to_it_too(desk: Desk, talk: int) -> None:
    demo = {"rekindle_demo": True, "twilio_api_base_url": "http://127.0.0.1:9"}
    settings.use(settings.get().model_copy(update=demo))
    lone = Desk(create_app(), [])
    clock.use()
    kim = lone.kim()

    for address in ("/staff", f"/staff/conversations/{talk}", "/demo/clock"):
        assert wrong_with(kim.get(address)) == [], address
    deep = kim.client.post("/demo/clock", data="[" * 200, content_type="application/json")
    long = kim.client.post("/demo/clock", data="[" * 5_000, content_type="application/json")
    form = kim.client.post("/demo/clock", data={"forward_seconds": "1"})
    assert (deep.status_code, long.status_code, form.status_code) == (400, 413, 415)


def _simulator() -> FlaskClient:
    network = Network(
        account_sid="AC" + "0" * 32,
        auth_token="secret",
        senders=("+12125550100",),
        webhook_url="http://127.0.0.1:9/webhooks/twilio/messages",
        clock=clock.real,
        post=into_wsgi(lambda *_: []),
    )
    return create_simulator(network, service_url="http://127.0.0.1:8000").test_client()


def test_the_simulators_pages_keep_to_it_too() -> None:
    client = _simulator()

    for address in ("/", "/nothing", "/control"):
        assert wrong_with(client.get(address)) == [], address
