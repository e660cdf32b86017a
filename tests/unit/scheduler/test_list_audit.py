"""The audit of a list: what is counted, what it is worth, and when texting is not worth it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from data import clock
from data.audit_list.findings import Findings
from data.clock import HandClock
from data.imports import open_list
from data.models import Sender
from data.profile import Profile
from scheduler.list_audit import Audit, audit_of
from scheduler.list_costs import Owner, cost_of, days_of_sending, owner_of

HEADER = "name,phone,state,last visit,consent,unhappy,next appointment,total spend,quote date"
NEW_YORK = (("America/New_York",), "state", "NY", "US")


@pytest.fixture(autouse=True)
def a_thursday() -> None:
    clock.use(HandClock(datetime(2026, 3, 5, 13, 0, tzinfo=UTC)))  # 8:00 in New York
    yield
    clock.use()


@pytest.fixture
def audit(tmp_path: Path):
    def run(*lines: str, **options: float) -> Audit:
        path = tmp_path / "list.csv"
        path.write_text("\n".join([HEADER, *lines]) + "\n")
        return audit_of(open_list(path), database=False, **options)

    return run


def test_everybody_is_counted_once_by_person_and_once_by_number(audit):
    done = audit(
        "Sarah Sample,212-555-0123,NY,2025-06-05,,,,,",
        "Tom Sample,212-555-0123,NY,2025-12-20,,,,,",
        "Sarah Sample,212-555-0123,NY,2025-01-05,,,,,",
        "Ann Test,212-555-0124,NY,2024-01-05,,,,,",
        "Bea Test,212-555-0125,NY,2024-01-05,consent,,,,",
        "Cy Test,,NY,2025-01-05,,,,,",
    )
    assert (done.rows, done.people, done.numbers, done.contactable, done.dormant) == (6, 4, 3, 2, 2)
    assert done.by_reason == {"no_phone": 1, "duplicate_in_file": 1, "basis_expired": 1}
    assert {band.name: (band.people, band.contactable) for band in done.silence if band.people} == {
        "0 to 3 months": (1, 1), "6 to 12 months": (1, 1), "over 18 months": (2, 1),
    }  # fmt: skip


def test_who_is_not_to_be_texted_now_is_counted_by_reason(audit):
    done = audit(
        "A One,212-555-0101,NY,2025-06-05,,yes,,,", "B Two,212-555-0102,NY,2025-06-05,,,2026-04-01,,",
        "C Three,212-555-0103,NY,2026-02-05,,,,,", "D Four,212-555-0104,NY,,consent,,,,",
        "E Five,212-555-0105,NY,2025-06-05,,,,,", "F Six,212-555-0106,NY,,,,,,2026-01-20",
    )  # fmt: skip
    assert done.not_now == {"unhappy": 1, "booked": 1, "not_dormant": 1, "undated": 1, "never_converted": 1}
    assert (done.contactable, done.dormant) == (6, 1)
    segments = {segment.key: segment.contactable for segment in done.segments}
    assert (segments["lapsed_customer"], segments["quoted"]) == (3, 1)


def test_what_coming_back_is_worth_goes_by_what_was_said_and_else_by_the_list_s_own_values(audit):
    lines = [f"P{n} Sample,212555{n:04d},NY,2025-06-05,,,,{100 + n % 2 * 100}," for n in range(100, 200)]
    assert audit(*lines, value=300.0).worth == {"5%": 1500.0, "10%": 3000.0}
    done = audit(*lines)
    assert (done.average, done.average_from, done.worth["10%"]) == (150.0, "list", 1500.0)
    assert audit("A One,2125550101,NY,2025-06-05,,,,,").worth == {}


def test_below_200_numbers_it_says_to_telephone_them(audit):
    lines = [f"P{n} Sample,212555{n:04d},NY,2025-06-05,,,,200," for n in range(100, 300)]
    many = audit(*lines)
    assert (many.contactable, many.worth_it) == (200, True)
    few = audit(*lines[1:])
    assert not few.worth_it
    assert "not worth it: only 199" in few.advice
    assert "telephone" in few.advice
    assert not audit(*lines, value=0.5).worth_it  # worth less than the texts cost


def test_a_list_without_any_basis_is_said_to_be_of_no_use(audit):
    done = audit("A One,212-555-0101,NY,,,,,,", "B Two,212-555-0102,NY,,no,,,,")
    assert "refused as a whole" in done.advice


def owner(per_second: float, per_day: int | None = None, **profile: object) -> Owner:
    nobody = owner_of(None, None).business
    nobody.profile = Profile(services=(), hours=(), opener="", callback="", **profile).model_dump(mode="json")
    return owner_of(nobody, Sender(per_second=per_second, per_day=per_day))


def found(numbers: int, place: tuple[object, ...] = NEW_YORK) -> Findings:
    findings = Findings(worth_texting=numbers)
    findings.places[place] = numbers  # type: ignore[index]
    return findings


def test_the_cost_is_that_of_every_sms_segment_of_the_whole_sequence():
    known = owner(1.0, text_price=0.01)
    cost = cost_of(found(1_000), known)
    assert cost.texts == 1_000 * cost.touches
    assert cost.sms_segments == 1_000 * sum(cost.each)
    assert cost.money == pytest.approx(cost.sms_segments * 0.01)
    assert cost_of(found(5, ((), "unknown", None, "XX")), owner(1.0)).money is None


def test_days_of_sending_follow_the_pace_the_daily_cap_and_the_lawful_hours():
    quick = owner(1_000.0)
    cost = cost_of(found(1_000), quick)
    assert days_of_sending(found(1_000), quick, cost) == (1, 1 + cost.last_day)
    capped = owner(1_000.0, 100 * cost.each[0])
    assert days_of_sending(found(1_000), capped, cost)[0] == 10
    slow = owner(0.01)  # some 470 in the 13 lawful hours of a day
    first, _ = days_of_sending(found(1_000), slow, cost)
    assert first == -(-1_000 * cost.each[0] // int(0.01 * 13 * 3600))


def test_where_no_text_may_leave_on_a_sunday_none_is_reckoned_for_it():
    clock.use(HandClock(datetime(2026, 3, 8, 15, 0, tzinfo=UTC)))  # a Sunday
    place = (("America/Chicago",), "state", "MS", "US")
    quick = owner(1_000.0)
    assert days_of_sending(found(10, place), quick, cost_of(found(10, place), quick))[0] == 2
