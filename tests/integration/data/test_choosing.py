"""Choosing from real rows: every look-up finds what it looks for, and no other business's."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from data import business_file, clock
from data.db import reading, writing
from data.models import (
    Appointment,
    Business,
    CalendarConnection,
    Callback,
    Campaign,
    Contact,
    ContactBasis,
    Enrollment,
    Handoff,
    ImportBatch,
    Message,
    Person,
    Sale,
)
from data.queries.messages import conversation_of
from data.queries.suppressions import suppress
from data.segments import sieve
from data.segments.choosing import Chosen, choose
from data.segments.lacking import lacking
from data.segments.presets import NoSuchPreset, instantiate
from data.segments.rule import Dormant, Rule, read_rule

pytestmark = pytest.mark.database

NOW = datetime(2026, 3, 10, 15, 0, tzinfo=UTC)
TODAY = date(2026, 3, 10)
RULE = Rule(states=("NY",), quiet_days=14)


def ago(days: int) -> datetime:
    return NOW - timedelta(days=days)


def contact(session: Session, business: Business, name: str, number: int) -> Contact:
    """Somebody whom the rule means, called by what is about to happen to them."""
    made = Contact(
        business_id=business.id,
        phone=f"+12125550{100 + number}",
        state="NY",
        zones=["America/New_York"],
        zones_source="state",
        persons=[Person(first_name=name, last_visit=date(2025, 9, 1), value=100.0)],
    )
    session.add(made)
    session.flush()
    session.add(ContactBasis(contact_id=made.id, kind="relationship", evidence="test"))
    return made


def visit(
    session: Session, one: Contact, start: datetime, state: str = "booked", no_show: bool = False
) -> None:
    session.add(
        Appointment(
            business_id=one.business_id,
            contact_id=one.id,
            calendar_connection_id=session.scalars(select(CalendarConnection.id)).first(),
            service="cleaning",
            start_at=start,
            end_at=start + timedelta(minutes=45),
            timezone="America/New_York",
            event_id=f"event{one.id}",
            state=state,
        )
    )


def text(
    session: Session, one: Contact, sent: datetime, kind: str = "touch", state: str = "delivered"
) -> None:
    session.add(
        Message(
            business_id=one.business_id, contact_id=one.id, direction="out", channel="sms", kind=kind,
            from_address="+12125550100", to_address=one.phone, body="Hello", state=state, created_at=sent,
        )
    )  # fmt: skip


def enrolled(session: Session, one: Contact, campaign: str, state: str = "active") -> None:
    made = session.scalar(select(Campaign).where(Campaign.name == campaign))
    session.add(Enrollment(campaign_id=made.id if made else 0, contact_id=one.id, state=state))


def sale(session: Session, one: Contact, day: date) -> None:
    session.add(
        Sale(
            business_id=one.business_id,
            contact_id=one.id,
            amount=9.0,
            sold_on=day,
            source="staff",
            reference=str(one.id),
        )
    )


def handoff(session: Session, one: Contact, reason: str, *, made: datetime, closed: bool) -> None:
    session.add(
        Handoff(
            business_id=one.business_id,
            conversation_id=conversation_of(session, one).id,
            reason=reason,
            created_at=made,
            closed_at=NOW if closed else None,
        )
    )


def set_(session: Session, one: Contact, **facts: object) -> None:
    talk = conversation_of(session, one)
    for name, value in facts.items():
        setattr(talk, name, value)


Work = Callable[[Session, Business, Contact], object]
STORIES: dict[str, tuple[str | None, Work]] = {
    "nothing": (None, lambda s, b, c: None),
    "stop": ("opt_out", lambda s, b, c: suppress(s, b, c.phone, reason="opt_out", source="staff")),
    "no sms": (
        "undeliverable",
        lambda s, b, c: suppress(s, b, c.phone, reason="undeliverable", source="provider", channel="sms"),
    ),
    "no whatsapp": (
        None,
        lambda s, b, c: suppress(s, b, c.phone, reason="opt_out", source="provider", channel="whatsapp"),
    ),
    "promised": (
        "promised_last",
        lambda s, b, c: suppress(s, b, c.phone, reason="promised_last", source="campaign"),
    ),
    "expired": ("basis_expired", lambda s, b, c: _basis(s, c, date(2026, 3, 9))),
    "expires today": (None, lambda s, b, c: _basis(s, c, TODAY)),
    "visit ahead": ("booked", lambda s, b, c: visit(s, c, ago(-3))),
    "visit called off": (None, lambda s, b, c: visit(s, c, ago(-3), state="cancelled")),
    "visit over": (None, lambda s, b, c: visit(s, c, ago(40))),
    "bought lately": (None, lambda s, b, c: sale(s, c, date(2026, 3, 1))),
    "booked elsewhere": ("booked", lambda s, b, c: setattr(c.persons[0], "booked_until", TODAY)),
    "in another": ("in_a_campaign", lambda s, b, c: enrolled(s, c, "other", "held")),
    "was in another": (None, lambda s, b, c: enrolled(s, c, "other", "finished")),
    "in one that ended": (None, lambda s, b, c: enrolled(s, c, "ended")),
    "in this": ("already_in_it", lambda s, b, c: enrolled(s, c, "this", "stopped")),
    "texted": ("recently_contacted", lambda s, b, c: text(s, c, ago(13))),
    "texted before": (None, lambda s, b, c: text(s, c, ago(15))),
    "text never left": (None, lambda s, b, c: text(s, c, ago(1), state="cancelled")),
    "text never arrived": (None, lambda s, b, c: text(s, c, ago(1), state="undelivered")),
    "text may have arrived": ("recently_contacted", lambda s, b, c: text(s, c, ago(1), state="unknown")),
    "answered": (None, lambda s, b, c: text(s, c, ago(1), kind="reply")),
    "many texts": ("frequency_cap", lambda s, b, c: [text(s, c, ago(15 + n)) for n in range(4)]),
    "many reminders": (None, lambda s, b, c: [text(s, c, ago(15 + n), kind="reminder") for n in range(4)]),
    "talked": ("in_conversation", lambda s, b, c: set_(s, c, last_inbound_at=ago(89))),
    "talked long ago": (None, lambda s, b, c: set_(s, c, last_inbound_at=ago(91))),
    "said no": ("declined", lambda s, b, c: set_(s, c, closed_reason="price", last_inbound_at=ago(400))),
    "bad experience": ("unhappy", lambda s, b, c: set_(s, c, closed_reason="bad_experience")),
    "unhappy": ("unhappy", lambda s, b, c: setattr(c.persons[0], "unhappy", True)),
    "complained": ("unhappy", lambda s, b, c: handoff(s, c, "complaint", made=ago(200), closed=True)),
    "settled": (None, lambda s, b, c: handoff(s, c, "complaint", made=ago(400), closed=True)),
    "waits for staff": ("with_staff", lambda s, b, c: handoff(s, c, "human", made=ago(200), closed=False)),
    "taken over": ("with_staff", lambda s, b, c: set_(s, c, staff_took_over_at=ago(200))),
    "frozen": ("with_staff", lambda s, b, c: set_(s, c, frozen_at=ago(200))),
    "callback": ("in_conversation", lambda s, b, c: s.add(Callback(contact_id=c.id, due_at=ago(-9)))),
    "elsewhere": ("not_in_segment", lambda s, b, c: setattr(c, "state", "NJ")),
}
"""What happened to a contact -> why they are left out, if they are."""


def _basis(session: Session, one: Contact, expires_on: date) -> None:
    session.scalars(
        select(ContactBasis).where(ContactBasis.contact_id == one.id)
    ).one().expires_on = expires_on


@pytest.fixture
def business(database: str) -> Iterator[int]:
    clock.use(lambda: NOW)
    with writing() as session:
        made = business_file.load(session, business_file.read_file(business_file.SAMPLE))
        for name, state in (("this", "running"), ("other", "paused"), ("ended", "done")):
            session.add(Campaign(business_id=made.id, name=name, state=state))
    yield made.id
    clock.use()


def chosen(rule: Rule, *, attested_only: bool = False) -> Chosen:
    with reading() as session:
        ours = session.scalars(select(Business).order_by(Business.id)).first()
        this = session.scalars(select(Campaign).where(Campaign.name == "this")).one()
        assert ours is not None
        return choose(session, ours, rule, campaign=this, attested_only=attested_only)


def test_what_happened_to_a_contact_decides_whether_they_are_chosen(
    business: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    with writing() as session:
        ours = session.get_one(Business, business)
        others = Business(name="x", phone="x", address="x", timezone="UTC", profile={}, hash_key=b"x")
        session.add(others)
        session.flush()
        ids: dict[int, str] = {}
        for number, (story, (_, work)) in enumerate(STORIES.items()):
            contact(session, others, "somebody else's", number)  # between ours, and never looked at
            one = contact(session, ours, story, number)
            ids[one.id] = story
            work(session, ours, one)
    monkeypatch.setattr(sieve, "CHUNK", 5)
    found = chosen(RULE)
    expected = {story: reason for story, (reason, _) in STORIES.items()}
    free = {story for story, reason in expected.items() if reason is None}
    assert {ids[one.contact] for one in found.candidates} == free
    assert found.left_out == {
        reason: list(expected.values()).count(reason) for reason in expected.values() if reason
    }
    assert [ids[one] for one in found.to_call] == [s for s, reason in expected.items() if reason == "unhappy"]
    scores = [one.score for one in found.candidates]
    assert scores == sorted(scores, reverse=True)
    assert found.meant == len(STORIES) - 1
    dormant = chosen(RULE.model_copy(update={"dormant": Dormant(from_months=6)}))
    assert free - {ids[one.contact] for one in dormant.candidates} == {"visit over", "bought lately"}


def test_columns_of_the_list_and_who_vouched_for_it_count(business: int) -> None:
    with writing() as session:
        ours = session.get_one(Business, business)
        attested, loose = (
            ImportBatch(business_id=business, filename="x", sha256="x", counts={}, attested_by=who)
            for who in ("Kim", "")
        )
        session.add_all((attested, loose))
        session.flush()
        for number, (plan, batch) in enumerate((("gold", attested), ("gold", loose), ("plain", attested))):
            one = contact(session, ours, plan, number)
            one.persons[0].extra, one.import_batch_id = {"Plan": plan}, batch.id
    rule = read_rule({"columns": [{"column": "plan", "equals": "Gold"}]})
    assert len(chosen(rule).candidates) == 2
    found = chosen(rule, attested_only=True)
    assert len(found.candidates) == 1
    assert found.left_out == {"unattested": 1, "not_in_segment": 1}


def test_a_preset_becomes_a_segment_of_the_businesss_own_and_says_what_the_list_lacks(business: int) -> None:
    with writing() as session:
        ours = session.get_one(Business, business)
        contact(session, ours, "somebody", 1)
        made = [instantiate(session, ours, "lapsed_customer") for _ in range(3)]
        assert [one.name for one in made] == ["Lapsed customers", "Lapsed customers 2", "Lapsed customers 3"]
        assert made[0].rule["dormant"]["from_months"] == 7  # a dental practice's
        assert lacking(session, business, read_rule(made[0].rule)) == []
        quoted = instantiate(session, ours, "quoted", "Quotes")
        assert lacking(session, business, read_rule(quoted.rule)) == [
            "No contact has the date of a quote: give the list a column quoted_on."
        ]
        shrunk = read_rule(instantiate(session, ours, "shrunk_use").rule)
        assert len(lacking(session, business, shrunk)) == 2
        with pytest.raises(NoSuchPreset, match="lapsed_customer"):
            instantiate(session, ours, "nobody")
