"""One delivery: claimed in one transaction, made outside of any, and its end written down in another."""

from __future__ import annotations

import json
import random
from datetime import datetime, timedelta

import structlog
from sqlalchemy import update
from sqlalchemy.orm import Session

from data import clock
from data.db import reading, writing
from data.models import WebhookDelivery, WebhookEndpoint
from data.queries.crm import remove_endpoint
from scheduler import rate_limit
from scheduler.jobs import Job
from scheduler.writeback.posting import Answer, post
from scheduler.writeback.signing import headers

WAITS = tuple(
    timedelta(seconds=seconds) for seconds in (5, 60, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 57_600)
)
"""Between the tries: 5 s, 1 min, 5 min, 30 min, 2 h, 5 h, 10 h, 14 h, 16 h, about two days in all."""

CLAIMED = timedelta(minutes=2)
"""A try whose worker died is taken up again after so long (wall time)."""

LONGEST_WAIT = timedelta(hours=12)
"""What the other side may ask us to wait."""

DEAF, PROBE = 120, 15.0
"""Seconds (real time) for which an address that did not answer is asked by one at a time, and how often."""

GONE = 410
"""HTTP: this address wants nothing any more, as Standard Webhooks reads it."""

log = structlog.get_logger(__name__)


def writeback(delivery_id: int) -> list[Job]:
    """Call the address of a delivery once, if it is due; a failure is tried again until WAITS are used up."""
    with reading() as session:
        delivery = session.get(WebhookDelivery, delivery_id)
        endpoint = session.get(WebhookEndpoint, delivery.endpoint_id) if delivery else None
    if delivery is None or endpoint is None or not _may_call(endpoint.id):
        return []
    with writing() as session:
        claimed_at = _claim(session, delivery_id)
    if claimed_at is None:
        return []
    answer = send(endpoint, delivery.event_id, delivery.payload)
    _remember(endpoint.id, answer)
    with writing() as session:
        _note(session, delivery_id, claimed_at, answer)
    return []


def send(endpoint: WebhookEndpoint, event_id: str, payload: dict[str, object]) -> Answer:
    """Sign a payload and call the address with it."""
    body = json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode()
    return post(endpoint.url, headers(endpoint.secret, event_id, clock.real(), body), body)


def _may_call(endpoint_id: int) -> bool:
    """While an address does not answer, one delivery at a time tries: time-outs would keep every worker."""
    deaf = rate_limit.ask(lambda server: server.exists(_deaf(endpoint_id)))
    return not deaf or rate_limit.once_in(f"crm:{endpoint_id}", PROBE)


def _remember(endpoint_id: int, answer: Answer) -> None:
    key = _deaf(endpoint_id)
    if answer.taken:
        rate_limit.ask(lambda server: server.delete(key))
    elif answer.status is None or answer.status >= 500:
        rate_limit.ask(lambda server: server.set(key, 1, ex=DEAF))


def _deaf(endpoint_id: int) -> str:
    return f"rekindle:crm:deaf:{endpoint_id}"


def _claim(session: Session, delivery_id: int) -> datetime | None:
    """Take a delivery for one try; the moment until which it is taken, None where it is not its turn."""
    until = clock.now() + CLAIMED
    taken = session.scalar(
        update(WebhookDelivery)
        .where(
            WebhookDelivery.id == delivery_id,
            WebhookDelivery.state == "waiting",
            WebhookDelivery.due_at <= clock.now(),
        )
        .values(due_at=until, attempts=WebhookDelivery.attempts + 1)
        .returning(WebhookDelivery.id)
    )
    return until if taken is not None else None


def _note(session: Session, delivery_id: int, claimed: datetime, answer: Answer) -> None:
    delivery = session.get(WebhookDelivery, delivery_id, with_for_update=True)
    if delivery is None or delivery.state != "waiting":
        return  # removed meanwhile, or taken for lost and delivered by another worker
    delivery.status, delivery.answered = answer.status, answer.said
    if answer.taken:
        delivery.state, delivery.due_at, delivery.delivered_at = "delivered", None, clock.now()
        return
    if delivery.due_at != claimed:
        return  # another worker is at it
    log.warning("webhook not taken", delivery=delivery_id, status=answer.status, said=answer.said)
    wait = next_wait(delivery.attempts, answer)
    if wait is None:
        delivery.state, delivery.due_at = "given_up", None
    else:
        delivery.due_at = clock.now() + wait
    if answer.status == GONE:
        remove_endpoint(session, session.get_one(WebhookEndpoint, delivery.endpoint_id))


def next_wait(attempts: int, answer: Answer) -> timedelta | None:
    """How long to wait after so many tries; None: no more. Spread a little, since many fail at one moment."""
    if answer.status == GONE or attempts > len(WAITS):
        return None
    wait = WAITS[attempts - 1] * random.uniform(1.0, 1.1)
    asked = min(timedelta(seconds=answer.wait or 0), LONGEST_WAIT)
    return max(wait, asked)
