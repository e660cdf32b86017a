"""WhatsApp templates as rows: those of a business, and what is known of their approval."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from data import clock
from data.models import Touch, WhatsAppTemplate


class NoSuchTemplate(LookupError):
    """The business has no template of this ContentSid or name."""


def templates_of(session: Session, business_id: int) -> Sequence[WhatsAppTemplate]:
    """All templates of a business, by name."""
    return session.scalars(
        select(WhatsAppTemplate)
        .where(WhatsAppTemplate.business_id == business_id)
        .order_by(WhatsAppTemplate.name, WhatsAppTemplate.id)
    ).all()


def template_named(session: Session, business_id: int, wanted: str) -> WhatsAppTemplate:
    """The template of that ContentSid or name. Raises NoSuchTemplate."""
    found = session.scalar(
        select(WhatsAppTemplate)
        .where(
            WhatsAppTemplate.business_id == business_id,
            or_(WhatsAppTemplate.content_sid == wanted, WhatsAppTemplate.name == wanted),
        )
        .order_by(WhatsAppTemplate.id)
        .limit(1)
    )
    if found is None:
        raise NoSuchTemplate(f"no WhatsApp template is called {wanted}")
    return found


def put_template(
    session: Session,
    business_id: int,
    *,
    content_sid: str,
    name: str,
    language: str,
    body: str,
    variables: Mapping[str, str],
) -> WhatsAppTemplate:
    """Keep a template, or bring the one of that ContentSid up to date; its approval is asked for apart."""
    row = session.scalar(
        select(WhatsAppTemplate).where(
            WhatsAppTemplate.business_id == business_id, WhatsAppTemplate.content_sid == content_sid
        )
    )
    if row is None:
        row = WhatsAppTemplate(business_id=business_id, content_sid=content_sid)
        session.add(row)
    row.name, row.language, row.body, row.variables = name, language, body, dict(variables)
    session.flush()
    return row


def note_approval(
    session: Session, template_id: int, *, state: str, category: str, rejected_because: str
) -> str | None:
    """What WhatsApp says of a template now. Returns what it was before where that differs, else None."""
    row = session.get(WhatsAppTemplate, template_id)
    if row is None:
        return None
    before, row.checked_at = row.approval, clock.now()
    row.approval, row.category, row.rejected_because = state, category, rejected_because
    return before if before != state else None


def withdrawn(session: Session, business_id: int, content_sid: str, state: str) -> None:
    """The provider has refused a text for what became of its template: no other is begun with it."""
    row = session.scalar(
        select(WhatsAppTemplate).where(
            WhatsAppTemplate.business_id == business_id, WhatsAppTemplate.content_sid == content_sid
        )
    )
    if row is not None:
        row.approval = state


def touches_of(session: Session, template_id: int) -> int:
    """How many touches say the same by this template."""
    return len(session.scalars(select(Touch.id).where(Touch.whatsapp_template_id == template_id)).all())
