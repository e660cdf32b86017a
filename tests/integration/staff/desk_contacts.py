"""Contacts of the tests' front desk that a campaign may write to, words that it may say, a quick hand."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select
from staff_desk import Browser
from werkzeug.test import TestResponse

from data import clock
from data.db import writing
from data.models import Business, Contact, ContactBasis, Person, Sender

FIRST = (
    "Hi {{ first_name | or_else('there') }}, this is the automated assistant of {{ business }}. It has been"
    " a while since you were with us. Shall I find you a time? Reply STOP to opt out."
)
SECOND = "Hello, the assistant of {{ business }} again. Which day suits you best? Reply STOP to opt out."
THIRD = "Hello from {{ business }}: mornings or afternoons, what is easier? Reply STOP to opt out."


class Hand:
    """A browser that asks for its token once: tests with many acts are quick."""

    def __init__(self, browser: Browser) -> None:
        self._client, self._token = browser.client, browser.token("/staff/lists")

    def get(self, url: str) -> TestResponse:
        return self._client.get(url)

    def post(self, url: str, **fields: str) -> TestResponse:
        return self._client.post(url, data={"csrf_token": self._token, **fields})


def people(*names: str, months: int = 6, unhappy: tuple[str, ...] = (), **extra: str) -> list[int]:
    """A customer of Example Dental for each name, away for so many months; the contacts' ids."""
    seen = (clock.now() - timedelta(days=31 * months)).date()
    with writing() as session:
        business = session.scalars(select(Business).where(Business.name == "Example Dental")).one()
        for sender in session.scalars(select(Sender)):
            sender.registration = "10dlc:CSAMPLE"
        ids = []
        for number, name in enumerate(names):
            contact = Contact(
                business_id=business.id,
                phone=f"+1646555{100 + number:04d}",
                zones=["America/New_York"],
                zones_source="timezone",
                persons=[
                    Person(first_name=name, last_visit=seen, unhappy=name in unhappy, extra=dict(extra))
                ],
            )
            session.add(contact)
            session.flush()
            session.add(ContactBasis(contact_id=contact.id, kind="consent", evidence="a test's"))
            ids.append(contact.id)
        return ids
