"""Visits on a calendar whose calls fail, one after the other, in every way there is."""

from __future__ import annotations

import pytest
from soak.booking_faults import CALLS, COUNTED, PAIRS, TROUBLES, suffer
from soak.booking_scenes import Practice
from sqlalchemy import select

from data.db import reading
from data.models import CalendarConnection

pytestmark = [
    pytest.mark.database,
    # a connection that the fault cut off is now and then closed by the collector alone
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

SOME = (
    "403 requiredAccessLevel",
    "409",
    "410",
    "time-out after the work was done",
)
"""`make soak` takes all of them, lasting ones too: tests/soak/booking.py."""


@pytest.mark.parametrize(("step", "call"), PAIRS)
def test_a_call_that_fails_once_leaves_the_visit_as_the_contact_was_told(
    practice: Practice, step: str, call: str
) -> None:
    some = [trouble for trouble in TROUBLES if COUNTED or trouble.name in SOME]
    wrong = [one for trouble in some for one in suffer(practice, step, call, trouble, minutes=0)]
    assert not wrong, "\n".join(wrong)


def test_a_call_that_fails_until_we_give_up_leaves_the_visit_as_the_contact_was_told(
    practice: Practice,
) -> None:
    pairs = PAIRS if COUNTED else [(step, calls[-1]) for step, calls in CALLS.items()]
    lasting = [one for one in TROUBLES if COUNTED or one.name == "500 after the work was done"]
    wrong = [
        one
        for step, call in pairs
        for trouble in lasting
        for one in suffer(practice, step, call, trouble, minutes=12)
    ]
    assert not wrong, "\n".join(wrong)


def test_a_time_that_has_gone_is_not_offered_again_by_a_free_busy_that_lags(practice: Practice) -> None:
    phone = practice.somebody()
    visit = practice.begin("booking", phone)
    practice.take_the_time(visit)
    practice.google.fail("stale", "freebusy.query", times=None)
    practice.go_on(3)
    assert practice.told(phone) == ["gone"]
    assert "9:00" not in practice.service.arrived(phone)[0]
    assert practice.visit(visit).state == "failed"
    assert practice.events() == []


def test_who_may_read_the_calendar_but_not_write_to_it_stops_offering(practice: Practice) -> None:
    practice.google.fail("forbidden", "events.insert", times=None)
    practice.begin("booking", practice.somebody())
    practice.go_on(0)
    with reading() as session:
        assert session.scalars(select(CalendarConnection)).one().disconnected_at is not None
