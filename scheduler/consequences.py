"""What follows when a text fails or may not leave: another try, a suppression; staff are told."""

from __future__ import annotations

import random
from datetime import timedelta

import structlog
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from data import clock
from data.message_states import FAILURES, KINDS
from data.models import Business, Callback, Contact, Conversation, DeliveryEvent, Message
from data.queries.enrollments import end_enrollments, stop_enrollments
from data.queries.messages import cancel_queued, conversation_of
from data.queries.outcomes import refresh_outcome
from data.queries.suppressions import suppress
from data.queries.whatsapp import withdrawn
from scheduler.handoffs import open_handoff
from scheduler.jobs import Job
from scheduler.provider.errors import Verdict, verdict
from scheduler.stopping import probe_every, stop_senders
from scheduler.whatsapp.by_sms import to_sms, waiting_on_whatsapp

ANSWER_AGAIN_WITHIN = timedelta(minutes=15)
"""An answer is tried again only so soon: hours later it would be an answer to nothing. A person looks."""

LONGEST_BACKOFF = timedelta(minutes=10)
"""What the waits between tries grow to, where the first one is shorter."""

LOST = frozenset({"too_late", "no_lawful_time", "outside_whatsapp_window", "unusable_text"})
"""The reasons for which a text is dropped although the contact has not asked for that."""

log = structlog.get_logger(__name__)


def fail(
    session: Session, message: Message, code: str, state: str, *, asked_to_wait: timedelta | None = None
) -> list[Job]:
    """A text has failed with a code, refused at once (`failed`) or later by its receipt.

    `asked_to_wait`: the provider wants no other try before that.
    """
    ruling = verdict(code)
    message.error_code = message.error_code or code
    log.warning("text failed", message=message.id, kind=message.kind, code=code, meaning=ruling.meaning)
    if ruling.stop is not None:
        stop_senders(session, message, code, ruling)
        if ruling.kept:
            if message.provider_id is None:
                message.attempts -= 1  # it was not even looked at
            _again(message, probe_every(ruling))
            return []
    wait = _another_try(session, message, ruling)
    if wait is not None and not _is_suppressing(session, message, code, ruling):
        _again(message, max(wait, asked_to_wait or wait))
        return []
    message.state = state
    return _for_the_contact(session, message, code) if message.contact_id is not None else []


def drop(session: Session, message: Message, reason: str) -> list[Job]:
    """A text may never leave. Where somebody waits for it, a person is told."""
    message.state, message.cancelled_reason, message.claimed_at = "cancelled", reason, None
    if message.kind == "touch" and message.enrollment_id is not None:
        end_enrollments(session, [message.enrollment_id], reason)
    if message.contact_id is None:
        return []
    conversation = conversation_of(session, session.get_one(Contact, message.contact_id))
    if message.kind == "callback":
        return promise_broken(session, conversation, reason)
    return answer_lost(session, message) if reason in LOST else []


def promise_broken(session: Session, conversation: Conversation, reason: str) -> list[Job]:
    """A callback that was promised cannot leave: a person keeps the promise, where it is still wanted."""
    if reason not in LOST:
        return []
    return open_handoff(session, conversation.business_id, conversation.id, "callback_failed", silent=False)


def answer_lost(session: Session, message: Message) -> list[Job]:
    """A text that somebody waits for, or was promised, has not got through, or not for certain."""
    promised = message.kind == "callback"
    if message.contact_id is None or not (promised or KINDS[message.kind].awaited):
        return []
    conversation = conversation_of(session, session.get_one(Contact, message.contact_id))
    reason = "callback_failed" if promised else "text_failed"
    return open_handoff(session, message.business_id, conversation.id, reason, silent=False)


