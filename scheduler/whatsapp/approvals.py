"""Keeping up with what WhatsApp says of the templates: asked when one is added, and again every hour."""

from __future__ import annotations

from datetime import timedelta

import structlog
from sqlalchemy import or_, select

from data import clock
from data.db import reading, writing
from data.models import WhatsAppTemplate
from data.queries.whatsapp import note_approval
from scheduler import rate_limit
from scheduler.jobs import Job
from scheduler.provider.client import UNKNOWN_RESOURCE, NotReached, Refused
from scheduler.provider.content import Approval, approval_of

EVERY = timedelta(hours=1)
"""WhatsApp decides within minutes to a day, and may pause a template at any time."""

log = structlog.get_logger(__name__)


def due() -> list[Job]:
    """The templates whose approval has not been asked for within the hour; the sweep wakes them.

    Over all workers one looks in a minute: an idle machine asks nobody for this every few seconds.
    """
    if not rate_limit.once_in("whatsapp-approvals", 60.0):
        return []
    old = WhatsAppTemplate.checked_at.is_(None), WhatsAppTemplate.checked_at <= clock.now() - EVERY
    with reading() as session:
        found = session.scalars(select(WhatsAppTemplate.id).where(or_(*old)).order_by(WhatsAppTemplate.id))
        return [Job("approval", template) for template in found]


def refresh(template_id: int) -> list[Job]:
    """Ask what WhatsApp says of a template and keep it. With the provider away what was known stays."""
    with reading() as session:
        template = session.get(WhatsAppTemplate, template_id)
        sid = template.content_sid if template else None
    if sid is None:
        return []
    try:
        told = approval_of(sid)
    except NotReached:
        log.warning("approval not asked for: no answer", template=template_id)
        return []
    except Refused as refusal:
        if refusal.code != UNKNOWN_RESOURCE:
            log.warning("approval not asked for: refused", template=template_id, code=refusal.code)
            return []
        told = Approval("disabled", "marketing", "the provider keeps this template no more")
    with writing() as session:
        before = note_approval(
            session,
            template_id,
            state=told.state,
            category=told.category,
            rejected_because=told.rejected_because,
        )
    if before is not None:
        log.info("approval changed", template=template_id, before=before, now=told.state)
    return []
