"""`/metrics`: only with the token; figures from rows and from what was counted."""

from __future__ import annotations

from datetime import timedelta

import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy.exc import OperationalError
from world_fixtures import SARAH, Service, add_contact

from bot.processes import free_port
from bot.webapp import create_app
from data import db, settings
from data.db import writing
from data.models import Business, Callback, Contact, Conversation, Handoff, Sender
from data.queries.heartbeats import show_life
from data.queries.messages import enqueue
from scheduler import measures
from scheduler.app import run_job
from scheduler.ear import model

Figures = dict[tuple[str, frozenset[tuple[str, str]]], float]


def ask(headers: dict[str, str] | None = None, remote: str = "127.0.0.1") -> tuple[int, str]:
    answer = (
        create_app()
        .test_client()
        .get("/metrics", headers=headers or {}, environ_overrides={"REMOTE_ADDR": remote})
    )
    return answer.status_code, answer.text


def token() -> str:
    return settings.get().secret("metrics_token")


def figures() -> Figures:
    status, page = ask({"Authorization": f"Bearer {token()}"})
    assert status == 200
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(page)
        for sample in family.samples
    }


def figure(found: Figures, name: str, **labels: str) -> float:
    return found.get((f"rekindle_{name}", frozenset(labels.items())), 0.0)


def test_nobody_reads_the_figures_without_the_token(service: Service) -> None:
    """Not even from this machine: behind a proxy here every stranger comes from this machine."""
    for headers in (
        {},
        {"Authorization": ""},
        {"Authorization": "Bearer"},
        {"Authorization": "Bearer "},
        {"Authorization": f"Basic {token()}"},
        {"Authorization": f"Bearer {token()}x"},
        {"X-Forwarded-For": "127.0.0.1"},
    ):
        assert ask(headers)[0] == 401, headers
    assert ask({"Authorization": f"Bearer {token()}"}, remote="192.0.2.9")[0] == 200


def test_what_waits_is_read_from_the_rows(service: Service) -> None:
    now = service.clock()
    with writing() as session:
        business = session.query(Business).one()
        sarah = session.query(Contact).filter_by(phone=SARAH).one()
        sarah.due_at = now - timedelta(seconds=90)
        session.add(Callback(contact_id=sarah.id, due_at=now - timedelta(seconds=40)))
        session.add(Callback(contact_id=sarah.id, due_at=now + timedelta(days=3)))
        conversation = Conversation(business_id=business.id, contact_id=sarah.id)
        session.add(conversation)
        session.flush()
        for minutes, seen in ((30, None), (50, now)):
            session.add(
                Handoff(
                    business_id=business.id,
                    conversation_id=conversation.id,
                    reason="asked",
                    silent=False,
                    seen_at=seen,
                    created_at=now - timedelta(minutes=minutes),
                )
            )
        session.query(Sender).filter_by(channel="sms").update({"stopped_reason": "20003"})
        show_life(session, "sweep")
    found = figures()
    assert figure(found, "rows_readable") == 1
    assert figure(found, "queue_age_seconds", job="converse") == 90
    assert figure(found, "queue_age_seconds", job="callback") == 40
    assert (figure(found, "callbacks_due"), figure(found, "callbacks_pending")) == (1, 2)
    assert (figure(found, "handoffs_waiting"), figure(found, "handoffs_unseen")) == (2, 1)
    assert figure(found, "handoff_oldest_seconds") == 50 * 60
    assert figure(found, "handoff_unseen_seconds") == 30 * 60
    assert figure(found, "senders_stopped", channel="sms") == 1
    assert figure(found, "senders_stopped", channel="whatsapp") == 0
    assert figure(found, "last_seen_seconds", part="sweep") < 60


def test_a_text_and_its_answer_are_counted_and_timed(service: Service) -> None:
    before = figures()
    service.text("STOP")
    service.clock.forward(timedelta(seconds=4))
    service.run_due()
    after = figures()

    def more(name: str, **labels: str) -> float:
        return figure(after, name, **labels) - figure(before, name, **labels)

    for state in ("queued", "sent", "delivered"):
        assert more("texts_total", kind="farewell", channel="sms", state=state, code="") == 1
    assert more("reply_seconds_count", channel="sms") == 1
    assert more("reply_seconds_sum", channel="sms") == 4
    assert more("webhook_requests_total", webhook="messages", answer="200") == 1


def test_failures_are_counted_by_the_providers_code(service: Service) -> None:
    before = figures()
    service.network.faults.add("api_reject", times=1, code=30008)
    service.text("STOP")
    service.run_due()
    labels = {"kind": "farewell", "channel": "sms", "state": "failed", "code": "30008"}
    assert figure(figures(), "texts_total", **labels) - figure(before, "texts_total", **labels) == 1


def test_a_code_that_is_none_is_no_label() -> None:
    assert measures.code_label("21610") == "21610"
    assert measures.code_label(None) == ""
    assert measures.code_label("+12125550123") == "other"
    assert measures.code_label("Sarah") == "other"


def test_forgeries_are_counted(service: Service) -> None:
    before = figures()
    create_app().test_client().post("/webhooks/twilio/messages", data={"From": SARAH, "MessageSid": "SM1"})
    after = figures()
    name = "webhook_signatures_refused_total"
    assert figure(after, name) - figure(before, name) == 1


def test_a_job_that_fails_and_a_model_that_is_away_are_timed(service: Service) -> None:
    before = figures()
    service.text("how much is a cleaning?")
    service.clock.forward(timedelta(minutes=1))
    with writing() as session:
        sarah = session.query(Contact).filter_by(phone=SARAH).one().id
    run_job("converse", sarah)  # there is no model, which is no failure of the job
    run_job("unheard-of", sarah)
    after = figures()
    assert model() is model()
    for labels in ({"job": "converse", "outcome": "done"}, {"job": "unheard-of", "outcome": "failed"}):
        name = "job_seconds_count"
        assert figure(after, name, **labels) - figure(before, name, **labels) == 1
    name = "nlu_seconds_count"
    assert figure(after, name, outcome="failed") - figure(before, name, outcome="failed") == 1


def test_errors_of_the_database_are_counted_and_the_page_still_answers(service: Service) -> None:
    before = figures()
    db.connect(f"postgresql+psycopg://nobody@127.0.0.1:{free_port()}/none")
    with pytest.raises(OperationalError), db.reading() as session:
        session.query(Business).all()
    status, page = ask({"Authorization": f"Bearer {token()}"})
    assert status == 200
    assert before
    assert 'rekindle_database_errors_total{error="OperationalError"}' in page


def test_a_text_that_was_rolled_back_is_not_counted(service: Service) -> None:
    before = figures()
    with pytest.raises(RuntimeError):
        _queue_and_fail()
    labels = {"kind": "reply", "channel": "sms", "state": "queued", "code": ""}
    assert figure(figures(), "texts_total", **labels) == figure(before, "texts_total", **labels)


def _queue_and_fail() -> None:
    with writing() as session:
        business = session.query(Business).one()
        contact = add_contact(session, business, "+12125550124", "Ana")
        enqueue(session, business, contact, kind="reply", body="hi", channel="sms")
        raise RuntimeError