def _another_try(session: Session, message: Message, ruling: Verdict) -> timedelta | None:
    """After how long the text is tried again; None where it is not."""
    if ruling.again_after is None:
        return None
    if not KINDS[message.kind].proactive and ruling.again_after > ANSWER_AGAIN_WITHIN:
        return None
    tried = message.attempts if message.provider_id is None else _failed_receipts(session, message)
    if tried >= ruling.tries and not (ruling.unread and KINDS[message.kind].proactive):
        return None
    wait: timedelta = ruling.again_after * 2 ** min(max(0, tried - 1), 10)
    wait = min(wait, max(ruling.again_after, LONGEST_BACKOFF))
    # many fail in the same second: they shall not come again in the same second
    return wait * random.uniform(1.0, 1.2)


def _again(message: Message, wait: timedelta) -> None:
    """A new attempt. What still comes in for the old one is known by its receipts (receipts.py)."""
    message.state, message.claimed_at, message.called_at, message.paced = "queued", None, None, False
    message.provider_id, message.sent_at = None, None
    message.due_at = clock.now() + wait


def _failed_receipts(session: Session, message: Message) -> int:
    """How many attempts at this text have failed by their receipts, the present one included."""
    wanted = select(func.count(DeliveryEvent.provider_id.distinct())).where(
        DeliveryEvent.message_id == message.id, DeliveryEvent.status.in_(FAILURES)
    )
    return session.scalar(wanted) or 0


def _for_the_contact(session: Session, message: Message, code: str) -> list[Job]:
    ruling = verdict(code)
    contact = session.get_one(Contact, message.contact_id)
    business = session.get_one(Business, message.business_id)
    conversation = conversation_of(session, contact)
    if ruling.template is not None and message.content_sid is not None:
        withdrawn(session, business.id, message.content_sid, ruling.template)
    if ruling.suppress is not None and _is_suppressing(session, message, code, ruling):
        suppress(
            session,
            business,
            contact.phone,
            reason=ruling.suppress,
            source="provider",
            evidence=f"{code} for message {message.id}",
            channel=message.channel if ruling.channel_only else "all",
        )
        if ruling.by_sms and _all_by_sms(session, business, contact, conversation, message):
            return [Job("deliver", message.id)]
        _end_what_would_follow(session, contact.id, ruling.suppress)
    elif ruling.touch_by_sms and message.kind == "touch" and to_sms(session, business, contact, message):
        _again(message, timedelta(0))
        return [Job("deliver", message.id)]
    jobs = [] if ruling.suppress == "opt_out" else answer_lost(session, message)
    refresh_outcome(session, conversation)
    return jobs


def _end_what_would_follow(session: Session, contact_id: int, reason: str) -> None:
    """Nothing that waits for this contact can or may reach them any more."""
    cancel_queued(session, contact_id, ("touch", "callback", "nudge", "reply"), reason)
    stop_enrollments(session, contact_id, reason)
    session.execute(
        update(Callback)
        .where(Callback.contact_id == contact_id, Callback.state == "pending")
        .values(state="cancelled")
    )


def _all_by_sms(
    session: Session, business: Business, contact: Contact, conversation: Conversation, failed: Message
) -> bool:
    """The number has no WhatsApp: this text and those behind it go by SMS, where both sides have that."""
    if not to_sms(session, business, contact, failed):
        return False
    _again(failed, timedelta(0))
    session.flush()
    for behind in waiting_on_whatsapp(session, contact):
        to_sms(session, business, contact, behind)
    conversation.channel = "sms"
    return True


def _is_suppressing(session: Session, message: Message, code: str, ruling: Verdict) -> bool:
    """Whether this failure suppresses the number; some do so only after several in a row.

    In a row: since a text was delivered to the contact.
    """
    if ruling.suppress is None or ruling.suppress_after <= 1:
        return ruling.suppress is not None
    to_them = Message.contact_id == message.contact_id
    delivered = select(func.max(DeliveryEvent.id)).join(Message).where(to_them)
    got_through = session.scalar(delivered.where(DeliveryEvent.status == "delivered")) or 0
    failed = (
        select(func.count(DeliveryEvent.provider_id.distinct()))
        .join(Message)
        .where(to_them, DeliveryEvent.error_code == code, DeliveryEvent.id > got_through)
    )
    return (session.scalar(failed) or 0) >= ruling.suppress_after
