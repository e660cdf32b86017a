"""The last question before a text leaves: when it may, when it waits, and when it never leaves."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from actions.guards import (
    CONFIRM_WITHIN,
    HELD_FOR,
    REPLY_WITHIN,
    TOO_LATE,
    Drop,
    Leave,
    Standing,
    Wait,
    may_leave,
)
from data.message_states import KINDS
from data.whereabouts import Whereabouts

NEW_YORK = Whereabouts(("America/New_York",))
NOWHERE = Whereabouts(("Pacific/Honolulu", "Europe/London", "Asia/Tokyo"))
"""No hour is lawful in all of them."""
NOON = datetime(2026, 3, 10, 16, 0, tzinfo=UTC)
FOUR_AT_NIGHT = datetime(2026, 3, 10, 8, 0, tzinfo=UTC)
PROACTIVE = [name for name, kind in KINDS.items() if kind.proactive]


def ask(kind: str, standing: Standing, now: datetime = NOON, where: Whereabouts = NEW_YORK) -> object:
    return may_leave(kind, "sms", standing, where, now)


@pytest.mark.parametrize("kind", PROACTIVE)
@pytest.mark.parametrize("held", ["staff_took_over", "silenced", "frozen", "paused"])
def test_what_the_business_starts_waits_while_something_holds_it_up(kind: str, held: str) -> None:
    assert ask(kind, Standing(**{held: True})) == Wait(NOON + HELD_FOR)


@pytest.mark.parametrize("kind", PROACTIVE)
@pytest.mark.parametrize(
    ("standing", "reason"),
    [
        (Standing(closed=True, frozen=True), "declined"),
        (Standing(superseded=True, paused=True), "superseded"),
        (Standing(suppressed_for="opt_out", silenced=True), "opt_out"),
    ],
)
def test_what_is_over_is_dropped_even_while_it_is_held_up(kind: str, standing: Standing, reason: str) -> None:
    assert ask(kind, standing) == Drop(reason)


@pytest.mark.parametrize("kind", PROACTIVE)
def test_what_the_business_starts_leaves_by_day_alone(kind: str) -> None:
    assert isinstance(ask(kind, Standing()), Leave)
    assert ask(kind, Standing(), FOUR_AT_NIGHT) == Wait(datetime(2026, 3, 10, 12, 0, tzinfo=UTC))


def test_a_reply_leaves_at_any_hour_while_the_conversation_is_live() -> None:
    live = Standing(last_inbound_at=FOUR_AT_NIGHT - REPLY_WITHIN)
    assert ask("reply", live, FOUR_AT_NIGHT) == Leave()


@pytest.mark.parametrize("inbound", [None, FOUR_AT_NIGHT - REPLY_WITHIN - timedelta(minutes=1)])
def test_a_late_reply_waits_for_the_morning(inbound: datetime | None) -> None:
    late = Standing(last_inbound_at=inbound)
    assert ask("reply", late, FOUR_AT_NIGHT) == Wait(datetime(2026, 3, 10, 12, 0, tzinfo=UTC))
    assert isinstance(ask("reply", late, NOON), Leave)


def test_a_reply_of_days_ago_never_leaves() -> None:
    old = Standing(last_inbound_at=NOON, queued_at=NOON - TOO_LATE)
    assert ask("reply", old) == Drop("too_late")
    assert ask("reply", replace(old, queued_at=NOON - TOO_LATE + timedelta(minutes=1))) == Leave()


def test_an_opt_out_is_confirmed_soon_or_not_at_all() -> None:
    asked = Standing(suppressed_for="opt_out", last_inbound_at=FOUR_AT_NIGHT)
    assert ask("farewell", replace(asked, queued_at=FOUR_AT_NIGHT), FOUR_AT_NIGHT) == Leave()
    assert ask("farewell", replace(asked, queued_at=NOON - CONFIRM_WITHIN)) == Drop("too_late")


@pytest.mark.parametrize("kind", ["staff", "emergency", "notice"])
def test_what_a_person_wrote_and_what_is_urgent_knows_no_hours(kind: str) -> None:
    assert ask(kind, Standing(), FOUR_AT_NIGHT) == Leave()


def test_the_bot_does_not_answer_once_staff_have_taken_over() -> None:
    taken = Standing(staff_took_over=True, last_inbound_at=NOON)
    assert ask("reply", taken) == Drop("staff_took_over")
    assert ask("emergency", taken) == Leave()


@pytest.mark.parametrize("kind", ["touch", "callback", "reply"])
def test_a_number_without_any_lawful_hour_gets_nothing(kind: str) -> None:
    assert ask(kind, Standing(), where=NOWHERE) == Drop("no_lawful_time")


def test_a_reply_in_a_live_conversation_needs_no_lawful_hour() -> None:
    assert ask("reply", Standing(last_inbound_at=NOON), where=NOWHERE) == Leave()
