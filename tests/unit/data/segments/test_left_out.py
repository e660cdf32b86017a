"""Whoever must be left alone is never chosen, whatever else is true of them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data import crypto
from data.segments.left_out import REASONS
from data.segments.lookups import Asked, Known
from data.segments.rule import EVERYBODY, Dormant, Rule
from data.segments.score import Scale
from data.segments.sieve import Candidate, Sieve

NOW = datetime(2026, 3, 10, 15, 0, tzinfo=UTC)
TODAY = date(2026, 3, 10)
KEY = b"k" * 32
PHONE = "+12125550123"
MINE, OTHER, BAD_BATCH = 7, 8, 3


def person(**facts: Any) -> SimpleNamespace:
    """Somebody whom nothing speaks against."""
    plain = dict.fromkeys(("quoted_on", "enquired_on", "due_on", "last_service", "value", "visits"))
    return SimpleNamespace(
        **{"id": 1, "relationship": "customer", "last_visit": None, "unhappy": False} | plain | facts
    )


def number(*persons: SimpleNamespace) -> Known:
    """A number that nothing speaks against, as close to each limit as may be."""
    row = SimpleNamespace(
        id=1,
        phone=PHONE,
        country="US",
        state="NY",
        postal_code=None,
        zones=["America/New_York"],
        zones_source="timezone",
        import_batch_id=1,
        cool_until=TODAY - timedelta(days=1),
        archived_at=None,
        reassigned=False,
    )
    return Known(
        row,
        list(persons) or [person()],
        frozenset({"relationship"}),
        had_basis=True,
        replied_at=NOW - timedelta(days=90),
        texted_at=NOW - timedelta(days=30),
        touches=3,
        enrolled_in=[(OTHER, False)],
    )


def change(**facts: Any) -> Callable[[Known], None]:
    def work(known: Known) -> None:
        for name, value in facts.items():
            setattr(known, name, value)

    return work


def change_row(**facts: Any) -> Callable[[Known], None]:
    return lambda known: known.row.__dict__.update(facts)


A_DAY, A_SECOND = timedelta(days=1), timedelta(seconds=1)
FORBIDS: dict[str, tuple[str, Callable[[Known], None]]] = {
    "no basis": ("no_basis", change(basis=frozenset(), had_basis=False)),
    "a basis that has expired": ("basis_expired", change(basis=frozenset())),
    "a list that nobody vouched for": ("unattested", change_row(import_batch_id=BAD_BATCH)),
    "a complaint": ("unhappy", change(complained=True)),
    "a no for a bad experience": ("unhappy", change(closed_reason="bad_experience")),
    "a no": ("declined", change(closed_reason="price")),
    "a visit ahead": ("booked", change(booked=True)),
    "was in this campaign": ("already_in_it", change(enrolled_in=[(OTHER, False), (MINE, False)])),
    "is in another campaign": ("in_a_campaign", change(enrolled_in=[(OTHER, True)])),
    "a person has it": ("with_staff", change(with_staff=True)),
    "a callback": ("in_conversation", change(callback=True)),
    "talked lately": ("in_conversation", change(replied_at=NOW - 90 * A_DAY + A_SECOND)),
    "reassigned": ("reassigned", change_row(reassigned=True)),
    "archived": ("archived", change_row(archived_at=NOW - 900 * A_DAY)),
    "cooling off": ("cooling_off", change_row(cool_until=TODAY)),
    "texted lately": ("recently_contacted", change(texted_at=NOW - 30 * A_DAY + A_SECOND)),
    "as many texts as allowed": ("frequency_cap", change(touches=4)),
}
"""What speaks against a number -> the reason that is then named."""


def sieve(*, suppressed: bool = False, attested_only: bool = False, rule: Rule = EVERYBODY) -> Sieve:
    hashed = {crypto.keyed_hash(KEY, PHONE): "opt_out"} if suppressed else {}
    asked = Asked(1, ZoneInfo("America/New_York"), NOW, timedelta(days=rule.quiet_days), False, TODAY)
    unattested = frozenset({BAD_BATCH}) if attested_only else frozenset()
    return Sieve(rule, asked, KEY, hashed, Scale(1_000), 4, MINE, unattested)


@pytest.mark.parametrize("what", FORBIDS)
def test_each_reason_alone_keeps_a_number_out_and_is_named(what: str) -> None:
    reason, work = FORBIDS[what]
    known = number()
    assert isinstance(sieve(attested_only=True).judge(known, {}), Candidate)
    work(known)
    assert sieve(attested_only=True).judge(known, {}) == reason
    assert reason in REASONS


people = st.lists(
    st.builds(
        person,
        id=st.integers(1, 9),
        relationship=st.sampled_from(["customer", "lead"]),
        last_visit=st.none() | st.dates(date(2020, 1, 1), TODAY),
        value=st.none() | st.floats(0, 3_000),
    ),
    min_size=1,
    max_size=3,
    unique_by=lambda one: one.id,
)


@given(people, st.sets(st.sampled_from(sorted(FORBIDS)), max_size=4), st.booleans(), st.integers(0, 9))
def test_whoever_must_be_left_alone_is_never_chosen_whatever_else_is_true(
    persons: list[SimpleNamespace], forbids: set[str], suppressed: bool, unhappy: int
) -> None:
    known = number(*persons)
    for what in sorted(forbids):
        FORBIDS[what][1](known)
    for one in persons:
        one.unhappy = one.id == unhappy
    verdict = sieve(suppressed=suppressed, attested_only=True).judge(known, {})
    alone = suppressed or bool(forbids) or any(one.unhappy for one in persons)
    assert isinstance(verdict, Candidate) is not alone
    if suppressed:
        assert verdict == "opt_out"


@given(people)
def test_of_a_household_the_most_promising_person_who_is_meant_stands_for_the_number(
    persons: list[SimpleNamespace],
) -> None:
    rule = Rule(relationship=("customer",), over_18_months=True)
    verdict = sieve(rule=rule).judge(number(*persons), {})
    customers = [one for one in persons if one.relationship == "customer"]
    if not customers:
        assert verdict == "not_in_segment"
        return
    assert isinstance(verdict, Candidate)
    alone = [sieve(rule=rule).judge(number(one), {}) for one in customers]
    best = max(one.score for one in alone if isinstance(one, Candidate))
    assert verdict.score == best
    assert verdict.person in {one.id for one in customers}


def test_of_several_reasons_the_one_that_is_for_good_is_named() -> None:
    known = number(person(last_visit=date(2020, 1, 1)))
    known.booked = True
    assert sieve(suppressed=True, rule=Rule()).judge(known, {}) == "opt_out"
    assert sieve(rule=Rule()).judge(known, {}) == "over_18_months"
    assert sieve().judge(known, {}) == "booked"
    assert sieve(rule=Rule(states=("NJ",))).judge(known, {}) == "not_in_segment"


def test_a_tier_that_is_not_wanted_is_another_tier() -> None:
    rule = EVERYBODY.model_copy(update={"tiers": ("A",)})
    assert sieve(rule=rule).judge(number(person(last_visit=date(2020, 1, 1))), {}) == "other_tier"
    assert isinstance(
        sieve(rule=rule).judge(number(person(last_visit=date(2025, 10, 1), visits=6)), {}), Candidate
    )


def test_a_visit_that_was_booked_through_us_counts_as_the_last_one() -> None:
    known = number(person(id=1, last_visit=date(2025, 1, 1)), person(id=2, last_visit=date(2025, 2, 1)))
    known.visited = {2: date(2026, 3, 1)}
    verdict = sieve(rule=Rule(dormant=Dormant(from_months=6))).judge(known, {})
    assert isinstance(verdict, Candidate)
    assert verdict.person == 1
    known.visited = {None: date(2026, 3, 1)}
    assert sieve(rule=Rule(dormant=Dormant(from_months=6))).judge(known, {}) == "not_in_segment"
