"""Reminders: derived from the visit as it stands, looked at again at sending, answered by a letter."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from actions.decision import CancelVisit, Close, Decision, HandOver, Move
from actions.state import State
from data import clock
from data.db import reading, writing
from data.models import Appointment, Business, Contact, Handoff, Message, Person, StaffUser
from data.queries.messages import conversation_of
from data.queries.suppressions import suppress
from scheduler import staff_acts
from scheduler.apply import Scene, apply
from scheduler.deliver import deliver
from scheduler.reminders import remind
from tests.world_fixtures import SARAH, Service

pytestmark = pytest.mark.database

NEW_YORK = ZoneInfo("America/New_York")
FRIDAY_AT_TWO = datetime(2026, 3, 13, 14, 0, tzinfo=NEW_YORK)
A_DAY_BEFORE = datetime(2026, 3, 12, 14, 0, tzinfo=NEW_YORK)
TWO_HOURS_BEFORE = datetime(2026, 3, 13, 12, 0, tzinfo=NEW_YORK)


def book(service: Service, at: datetime = FRIDAY_AT_TWO) -> None:
    with writing() as session:
        conversation = conversation_of(session, session.query(Contact).one())
        conversation.state = State(asked="confirm_time", offered=(at,), service="cleaning").to_json()
    say(service, "yes")
    assert "You're booked" in service.arrived()[-1]


def say(service: Service, text: str) -> None:
    service.text(text)
    service.clock.forward(timedelta(seconds=30))
    service.run_due()
    service.run_due()


def until(service: Service, moment: datetime) -> list[tuple[datetime, str]]:
    """Time passes; the reminders that arrived, with the local moment of each."""
    seen, before = [], len(service.arrived())
    for _ in service.pass_time(moment, every=timedelta(minutes=30)):
        new = service.arrived()[before:]
        before += len(new)
        seen += [(clock.now().astimezone(NEW_YORK), text) for text in new if "reminder" in text]
    return seen


def visit() -> Appointment:
    with reading() as session:
        return session.scalars(select(Appointment)).one()


def decide(*effects: object) -> None:
    with writing() as session:
        contact, business = session.query(Contact).one(), session.query(Business).one()
        conversation = conversation_of(session, contact)
        decision = Decision(None, effects, State.from_json(conversation.state))  # type: ignore[arg-type]
        apply(Scene(session, business, contact, conversation, "sms"), decision, once=f"test:{effects}")


def change_profile(**changed: object) -> None:
    with writing() as session:
        business = session.query(Business).one()
        business.profile = business.profile | changed


def test_a_visit_is_reminded_of_a_day_and_two_hours_before_with_day_and_time_but_no_service(
    service: Service,
) -> None:
    book(service)
    seen = until(service, FRIDAY_AT_TWO + timedelta(hours=3))
    assert [at.replace(second=0) for at, _ in seen] == [
        A_DAY_BEFORE + timedelta(minutes=at.minute) for at, _ in seen[:1]
    ] + [TWO_HOURS_BEFORE + timedelta(minutes=at.minute) for at, _ in seen[1:]]
    assert len(seen) == 2
    for _, text in seen:
        assert "Friday, March 13 at 2:00 pm" in text
        assert "Reply C to confirm" in text
        assert "cleaning" not in text.lower()
        assert not any(word in text.upper().split() for word in ("STOP", "CANCEL", "END", "QUIT"))


@pytest.mark.parametrize("answer", ["c", "C.", "yes", "see you then", "confirmed"])
def test_an_answer_confirms_and_is_thanked_for(service: Service, answer: str) -> None:
    book(service)
    until(service, A_DAY_BEFORE + timedelta(minutes=40))
    say(service, answer)
    assert "See you on Friday, March 13!" in service.arrived()[-1].replace("see you", "See you")
    assert visit().confirmed_at is not None
    assert visit().state == "booked"


def test_who_cannot_come_is_asked_for_another_time_and_a_no_to_that_is_no_visit(service: Service) -> None:
    book(service)
    until(service, A_DAY_BEFORE + timedelta(minutes=40))
    say(service, "no")
    assert "Which other day or time" in service.arrived()[-1]
    assert visit().confirmed_at is None
    say(service, "no")
    assert "Shall I call off your cleaning on Friday, March 13 at 2:00 pm?" in service.arrived()[-1]
    say(service, "yes")
    assert visit().state == "cancelled"
    assert until(service, FRIDAY_AT_TWO) == []


def test_a_yes_behind_another_time_or_call_it_off_is_asked_about(service: Service) -> None:
    book(service)
    until(service, A_DAY_BEFORE + timedelta(minutes=40))
    say(service, "no")
    say(service, "yes")
    assert "Shall I call off your cleaning" in service.arrived()[-1]
    say(service, "no")
    assert visit().state == "booked"
    assert len(until(service, FRIDAY_AT_TWO)) == 1  # it stays, and so does its reminder


def test_who_cannot_come_and_then_says_no_more_is_the_front_desks_to_know(service: Service) -> None:
    book(service)
    until(service, A_DAY_BEFORE + timedelta(minutes=40))
    say(service, "no")
    assert until(service, FRIDAY_AT_TWO) == []
    with reading() as session:
        assert session.scalars(select(Handoff.reason)).all() == ["cannot_come"]


def test_shortly_before_the_visit_a_no_rings_at_once(service: Service) -> None:
    book(service)
    until(service, TWO_HOURS_BEFORE + timedelta(minutes=20))
    say(service, "no")
    with reading() as session:
        assert session.scalars(select(Handoff.reason)).all() == ["cannot_come"]


def test_who_has_confirmed_is_not_asked_to_once_more(service: Service) -> None:
    book(service)
    until(service, A_DAY_BEFORE + timedelta(minutes=40))
    say(service, "c")
    [(_, text)] = until(service, FRIDAY_AT_TWO)
    assert "Friday, March 13 at 2:00 pm. See you soon!" in text
    assert "Reply C" not in text


def test_in_a_household_the_reminder_says_whose_visit_it_is(service: Service) -> None:
    book(service)
    with writing() as session:
        contact = session.query(Contact).one()
        contact.persons.append(Person(first_name="Tom"))
    [(_, text)] = until(service, A_DAY_BEFORE + timedelta(hours=1))
    assert "Sarah's appointment" in text


def test_a_visit_booked_inside_a_lead_gets_only_what_is_still_ahead(service: Service) -> None:
    today_at_four = datetime(2026, 3, 10, 16, 0, tzinfo=NEW_YORK)
    book(service, today_at_four)
    [(at, _)] = until(service, today_at_four)
    assert at.hour in (13, 14)


def test_nobody_is_reminded_within_the_hour_after_the_confirmation(service: Service) -> None:
    today_at_half_past_one = datetime(2026, 3, 10, 13, 30, tzinfo=NEW_YORK)
    book(service, today_at_half_past_one)
    assert until(service, today_at_half_past_one) == []


def test_a_moved_visit_reminds_of_its_new_time_alone(service: Service) -> None:
    book(service)
    until(service, A_DAY_BEFORE + timedelta(minutes=40))
    new = FRIDAY_AT_TWO + timedelta(days=4)
    decide(Move(visit().id, new, new + timedelta(minutes=30)))
    service.run_due()
    seen = until(service, new + timedelta(hours=1))
    assert [at.date().day for at, _ in seen] == [16, 17]
    assert all("Tuesday, March 17" in text for _, text in seen)


def test_a_visit_called_off_never_reminds(service: Service) -> None:
    book(service)
    decide(CancelVisit(visit().id))
    service.run_due()
    assert visit().remind_at is None
    assert until(service, FRIDAY_AT_TWO) == []


def test_a_reminder_in_the_outbox_does_not_leave_once_its_visit_has_moved(service: Service) -> None:
    book(service)
    service.clock.until(A_DAY_BEFORE)
    [job] = remind(visit().id)
    with writing() as session:
        session.get_one(Appointment, visit().id).version += 1
    deliver(job.row)
    with reading() as session:
        text = session.get_one(Message, job.row)
    assert (text.state, text.cancelled_reason) == ("cancelled", "superseded")


def test_looked_at_twice_a_reminder_exists_once(service: Service) -> None:
    book(service)
    service.clock.until(A_DAY_BEFORE)
    remind(visit().id)
    with writing() as session:
        session.get_one(Appointment, visit().id).remind_at = clock.now()
    remind(visit().id)
    assert sum(text.kind == "reminder" for text in service.outbox()) == 1


def test_whoever_opted_out_is_not_reminded_and_staff_see_why(service: Service) -> None:
    book(service)
    with writing() as session:
        suppress(session, session.query(Business).one(), SARAH, reason="opt_out", source="text")
    assert until(service, FRIDAY_AT_TWO) == []
    texts = [text for text in service.outbox() if text.kind == "reminder"]
    assert [(text.state, text.cancelled_reason) for text in texts] == [("cancelled", "opt_out")] * 2


def test_while_staff_have_the_conversation_nobody_is_reminded(service: Service) -> None:
    book(service)
    with writing() as session:
        business = session.query(Business).one()
        user = StaffUser(business_id=business.id, email="kim@example.com", name="Kim", password_hash="x")
        session.add(user)
        session.flush()
        staff_acts.take_over(session, conversation_of(session, session.query(Contact).one()), user)
    assert until(service, FRIDAY_AT_TWO) == []


def test_quiet_hours_move_a_reminder_to_an_hour_that_is_lawful(service: Service) -> None:
    friday_at_nine = datetime(2026, 3, 13, 9, 0, tzinfo=NEW_YORK)
    book(service, friday_at_nine)
    seen = until(service, friday_at_nine)
    assert [at.hour for at, _ in seen] == [9, 8]
    assert all(8 <= at.hour < 21 for at, _ in seen)


def test_a_no_of_long_ago_does_not_keep_back_a_reminder_but_mourning_does(service: Service) -> None:
    decide(Close("price"))
    book(service)
    assert len(until(service, A_DAY_BEFORE + timedelta(hours=1))) == 1
    decide(Close("bereavement"), HandOver("bereavement", urgent=True))
    assert until(service, FRIDAY_AT_TWO) == []


def test_an_owner_who_wants_none_gets_none(service: Service) -> None:
    change_profile(reminder_minutes=[])
    book(service)
    assert visit().remind_at is None
    assert until(service, FRIDAY_AT_TWO) == []


def test_in_the_middle_of_a_talk_the_reminder_waits(service: Service) -> None:
    book(service)
    service.clock.until(A_DAY_BEFORE - timedelta(minutes=2))
    say(service, "yes")
    service.clock.until(A_DAY_BEFORE + timedelta(seconds=5))
    service.run_due()
    assert not any("reminder" in text for text in service.arrived())
    assert len(until(service, A_DAY_BEFORE + timedelta(minutes=45))) == 1
