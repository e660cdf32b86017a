"""Pilots, variants, standing campaigns and what staff note: who goes first, and who is taken in later."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, select

from actions.lawful_hours import is_lawful
from data import business_file, clock
from data.clock import HandClock
from data.db import reading, writing
from data.enrollment_outcomes import OUTCOMES
from data.models import Business, Campaign, Contact, ContactBasis, Enrollment, Person, Sender, Touch
from data.queries.enrollments import stop_enrollments
from data.queries.messages import conversation_of
from data.segments import sieve
from scheduler import rate_limit
from scheduler.campaigns import lifecycle, marks, standing
from scheduler.campaigns.enrolling import Enrolling, begin, enrol, release
from scheduler.campaigns.taking_in import variant_of
from scheduler.campaigns.words import fingerprint_of
from scheduler.gather import whereabouts_of

pytestmark = pytest.mark.database

TODAY = date(2026, 3, 10)
EVENING = datetime(2026, 3, 10, 23, 30, tzinfo=UTC)
"""19:30 in New York: later than a stranger may be texted, and earlier than a New Yorker."""

WORDS = (
    "Hi {{ first_name }}, this is the automated assistant of {{ business }}. It has been a while since "
    "your last visit. Shall I find you a time? Reply STOP to opt out."
)

DORMANT = {"dormant": {"from_months": 3, "to_months": 12}}


@pytest.fixture
def hands(database: str) -> Iterator[HandClock]:
    moved = HandClock(EVENING)
    clock.use(moved)
    with writing() as session:
        business_file.load(session, business_file.read_file(business_file.SAMPLE))
        for sender in session.query(Sender):
            sender.registration = "10dlc:CTEST"
    yield moved
    clock.use()


def crowd(*months: int, first: int = 100) -> None:
    """Contacts whose last visit was so many months ago: the fewer beyond three, the better the score."""
    with writing() as session:
        business = session.query(Business).one()
        for number, ago in enumerate(months, start=first):
            one = Contact(
                business_id=business.id,
                phone=f"+12125550{number}",
                zones=["America/New_York"] if number % 2 else ["America/Los_Angeles"],
                zones_source="timezone",
                persons=[
                    Person(first_name="Sample", last_visit=date(2026, 3, 10) - timedelta(days=ago * 31))
                ],
            )
            session.add(one)
            session.flush()
            session.add(ContactBasis(contact_id=one.id, kind="consent", evidence="test"))


def campaign(**facts: object) -> int:
    with writing() as session:
        business = session.query(Business).one()
        made = Campaign(business_id=business.id, name="spring", state="running", **facts)
        session.add(made)
        session.flush()
        session.add(Touch(campaign_id=made.id, step=1, template=WORDS))
        return made.id


def states() -> dict[str, int]:
    with reading() as session:
        rows = session.execute(select(Enrollment.state, func.count()).group_by(Enrollment.state))
        return {row[0]: row[1] for row in rows}


def test_of_a_pilot_the_best_go_first_and_the_rest_once_it_is_released(hands: HandClock) -> None:
    crowd(40, 6, 30, 7, 50, 24)
    pilot = campaign(pilot_size=2)
    done = enrol(pilot)
    assert (done.enrolled, done.held) == (2, 4)
    with reading() as session:
        ahead = session.query(Enrollment).where(Enrollment.state == "active").all()
        held = session.query(Enrollment).where(Enrollment.state == "held").all()
        assert {one.tier for one in ahead} != {one.tier for one in held}
        assert min(one.score for one in ahead) > max(one.score for one in held)
        assert all(one.due_at is None for one in held)
        assert all(one.person_id for one in (*ahead, *held))
    crowd(8, first=120)
    assert (enrol(pilot).enrolled, states()) == (0, {"active": 2, "held": 5})  # no more than the pilot
    hands.forward(timedelta(hours=3))
    with writing() as session:
        assert release(session, pilot) == 5
        session.get_one(Campaign, pilot).released_at = clock.now()
    assert states() == {"active": 7}
    with reading() as session:
        for one in session.query(Enrollment).where(Enrollment.id.in_([one.id for one in held])):
            assert one.due_at is not None
            assert one.due_at >= clock.now()
            assert is_lawful(one.due_at, whereabouts_of(session.get_one(Contact, one.contact_id)))
    crowd(9, first=130)
    assert enrol(pilot).enrolled == 1


def test_whom_no_moment_suits_any_more_stays_held_and_whose_sequence_ended_stays_ended(
    hands: HandClock,
) -> None:
    crowd(6, 7, 8, 9)
    pilot = campaign(pilot_size=1)
    assert enrol(pilot).held == 3
    with writing() as session:
        held = session.query(Enrollment).where(Enrollment.state == "held").order_by(Enrollment.id).all()
        moved, gone, _ = (session.get_one(Contact, one.contact_id) for one in held)
        moved.zones = ["Pacific/Honolulu", "Europe/London", "Asia/Tokyo"]
        stop_enrollments(session, gone.id, "visited")
        assert release(session, pilot) == 1
    assert states() == {"active": 2, "held": 1, "stopped": 1}


def test_each_is_due_at_the_next_lawful_moment_of_where_they_are(hands: HandClock) -> None:
    crowd(6, 6)
    hands.forward(timedelta(hours=5))  # half past midnight in New York, half past nine at night in California
    enrol(campaign())
    with reading() as session:
        for one in session.query(Enrollment):
            where = whereabouts_of(session.get_one(Contact, one.contact_id))
            assert one.due_at is not None
            assert is_lawful(one.due_at, where)
            assert not is_lawful(one.due_at - timedelta(minutes=1), where)


def test_whom_no_lawful_hour_suits_is_left_out_and_whom_to_call_is_listed(hands: HandClock) -> None:
    crowd(6, 6, 6)
    with writing() as session:
        nowhere, unhappy, _ = session.query(Contact).order_by(Contact.id)
        nowhere.zones = ["Pacific/Honolulu", "Europe/London", "Asia/Tokyo"]
        marks.mark_unhappy(session, unhappy)
        called = unhappy.id
    done = enrol(campaign())
    assert done.left_out == {"no_lawful_time": 1, "unhappy": 1}
    assert done.to_call == (called,)
    assert done.enrolled == 1


def test_whoever_writes_between_being_chosen_and_being_enrolled_is_not_enrolled(hands: HandClock) -> None:
    crowd(6, 6, 6)
    going = Enrolling.of(campaign())
    with reading() as session:
        _, part = going.sieve.next(session, 0)
    assert len(part.candidates) == 3
    with writing() as session:
        wrote, other, _ = session.query(Contact).order_by(Contact.id)
        conversation_of(session, wrote).last_inbound_at = clock.now()
        elsewhere = Campaign(business_id=wrote.business_id, name="elsewhere", state="running")
        session.add(elsewhere)
        session.flush()
        session.add(Enrollment(campaign_id=elsewhere.id, contact_id=other.id))
    with writing() as session:
        taken = going.door.take_in(session, part.candidates)
    assert (taken.active, taken.left_out["busy"]) == (1, 2)


def test_variants_are_shared_out_evenly_and_stay_as_they_are(hands: HandClock) -> None:
    shares = [variant_of(7, contact) for contact in range(1, 2_001)]
    assert 900 < shares.count("a") < 1_100
    assert shares != [variant_of(8, contact) for contact in range(1, 2_001)]
    crowd(*[6] * 12)
    with_two = campaign()
    with writing() as session:
        session.add(Touch(campaign_id=with_two, step=1, variant="b", template=WORDS))
    enrol(with_two)
    with reading() as session:
        for one in session.query(Enrollment):
            assert one.variant == variant_of(with_two, one.contact_id)


def test_a_campaign_that_was_ended_takes_nobody_in(hands: HandClock) -> None:
    crowd(6)
    over = campaign()
    lifecycle.end(over)
    done = enrol(over)
    assert (done.enrolled, done.left_out) == (0, {"campaign_ended": 1})


def look() -> None:
    standing.look(clock.real() + timedelta(minutes=1))


def approved(campaign_id: int) -> None:
    with writing() as session:
        row = session.get_one(Campaign, campaign_id)
        row.approved_words = row.rehearsed_words = fingerprint_of(session, row)


def test_a_standing_campaign_takes_in_the_newly_dormant_once_a_day(hands: HandClock) -> None:
    crowd(6)
    daily = campaign(standing=True, rule=DORMANT)
    approved(daily)
    look()
    assert states() == {"active": 1}
    crowd(8, first=120)
    look()
    assert states() == {"active": 1}  # tomorrow
    hands.forward(timedelta(days=1))
    look()
    assert states() == {"active": 2}


def test_a_standing_campaign_whose_words_nobody_stands_by_takes_nobody_in(hands: HandClock) -> None:
    crowd(6)
    daily = campaign(standing=True, rule=DORMANT)
    look()
    assert states() == {}
    approved(daily)
    with writing() as session:
        session.query(Touch).one().template = WORDS.replace("Shall", "May")
    look()
    assert states() == {}
    approved(daily)
    with writing() as session:
        session.get_one(Campaign, daily).state = "paused"
    look()
    assert states() == {}
    with writing() as session:
        session.get_one(Campaign, daily).state = "running"
    look()
    assert states() == {"active": 1}


def test_a_look_that_takes_too_long_goes_on_at_the_next_one(
    hands: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    crowd(6, 6, 6, 6, 6)
    daily = campaign(standing=True, rule=DORMANT)
    approved(daily)
    monkeypatch.setattr(sieve, "CHUNK", 2)
    for taken_in in (2, 4, 5):
        with reading() as session:
            assert session.get_one(Campaign, daily).enrolled_on is None
        standing.look(clock.real())  # no time at all: one stretch
        assert states() == {"active": taken_in}
    with reading() as session:
        assert session.get_one(Campaign, daily).enrolled_on == date(2026, 3, 10)


def test_the_sweep_looks_at_standing_campaigns_only_now_and_then(hands: HandClock) -> None:
    crowd(6)
    approved(campaign(standing=True, rule=DORMANT))
    rate_limit.once_in("standing", standing.LOOK_EVERY)
    standing.enrol_standing()
    assert states() == {}


def test_a_visit_that_staff_note_ends_the_sequence_and_can_be_taken_back(hands: HandClock) -> None:
    crowd(6)
    enrol(campaign())
    with writing() as session:
        one = session.query(Contact).one()
        before = one.persons[0].last_visit
        one.persons[0].visits = 2
        marks.mark_visited(session, one, date(2026, 3, 9))
        assert (one.persons[0].last_visit, one.persons[0].visits) == (date(2026, 3, 9), 3)
    with reading() as session:
        ended = session.query(Enrollment).one()
        assert (ended.state, ended.stopped_reason, ended.outcome) == ("stopped", "visited", "visited")
    with writing() as session:
        one = session.query(Contact).one()
        marks.undo_visited(session, one)
        assert (one.persons[0].last_visit, one.persons[0].visits) == (before, 2)
        with pytest.raises(marks.NothingToUndo):
            marks.undo_visited(session, one)
    assert states() == {"stopped": 1}


def test_whom_staff_mark_as_unhappy_is_in_no_campaign_until_it_is_settled(hands: HandClock) -> None:
    crowd(6)
    with writing() as session:
        business, one = session.query(Business).one(), session.query(Contact).one()
        assert begin(session, business, "one", WORDS).enrolled == 1
        marks.mark_unhappy(session, one)
        ended = session.query(Enrollment).one()
        assert ended.outcome == "with_staff"
        assert ended.outcome in OUTCOMES
        assert begin(session, business, "two", WORDS).to_call == (one.id,)
        marks.undo_unhappy(session, one)
        with pytest.raises(marks.NothingToUndo):
            marks.undo_unhappy(session, one)
        assert begin(session, business, "two", WORDS).enrolled == 1
