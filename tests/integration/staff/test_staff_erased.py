"""An erased contact in the staff view: every page still opens, and none shows who it was."""

from __future__ import annotations

from staff_desk import Desk

from data import clock
from data.db import reading, writing
from data.erasing import erase_rows
from data.models import Business, Contact, Conversation, Message
from data.queries import audit


def test_no_page_shows_who_an_erased_contact_was(desk: Desk) -> None:
    talk = desk.conversation("Sarah", "hello, it is Sarah", outcome="booked", handoff="asked_for_person")
    kim = desk.kim()
    kim.post(f"/staff/conversations/{talk}/take-over")
    with writing() as session:
        conversation = session.get_one(Conversation, talk)
        contact = session.get_one(Contact, conversation.contact_id)
        phone, business = contact.phone, session.get_one(Business, contact.business_id)
        audit.note_of(session, conversation, audit.CALLED, None)
        erase_rows(session, business, phone, evidence="by mail")
        audit.note(session, business.id, audit.ERASED, None, contact=contact.id)
        contact.called_at = clock.now()
    for path in (f"/conversations/{talk}", "", "?show=all", "/record", "/figures", "/segments", "/campaigns"):
        page = kim.get(f"/staff{path}")
        assert page.status_code == 200, path
        assert "Sarah" not in page.text, path
        assert phone[-7:] not in page.text.replace(" ", "").replace("-", ""), path
    kim.post(f"/staff/conversations/{talk}/reply", text="Hello?", nonce="nonce-1")
    with reading() as session:
        assert session.query(Message).filter_by(kind="staff").count() == 0, "nobody is written to any more"
