"""The three lines beside a transcript: what brought somebody back, what they asked, what stands now."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from staff_desk import Desk

from bot.staff import why
from data import clock
from data.db import reading, writing
from data.models import Appointment, CalendarConnection, Campaign, Conversation, Enrollment, Message
from data.queries import transcripts

pytestmark = pytest.mark.database


def heard(*intents: tuple[str, str | None]) -> dict[str, object]:
    return {"intents": [[intent, topic, 0.9] for intent, topic in intents], "rung": "model"}


def opened(talk: int, days_before: int) -> None:
    """The opener of a campaign went out so many days before they wrote."""
    with writing() as session:
        conversation = session.get_one(Conversation, talk)
        first = session.scalars(select(Message).where(Message.contact_id == conversation.contact_id)).first()
        assert first is not None
        campaign = Campaign(business_id=conversation.business_id, name="Spring", state="running")
        session.add(campaign)
        session.flush()
        enrollment = Enrollment(campaign_id=campaign.id, contact_id=conversation.contact_id)
        session.add(enrollment)
        session.flush()
        opener = Message(
            business_id=conversation.business_id, contact_id=conversation.contact_id, direction="out",
            channel="sms", kind="touch", from_address="+12125550100", to_address=first.from_address,
            body="Hi", state="sent", enrollment_id=enrollment.id,
            created_at=first.created_at - timedelta(days=days_before),
        )  # fmt: skip
        session.add(opener)
        session.flush()
        # what was sent first stands first
        first.id, opener.id = opener.id + 1, opener.id


def lines(talk: int) -> dict[str, str]:
    with reading() as session:
        rows = transcripts.read(session, session.get_one(Conversation, talk))
        return dict(why.in_short(rows, rows.business.timezone))


def test_nothing_is_said_of_somebody_who_has_not_answered(desk: Desk) -> None:
    assert lines(desk.conversation("Sarah")) == {}


def test_what_brought_them_back_is_named(desk: Desk) -> None:
    talk = desk.conversation("Sarah", "yes please")
    assert lines(talk)["Came back"] == "wrote without being written to"
    opened(talk, days_before=3)
    assert lines(talk)["Came back"] == "answered “Spring”, 3 days later"


def test_what_was_asked_is_named_once_and_in_order(desk: Desk) -> None:
    talk = desk.conversation("Sarah", "how much?", "are you a bot?", "and parking? and how much is it")
    asked = [
        heard(("question", "price")),
        heard(("question", "bot"), ("greet", None)),
        heard(("question", "parking"), ("question", "price"), ("book", None)),
    ]
    with writing() as session:
        for text, understanding in zip(
            session.scalars(select(Message).order_by(Message.id)), asked, strict=True
        ):
            text.understanding = understanding
    assert lines(talk)["Asked about"] == "price, parking"


def test_the_visit_that_stands_is_named_and_else_where_it_stands(desk: Desk) -> None:
    talk = desk.conversation("Sarah", "yes", outcome="callback")
    assert lines(talk)["Now"] == "Asked to be texted again later; the date is set."
    with writing() as session:
        conversation = session.get_one(Conversation, talk)
        calendar = session.scalars(
            select(CalendarConnection).where(CalendarConnection.business_id == conversation.business_id)
        ).first()
        assert calendar is not None
        start = clock.now() + timedelta(days=2)
        session.add(
            Appointment(
                business_id=conversation.business_id,
                contact_id=conversation.contact_id,
                service="cleaning",
                calendar_connection_id=calendar.id,
                timezone="America/New_York",
                start_at=start,
                end_at=start + timedelta(minutes=45),
                event_id="sample",
                state="booked",
            )
        )
    assert lines(talk)["Now"].startswith("Cleaning, ")
    assert "In short" in desk.kim().get(f"/staff/conversations/{talk}").text
