"""Whoever must be left alone is never chosen, whatever else is true of them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from data import crypto
from data.segments.left_out import REASONS
from data.segments.lookups import Asked, Known
from data.segments.rule import EVERYBODY, Rule
from data.segments.score import Scale
from data.segments.sieve import Candidate, Sieve

NOW = datetime(2026, 3, 10, 15, 0, tzinfo=UTC)
TODAY = date(2026, 3, 10)
KEY = b"k" * 32
PHONE = "+12125550123"
MINE, OTHER, BAD_BATCH = 7, 8, 3


def moments(around: int) -> st.SearchStrategy[datetime | None]:
    """Moments up to so many days ago and back again, so that each side of a limit is met often."""
    return st.none() | st.integers(0, 2 * around).map(lambda days: NOW - timedelta(days=days, seconds=1))


persons = st.builds(
    SimpleNamespace,
    id=st.integers(1, 9),
    relationship=st.sampled_from(["customer", "lead"]),
    last_visit=st.none() | st.dates(date(2020, 1, 1), TODAY),
    quoted_on=st.none(),
    enquired_on=st.none(),
    due_on=st.none(),
    last_service=st.none(),
    value=st.none() | st.floats(0, 3_000),
    visits=st.none(),
    unhappy=st.sampled_from([False, False, False, True]),
)
rows = st.builds(
    SimpleNamespace,
    id=st.just(1),
    phone=st.just(PHONE),
    country=st.just("US"),
    state=st.just("NY"),
    postal_code=st.none(),
    zones=st.just(["America/New_York"]),
    zones_source=st.just("timezone"),
    import_batch_id=st.sampled_from([None, 1, BAD_BATCH]),
    cool_until=st.none() | st.integers(-2, 2).map(lambda days: TODAY + timedelta(days=days)),
    archived_at=st.sampled_from([None, None, None, NOW]),
    reassigned=st.sampled_from([False, False, False, True]),
)
rarely = st.sampled_from([False, False, False, True])
numbers = st.builds(
    Known,
    rows,
    persons=st.lists(persons, min_size=1, max_size=3),
    basis=st.sampled_from([frozenset({"consent"}), frozenset({"relationship"}), frozenset()]),
    had_basis=st.booleans(),
    closed_reason=st.sampled_from([None, None, None, "price", "bad_experience"]),
    replied_at=moments(90),
    with_staff=rarely,
    complained=rarely,
    callback=rarely,
    booked=rarely,
    visited=st.just({}),
    enrolled_in=st.lists(st.tuples(st.sampled_from([MINE, OTHER]), st.booleans()), max_size=2),
    texted_at=moments(30),
    touches=st.integers(0, 5),
)


def sieve(*, suppressed: bool = False, attested_only: bool = False, rule: Rule = EVERYBODY) -> Sieve:
    hashed = {crypto.keyed_hash(KEY, PHONE): "opt_out"} if suppressed else {}
    asked = Asked(1, ZoneInfo("America/New_York"), NOW, timedelta(days=rule.quiet_days), False, TODAY)
    unattested = frozenset({BAD_BATCH}) if attested_only else frozenset()
    return Sieve(rule, asked, KEY, hashed, Scale(1_000), 4, MINE, unattested)


def must_be_left_alone(known: Known, suppressed: bool, attested_only: bool) -> dict[str, Any]:
    """Everything that forbids it, each said on its own; which reason is named first does not matter here."""
    row = known.row
    return {
        "opt_out": suppressed,
        "no_basis": not known.basis,
        "basis_expired": not known.basis,
        "unattested": attested_only and row.import_batch_id == BAD_BATCH,
        "unhappy": known.complained
        or known.closed_reason == "bad_experience"
        or any(person.unhappy for person in known.persons),
        "declined": known.closed_reason is not None,
        "booked": known.booked,
        "already_in_it": any(campaign == MINE for campaign, _ in known.enrolled_in),
        "in_a_campaign": any(still for _, still in known.enrolled_in),
        "with_staff": known.with_staff,
        "in_conversation": known.callback
        or (known.replied_at is not None and (NOW - known.replied_at).days < 90),
        "reassigned": row.reassigned,
        "archived": row.archived_at is not None,
        "cooling_off": row.cool_until is not None and row.cool_until >= TODAY,
        "recently_contacted": known.texted_at is not None and (NOW - known.texted_at).days < 30,
        "frequency_cap": known.touches >= 4,
    }


@settings(max_examples=250)
@given(numbers, rarely, st.booleans())
def test_whoever_must_be_left_alone_is_never_chosen_and_everybody_else_is(
    known: Known, suppressed: bool, attested_only: bool
) -> None:
    forbids = must_be_left_alone(known, suppressed, attested_only)
    verdict = sieve(suppressed=suppressed, attested_only=attested_only).judge(known, {})
    if isinstance(verdict, Candidate):
        assert not any(forbids.values()), forbids
    else:
        assert forbids[verdict], verdict
        assert verdict in REASONS


@given(numbers)
def test_of_a_household_the_most_promising_person_who_is_meant_stands_for_the_number(known: Known) -> None:
    clean = Known(known.row, known.persons, frozenset({"relationship"}))
    for person in clean.persons:
        person.unhappy = False
    known.row.reassigned, known.row.archived_at, known.row.cool_until = False, None, None
    rule = Rule(relationship=("customer",), over_18_months=True)
    verdict = sieve(rule=rule).judge(clean, {})
    customers = [person for person in known.persons if person.relationship == "customer"]
    if not customers:
        assert verdict == "not_in_segment"
        return
    assert isinstance(verdict, Candidate)
    alone = [sieve(rule=rule).judge(Known(known.row, [one], clean.basis), {}) for one in customers]
    assert verdict.score == max(one.score for one in alone if isinstance(one, Candidate))
    assert verdict.person in {person.id for person in customers}


def test_of_the_reasons_the_one_that_is_for_good_is_named() -> None:
    base: dict[str, Any] = {
        "id": 1, "phone": PHONE, "country": "US", "state": None, "postal_code": None, "zones": [],
        "zones_source": "unknown", "import_batch_id": None, "cool_until": TODAY, "archived_at": None,
        "reassigned": False,
    }  # fmt: skip
    person = SimpleNamespace(
        id=1, relationship="customer", last_visit=date(2020, 1, 1), quoted_on=None, enquired_on=None,
        due_on=None, last_service=None, value=None, visits=None, unhappy=False,
    )  # fmt: skip
    known = Known(SimpleNamespace(**base), [person], frozenset({"relationship"}), booked=True)
    assert sieve(suppressed=True, rule=Rule()).judge(known, {}) == "opt_out"
    assert sieve(rule=Rule()).judge(known, {}) == "over_18_months"
    assert sieve().judge(known, {}) == "booked"
    assert sieve(rule=Rule(states=("NY",))).judge(known, {}) == "not_in_segment"
    assert (
        sieve(rule=EVERYBODY.model_copy(update={"tiers": ("A",)})).judge(
            Known(SimpleNamespace(**base | {"cool_until": None}), [person], known.basis), {}
        )
        == "other_tier"
    )
