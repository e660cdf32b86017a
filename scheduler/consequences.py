"""What follows when a text fails: another try, a suppression, a stopped sender; staff are told."""

from __future__ import annotations

import structlog
from sqlalchemy.orm import Session

from data import clock
from data.models import Business, Contact, Message
from data.queries.messages import cancel_queued, conversation_of
from data.queries.outcomes import refresh_outcome
from data.queries.senders import sender_of
from data.queries.suppressions import suppress
from scheduler.apply import stop_enrollments
from scheduler.handoffs import open_handoff
from scheduler.jobs import Job
from scheduler.provider.errors import verdict

log = structlog.get_logger(__name__)


def fail(session: Session, message: Message, code: str, state: str) -> list[Job]:
    """A text has failed with a code, refused at once (`failed`) or later by its receipt."""
    ruling = verdict(code)
    message.error_code = message.error_code or code
    log.warning("text failed", message=message.id, kind=message.kind, code=code, meaning=ruling.meaning)
    if ruling.stop_sender:
        sender = sender_of(session, message)
        sender.stopped_reason = f"{code}: {ruling.meaning}"
        message.state, message.claimed_at, message.due_at = "queued", None, clock.now()
        log.error("sender stopped", sender=sender.id, code=code)
        return []
    if ruling.again_after and message.attempts < ruling.tries and message.provider_id is None:
        message.state, message.claimed_at = "queued", None
        message.due_at = clock.now() + ruling.again_after * 2 ** (message.attempts - 1)
        return []
    message.state = state
    return _for_the_contact(session, message, code) if message.contact_id is not None else []


def _for_the_contact(session: Session, message: Message, code: str) -> list[Job]:
    ruling = verdict(code)
    contact = session.get_one(Contact, message.contact_id)
    business = session.get_one(Business, message.business_id)
    conversation = conversation_of(session, contact)
    jobs: list[Job] = []
    if ruling.suppress is not None:
        suppress(
            session,
            business,
            contact.phone,
            reason=ruling.suppress,
            source="provider",
            evidence=f"{code} for message {message.id}",
            channel=message.channel if ruling.channel_only else "all",
        )
        cancel_queued(session, contact.id, ("touch", "callback", "reply"), ruling.suppress)
        stop_enrollments(session, contact.id, ruling.suppress)
    if message.kind in ("reply", "staff", "emergency") and ruling.suppress != "opt_out":
        # an answer that somebody waits for did not get through
        jobs = open_handoff(session, business.id, conversation.id, "text_failed", silent=False)
    refresh_outcome(session, conversation)
    return jobs
