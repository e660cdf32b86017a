"""Whose wish a step of a visit is: what staff did in the view is told otherwise than a contact's wish."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from actions.decision import Decision, HandOver
from actions.state import State
from data.models import Appointment, AuditEvent
from scheduler.apply import Scene

MOVED, CANCELLED = "moved the appointment", "cancelled the appointment"


def by_staff(session: Session, conversation_id: int, visit: Appointment) -> bool:
    """Whether the step that the visit is at, or has just ended, was taken by staff."""
    acts = session.scalars(
        select(AuditEvent.detail)
        .where(
            AuditEvent.conversation_id == conversation_id,
            AuditEvent.action.in_((MOVED, CANCELLED)),
        )
        .order_by(AuditEvent.id.desc())
        .limit(5)
    )
    steps = (visit.version, visit.version - 1)  # ending a step raises the version by one
    return any(act.get("visit") == visit.id and act.get("version") in steps for act in acts)


def failed(scene: Scene) -> Decision:
    """What staff wanted did not work: they are rung; the contact, who knows nothing of it, hears nothing."""
    return Decision(None, (HandOver("move_failed", silent=False),), State.from_json(scene.conversation.state))
