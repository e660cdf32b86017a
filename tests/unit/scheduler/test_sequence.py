"""Which touch follows for whom and when, what ends a sequence, and the ceilings over all of them; pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

import pytest

from actions.frequency import Caps, Lately, allowed_from
from scheduler.outreach.sequence import ANSWER_WITHIN, NOTHING_FOLLOWS, Progress, after, over_for, touch_at

NOW = datetime(2026, 3, 10, 15, tzinfo=UTC)
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Step:
    step: int
    day: int
    variant: str = "a"
    tiers: str = ""


THREE = (Step(1, 0), Step(2, 5), Step(3, 12))


def follows(sent: Step, steps: tuple[Step, ...] = THREE, **known: object) -> tuple[int, timedelta]:
    given: dict[str, object] = {"began_at": NOW, "now": NOW, "gap_days": 3} | known
    following = after(steps, sent, "a", "A", **given)  # type: ignore[arg-type]
    return following.step, following.due_at - NOW


def test_touches_follow_on_their_days_counted_from_the_first() -> None:
    assert follows(THREE[0]) == (2, 5 * DAY)
    assert follows(THREE[1], began_at=NOW - 5 * DAY) == (3, 7 * DAY)


def test_two_touches_are_never_closer_than_the_gap_whatever_their_days_say() -> None:
    assert follows(THREE[1], began_at=NOW - 11 * DAY) == (3, 3 * DAY)
    assert follows(THREE[1], began_at=NOW - 11 * DAY, gap_days=6) == (3, 6 * DAY)
    assert follows(THREE[1], began_at=NOW - 11 * DAY, gap_days=0) == (3, 3 * DAY)


def test_after_the_last_touch_an_answer_is_waited_for() -> None:
    assert follows(THREE[2]) == (NOTHING_FOLLOWS, ANSWER_WITHIN)
    assert touch_at(THREE, NOTHING_FOLLOWS, "a", "A") is None


def test_a_touch_for_other_tiers_is_passed_over() -> None:
    steps = (Step(1, 0), Step(2, 5, tiers="A"), Step(3, 12))
    assert touch_at(steps, 2, "a", "A") == steps[1]
    assert touch_at(steps, 2, "a", "B") == steps[2]


def test_a_step_without_words_of_the_contacts_variant_has_those_of_the_first() -> None:
    steps = (Step(1, 0), Step(1, 0, variant="b"), Step(2, 5))
    assert touch_at(steps, 1, "b", "") == steps[1]
    assert touch_at(steps, 2, "b", "") == steps[2]


TODAY = date(2026, 3, 10)
QUIET = Progress(enrolled_at=NOW - 9 * DAY, enrolled_on=date(2026, 3, 1), began_at=NOW - 8 * DAY)


@pytest.mark.parametrize(
    ("known", "reason"),
    [
        ({}, None),
        ({"last_inbound_at": NOW}, "replied"),
        ({"last_inbound_at": NOW - 30 * DAY}, None),
        ({"last_visit": date(2026, 3, 2)}, "visited"),
        ({"last_visit": date(2026, 3, 1)}, None),
        ({"booked_until": TODAY}, "booked_elsewhere"),
        ({"booked_until": date(2026, 3, 9)}, None),
        ({"called_at": NOW - DAY}, "called"),
        ({"called_at": NOW - 20 * DAY}, None),
        ({"archived": True}, "archived"),
        ({"with_staff": True}, "with_staff"),
        ({"staff_took_over": True}, "staff_took_over"),
        ({"frozen": True}, "frozen"),
    ],
)
def test_each_road_by_which_a_sequence_ends(known: dict[str, object], reason: str | None) -> None:
    assert over_for(replace(QUIET, **known), TODAY) == reason  # type: ignore[arg-type]


CAPS = Caps(gap_days=3, touches_in_30_days=4, per_day=3)


def test_no_ceiling_holds_back_the_first_touch() -> None:
    assert allowed_from("touch", Lately(), CAPS, NOW) == NOW


def test_the_fifth_touch_within_thirty_days_waits_until_the_first_is_thirty_days_old() -> None:
    touches = tuple(NOW - days * DAY for days in (25, 20, 15, 10))
    assert allowed_from("touch", Lately(touches, touches), CAPS, NOW) == NOW + 5 * DAY
    assert allowed_from("callback", Lately(touches, touches), CAPS, NOW) == NOW


def test_touches_of_different_campaigns_keep_the_gap_too() -> None:
    assert allowed_from("touch", Lately((NOW - DAY,), (NOW - DAY,)), CAPS, NOW) == NOW + 2 * DAY


def test_the_fourth_text_of_any_kind_within_a_day_waits_but_for_a_reminder() -> None:
    started = tuple(NOW - timedelta(hours=hours) for hours in (23, 5, 1))
    assert allowed_from("nudge", Lately((), started), CAPS, NOW) == NOW + timedelta(hours=1)
    assert allowed_from("reminder", Lately((), started), CAPS, NOW) == NOW
