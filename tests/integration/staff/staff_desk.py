"""A front desk of the tests: two businesses, their staff, conversations, a browser without a face."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import timedelta

from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from bot.staff import sessions
from data import business_file, clock
from data.db import reading, writing
from data.models import AuditEvent, Business, Contact, Conversation, Handoff, Message, Person, StaffUser
from data.queries import audit
from scheduler.jobs import Job

PASSWORD = "the right password"
OLD_HASH = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
"""By parameters of the past, and quick."""


@dataclass
class Browser:
    """A client that sends the tokens it was given, as a browser does with a form."""

    client: FlaskClient

    def get(self, url: str, **more: object) -> TestResponse:
        return self.client.get(url, **more)  # type: ignore[arg-type]

    def token(self, page: str) -> str:
        found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', self.get(page).text)
        assert found, f"no form on {page}"
        return found[1]

    def post(self, url: str, *, seen_on: str = "/staff", json: bool = False, **fields: str) -> TestResponse:
        data = {"csrf_token": self.token(seen_on)} | fields
        headers = {"Accept": "application/json"} if json else {}
        return self.client.post(url, data=data, headers=headers)

    def log_in(self, email: str = "kim@example.com", password: str = PASSWORD, to: str = "") -> TestResponse:
        return self.post(f"/staff/login{to}", seen_on="/staff/login", email=email, password=password)


@dataclass
class Desk:
    """The application with Example Dental (Kim, Ana) and another business (Bo)."""

    app: Flask
    woken: list[Job]
    numbers: int = field(default=0)

    def browser(self) -> Browser:
        return Browser(self.app.test_client())

    def kim(self) -> Browser:
        """Kim's browser, logged in."""
        return self.logged_in("Kim")

    def logged_in(self, name: str) -> Browser:
        """A browser whose session has begun already: passwords are slow on purpose, and tested elsewhere."""
        browser = self.browser()
        with writing() as session:
            user = session.scalars(select(StaffUser).where(StaffUser.name == name)).one()
            log_in = audit.note(session, user.business_id, audit.LOGGED_IN, user.id)
        with browser.client.session_transaction() as kept:
            kept.update(sessions.contents(user, log_in))
        return browser

    def conversation(
        self,
        first_name: str = "Sarah",
        *texts: str,
        last_name: str = "",
        business: str = "Example Dental",
        outcome: str = "open",
        channel: str = "sms",
        handoff: str | None = None,
        urgent: bool = False,
        ago: timedelta = timedelta(minutes=5),
    ) -> int:
        """A contact who has written these texts; the id of the conversation."""
        self.numbers += 1
        at = clock.now() - ago
        with writing() as session:
            owner = session.scalars(select(Business).where(Business.name == business)).one()
            contact = Contact(
                business_id=owner.id,
                phone=f"+1212555{self.numbers:04d}",
                zones=["America/New_York"],
                zones_source="timezone",
                persons=[Person(first_name=name, last_name=last_name) for name in first_name.split(" & ")],
            )
            session.add(contact)
            session.flush()
            talk = Conversation(
                business_id=owner.id, contact_id=contact.id, outcome=outcome, channel=channel,
                last_text_at=at, last_inbound_at=at if texts else None, created_at=at,
                last_whatsapp_inbound_at=at if channel == "whatsapp" else None,
            )  # fmt: skip
            session.add(talk)
            session.flush()
            for number, body in enumerate(texts):
                session.add(self._text(contact, body, channel, f"SM{self.numbers:04d}{number}", at))
            if handoff:
                session.add(
                    Handoff(
                        business_id=owner.id, conversation_id=talk.id, reason=handoff, urgent=urgent,
                        notice_due_at=at, created_at=at,
                    )
                )  # fmt: skip
            return talk.id

    def says(self, conversation: int, body: str) -> None:
        """The contact writes once more."""
        self.numbers += 1
        with writing() as session:
            talk = session.get_one(Conversation, conversation)
            contact = session.get_one(Contact, talk.contact_id)
            talk.last_inbound_at = talk.last_text_at = clock.now()
            session.add(self._text(contact, body, talk.channel, f"SX{self.numbers}", clock.now()))

    def _text(self, contact: Contact, body: str, channel: str, provider_id: str, at: object) -> Message:
        heard = {"intent": "question", "topic": "price", "confidence": 0.93, "rung": "model"}
        return Message(
            business_id=contact.business_id, contact_id=contact.id, direction="in", channel=channel,
            kind="text", from_address=contact.phone, to_address="+12125550100", body=body, state="handled",
            provider_id=provider_id, created_at=at,
            understanding=heard | {"intents": [["question", "price", 0.93]]},
        )  # fmt: skip

    def row(self, conversation: int) -> Conversation:
        with reading() as session:
            return session.get_one(Conversation, conversation)

    def sent(self, conversation: int) -> list[Message]:
        """Outbound texts of a conversation, in order."""
        with reading() as session:
            contact = session.get_one(Conversation, conversation).contact_id
            return list(
                session.scalars(
                    select(Message)
                    .where(Message.contact_id == contact, Message.direction == "out")
                    .order_by(Message.id)
                )
            )

    def audits(self) -> list[str]:
        with reading() as session:
            return list(session.scalars(select(AuditEvent.action).order_by(AuditEvent.id)))


def furnish() -> None:
    """Two businesses and three people."""
    with writing() as session:
        ours = business_file.load(session, business_file.read_file(business_file.SAMPLE))
        other = Business(
            name="Other Dental", phone="+12125550190", address="1 Other Street", timezone="America/Chicago",
            profile=ours.profile, hash_key=b"k" * 32,
        )  # fmt: skip
        session.add(other)
        session.flush()
        for business, name in ((ours, "Kim"), (ours, "Ana"), (other, "Bo")):
            session.add(
                StaffUser(
                    business_id=business.id, email=f"{name.lower()}@example.com", name=name,
                    password_hash=OLD_HASH,
                )
            )  # fmt: skip
