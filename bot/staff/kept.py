"""Everything that is kept about a contact, as a file for whoever asks for it (docs/privacy.md)."""

from __future__ import annotations

import json

from flask import Response

from bot.staff import sessions, transcript_page
from bot.staff.blueprint import blueprint
from data.contact_export import export
from data.db import writing
from data.models import Business, Contact
from data.queries import audit


@blueprint.get("/conversations/<row:conversation_id>/kept.json")
def everything_kept(conversation_id: int) -> Response:
    """The file. Who took it, and when, is on record."""
    me = sessions.me()
    with writing() as session:
        conversation = transcript_page.mine(session, conversation_id)
        contact = session.get_one(Contact, conversation.contact_id)
        found = export(session, session.get_one(Business, me.business_id), contact.phone)
        audit.note_of(session, conversation, audit.EXPORTED, me.id)
        plain = json.dumps({"phone": contact.phone, **found}, indent=2, ensure_ascii=False)
    return Response(
        plain,
        mimetype="application/json",
        headers={"Content-Disposition": f'attachment; filename="contact-{contact.id}.json"'},
    )
