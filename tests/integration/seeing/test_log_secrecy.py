"""Values planted everywhere, everything done that can go wrong: none of them stands in any log."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator

import pytest
from argon2 import PasswordHasher
from flask.testing import FlaskClient
from gunicorn.config import Config
from gunicorn.glogging import Logger
from world_fixtures import SARAH, Service, add_contact

from bot.processes import free_port
from bot.webapp import create_app
from data import logs, settings
from data.db import reading, writing
from data.models import Business, Contact, Conversation, Message, StaffUser
from scheduler.app import app as celery
from scheduler.app import run_job
from scheduler.jobs import Job
from scheduler.waker import Waker

PHONE = "+12125550147"
NAME = "Zebulonia"
TEXT = "my kumquat hurts when whistling"
STAFF = "quokka@example.com"
STAFF_NAME = "Peregrina"
PASSWORD = "planted-password-81c"
TOKEN = "planted-token-5e0"
KEY = "cGxhbnRlZC1rZXktcGxhbnRlZC1rZXktcGxhbnRlZC0="
PLANTED = (
    PHONE.removeprefix("+1"), SARAH.removeprefix("+1"), "555-0147", "555 0147", NAME, "kumquat", "whistling",
    "quokka", STAFF_NAME, PASSWORD, TOKEN, KEY, "AnotherName", "Kangaroo",
)  # fmt: skip


FAULTS = {
    "api_reject": 30008,
    "api_error_before": None,
    "api_rate_limited": None,
    "api_close_after": None,
    "api_unauthorized": None,
}
"""Fault of the provider -> its code; the last one stops the sender."""


@pytest.fixture
def planted(service: Service, capfd: pytest.CaptureFixture[str]) -> Iterator[Service]:
    """The service with values planted in its settings and rows; what it logs is captured."""
    secret = type(settings.get().secret_key)
    settings.use(
        settings.get().model_copy(
            update={
                "secret_key": secret(TOKEN + "-session"),
                "rasa_token": secret(TOKEN + "-model"),
                "metrics_token": secret(TOKEN + "-metrics"),
                "google_client_secret": secret(TOKEN + "-google"),
                "redis_url": f"redis://:{PASSWORD}@127.0.0.1:{free_port()}/0",
            }
        )
    )
    with writing() as session:
        business = session.query(Business).one()
        add_contact(session, business, PHONE, NAME)
        session.add(
            StaffUser(
                business_id=business.id,
                email=STAFF,
                name=STAFF_NAME,
                password_hash=PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD),
            )
        )
    service.network.add_phone(PHONE, label="Phone")
    logs.configure()
    yield service
    logs.configure()


@pytest.fixture
def said(capfd: pytest.CaptureFixture[str]) -> Iterator[list[str]]:
    """What must have been said for the test to mean anything; all of it is searched at the end."""
    wanted: list[str] = []
    yield wanted
    captured = capfd.readouterr()
    everything = captured.out + captured.err
    for event in wanted:
        assert event in everything, event
    for value in PLANTED:
        assert value.lower() not in everything.lower(), _around(everything, value)


def _around(everything: str, value: str) -> str:
    at = everything.lower().index(value.lower())
    return everything[max(0, at - 300) : at + 100]


def contact_id() -> int:
    with reading() as session:
        return session.query(Contact).filter_by(phone=PHONE).one().id


def a_conversation_with_an_opt_out_and_a_handover(said: list[str], planted: Service) -> None:
    planted.text(f"hi, I am {NAME}, {TEXT}, call 212 555 0147", phone=PHONE)
    planted.run_due()
    planted.text("I have chest pain", phone=PHONE)
    planted.text("STOP", phone=PHONE)
    planted.run_due()
    assert planted.arrived(PHONE)
    said += ["event='text'", "state='sent'", "state='delivered'"]


def a_turn_that_fails_over_the_text(said: list[str], planted: Service) -> None:
    planted.text(TEXT, phone=PHONE)
    with writing() as session:
        conversation = session.query(Conversation).filter_by(contact_id=contact_id()).one()
        conversation.state = {"offered": [TEXT], "asked": NAME}  # reading it raises, and quotes it
        session.query(Contact).filter_by(phone=PHONE).update({"due_at": planted.clock()})
    run_job("converse", contact_id())
    with writing() as session:
        session.query(Conversation).filter_by(contact_id=contact_id()).update({"state": {}})
    said += ["event='job failed' kind='converse'"]


def a_provider_that_fails(said: list[str], planted: Service) -> None:
    for number, (fault, code) in enumerate(FAULTS.items()):
        phone = f"+121255501{50 + number}"
        with writing() as session:
            add_contact(session, session.query(Business).one(), phone, NAME)
        planted.network.add_phone(phone, label="Phone")
        struck = planted.network.faults.add(fault, times=1, number=phone, code=code)
        planted.text("STOP", phone=phone)
        planted.run_due()
        assert struck.struck == 1, fault
    said += ["event='text failed'", "event='outcome unknown, to be reconciled'"]


@celery.task(name="rekindle.planted")  # type: ignore[untyped-decorator]
def store_again(phone: str) -> None:
    """What raises: PostgreSQL says which value was there already."""
    with writing() as session:
        session.add(Contact(business_id=1, phone=phone, state=NAME))


def a_database_error_that_quotes_a_row(said: list[str], planted: Service) -> None:
    store_again.apply(args=(PHONE,))
    said += ["error='IntegrityError'", "rekindle.planted"]


def an_error_in_a_page(said: list[str], web: FlaskClient) -> None:
    with web.application.test_request_context("/staff"):
        try:
            raise ValueError(f"{NAME} wrote: {TEXT}")
        except ValueError as error:
            web.application.log_exception((ValueError, error, error.__traceback__))  # type: ignore[arg-type]
    said += ["event='request failed'"]


def requests_of_strangers(said: list[str], web: FlaskClient) -> None:
    form = {"From": PHONE, "To": SARAH, "Body": TEXT, "MessageSid": TOKEN}
    assert web.post("/webhooks/twilio/messages", data=form).status_code == 403
    web.post(f"/webhooks/twilio/status?message={NAME}", data=form)
    web.get(f"/staff/{NAME}?q={TEXT}&token={TOKEN}")
    web.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    web.post("/webhooks/twilio/messages", data={"Body": TEXT * 20_000})
    said += ["event='webhook refused", "event='metrics refused"]


def logging_in_with_a_wrong_and_a_right_password(said: list[str], web: FlaskClient) -> None:
    web.application.config["WTF_CSRF_ENABLED"] = False
    for password in ("Kangaroo", PASSWORD):
        web.post("/staff/login", data={"email": STAFF, "password": password})
    said += ["event='log-in failed'"]


def a_queue_that_cannot_be_reached(said: list[str], planted: Service) -> None:
    waker = Waker()  # one of its own: the process's may rest already
    waker.ask(Job("converse", contact_id()), 0.0, None)
    deadline = time.monotonic() + 20
    while not waker.rests and time.monotonic() < deadline:
        time.sleep(0.01)
    said += ["event='queue unreachable"]


def what_servers_and_libraries_say_by_themselves(said: list[str], planted: Service) -> None:
    server = Logger(Config())
    logs.configure()
    server.warning(f"Invalid request from ip=192.0.2.1: Invalid HTTP request line: 'GET /?Body={TEXT}'")
    server.error("Worker (pid:%s) was sent %s!", 417, "SIGKILL")
    library = logging.getLogger("googleapiclient.http")
    library.warning("Invalid JSON content from response: %s", f'{{"summary": "{NAME}"}}')
    library.warning("token " + TOKEN)
    try:
        with writing() as session:
            session.add(Message(business_id=1, direction="in", body=TEXT, to_address=PHONE))
    except Exception as error:
        library.exception("Failed over %r", error)
        logging.getLogger("celery.worker").critical("Unrecoverable error: %r", error, exc_info=True)
    said += ["Worker (pid:417) was sent SIGKILL!", "error='IntegrityError'", "Unrecoverable error"]


def the_page_of_figures(said: list[str], web: FlaskClient) -> None:
    page = web.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}-metrics"})
    assert page.status_code == 200
    assert "rekindle_rows_readable 1.0" in page.text
    assert not [value for value in PLANTED if value in page.text]
    said += ["event='text'"]


def test_nothing_that_was_planted_stands_in_a_log_or_among_the_figures(
    planted: Service, said: list[str]
) -> None:
    web = create_app().test_client()
    a_turn_that_fails_over_the_text(said, planted)
    a_conversation_with_an_opt_out_and_a_handover(said, planted)
    a_provider_that_fails(said, planted)
    a_database_error_that_quotes_a_row(said, planted)
    an_error_in_a_page(said, web)
    requests_of_strangers(said, web)
    logging_in_with_a_wrong_and_a_right_password(said, web)
    a_queue_that_cannot_be_reached(said, planted)
    what_servers_and_libraries_say_by_themselves(said, planted)
    the_page_of_figures(said, web)
