"""What waits for its day: enrollments whose next touch is due take their place in their campaign's queue.

Those behind their last touch end here: a silence that has lasted is an answer too.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, or_, select, text, update
from sqlalchemy.orm import Session

from data import clock
from data.db import writing
from data.models import Business, Campaign, Contact, Conversation, Enrollment, Message, Touch
from data.queries.enrollments import FINISHED, end_enrollments
from scheduler.outreach.facts import KIND, Text, look_up, standing_of
from scheduler.outreach.promised import keep_promise
from scheduler.outreach.sequence import NOTHING_FOLLOWS

MOST = 2_000
"""So many take their place in one transaction."""

SILENT = 200
"""So many sequences end in one transaction: each takes longer than to take a place, and others write too."""

TURNS = 5
"""So many transactions in one job."""

WAITS = text("enrollment.state = 'active' AND NOT enrollment.queued")
"""As the partial index ix_enrollment_waiting says it: with values in their place no database uses that."""

STANDS = text("enrollment.state = 'active' AND enrollment.queued")
"""As ix_enrollment_queue says it."""

STILL_UNDER_WAY = timedelta(days=1)
"""A sequence whose last text has not left yet ends that much later."""

IN_SILENCE = 2
"""So many sequences without a reply archive a contact."""


def promote() -> bool:
    """Let those whose moment has come take their place; whether more of them wait.

    Whoever fills the outbox waits for that, since the best of the queue may still be outside it.
    """
    return all(_promote_some() for _ in range(TURNS))


def _promote_some() -> bool:
    with writing() as session:
        due = session.execute(
            select(Enrollment.id, Enrollment.next_step)
            .where(WAITS, Enrollment.due_at <= clock.now())
            .order_by(Enrollment.due_at)
            .limit(MOST)
            .with_for_update(skip_locked=True, key_share=True)
        ).all()
        follows = [row.id for row in due if row.next_step != NOTHING_FOLLOWS]
        if follows:
            session.execute(
                update(Enrollment).where(Enrollment.id.in_(follows)).values(queued=True),
                execution_options={"synchronize_session": False},
            )
        silent = [row.id for row in due if row.next_step == NOTHING_FOLLOWS]
        _end_in_silence(session, silent[:SILENT])
        return len(due) == MOST or len(silent) > SILENT


def _end_in_silence(session: Session, ids: Sequence[int]) -> None:
    """Nothing follows for these, and they have not answered: each gets its outcome."""
    if not ids:
        return
    rows = session.execute(
        select(Enrollment, Contact, Campaign)
        .join(Contact, Contact.id == Enrollment.contact_id)
        .join(Campaign, Campaign.id == Enrollment.campaign_id)
        .where(Enrollment.id.in_(ids))
    ).all()
    texts = session.scalars(select(Message).where(Message.enrollment_id.in_(ids), Message.kind == KIND)).all()
    promised = set(
        session.scalars(select(Touch.id).where(Touch.id.in_({t.touch_id for t in texts}), Touch.is_last))
    )
    of_enrollment: dict[int | None, list[Message]] = {}
    for message in texts:
        of_enrollment.setdefault(message.enrollment_id, []).append(message)
    by_reason: dict[str, list[int]] = {}
    for business in session.scalars(
        select(Business).where(Business.id.in_({c.business_id for _, c, _ in rows}))
    ):
        ours = [row for row in rows if row.Contact.business_id == business.id]
        known = look_up(session, business, [row.Contact for row in ours])
        for enrollment, contact, campaign in ours:
            standing = standing_of(business, Text(contact, enrollment, campaign), known)
            mine = of_enrollment.get(enrollment.id, [])
            if any(message.state in ("queued", "sending") for message in mine):
                enrollment.due_at = clock.now() + STILL_UNDER_WAY
                continue
            sent = [message for message in mine if message.sent_at is not None]
            for message in sent:
                if message.touch_id in promised:
                    keep_promise(session, message)
            reason = standing.ended or ("superseded" if standing.superseded else None)
            reason = reason or (FINISHED if sent else "nothing_sent")
            by_reason.setdefault(reason, []).append(enrollment.id)
    session.flush()
    for reason, ended in by_reason.items():
        end_enrollments(session, ended, reason)
    if met_silence := by_reason.get(FINISHED):
        _leave_alone(session, met_silence)


def _leave_alone(session: Session, ids: Sequence[int]) -> None:
    """Contacts who have been through a sequence in silence cool off; after the second they are archived."""
    rows = session.execute(
        select(Contact, Campaign.cooling_off_days, Business.timezone)
        .join(Enrollment, Enrollment.contact_id == Contact.id)
        .join(Campaign, Campaign.id == Enrollment.campaign_id)
        .join(Business, Business.id == Campaign.business_id)
        .where(Enrollment.id.in_(ids))
    ).all()
    never_answered = or_(
        Conversation.last_inbound_at.is_(None), Conversation.last_inbound_at < Enrollment.created_at
    )
    silent = {
        row.contact_id: row.times
        for row in session.execute(
            select(Enrollment.contact_id, func.count().label("times"))
            .outerjoin(Conversation, Conversation.contact_id == Enrollment.contact_id)
            .where(
                Enrollment.contact_id.in_([row.Contact.id for row in rows]),
                Enrollment.state == "finished",
                Enrollment.outcome == "no_reply",
                never_answered,
            )
            .group_by(Enrollment.contact_id)
        )
    }
    for contact, days, zone in rows:
        today = clock.now().astimezone(ZoneInfo(zone)).date()
        until = today + timedelta(days=days)
        contact.cool_until = max(contact.cool_until or until, until)
        if silent.get(contact.id, 0) >= IN_SILENCE:
            contact.archived_at = contact.archived_at or clock.now()


def touches_by_campaign(session: Session, campaigns: Sequence[int]) -> dict[int, list[Touch]]:
    """The touches of these campaigns, in order."""
    found: dict[int, list[Touch]] = {campaign: [] for campaign in campaigns}
    for touch in session.scalars(
        select(Touch).where(Touch.campaign_id.in_(campaigns)).order_by(Touch.step, Touch.variant)
    ):
        found[touch.campaign_id].append(touch)
    return found
