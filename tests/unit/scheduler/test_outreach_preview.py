"""A sequence over its contacts: the worst cases come up, whatever number passes by."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from actions.words.brief import Brief
from actions.words.step import Step
from data.models import Contact, Person
from scheduler.outreach.preview import LONGEST_VALUE, Preview, preview
from scheduler.outreach.worst_cases import EACH
from tests.unit.scheduler.test_outreach_wording import TODAY, business

STEPS = (
    Step(
        1,
        0,
        "Hi {{ first_name }}, {% if last_visit %}seen {{ last_visit | since }}{% endif %}. {{ business }}",
    ),
    Step(2, 5, "Hello {{ first_name }}, about your {{ extra['Car'] | or_else('car') }}.", tiers="A"),
)


def candidate(number: int, *names: str, **person: object) -> tuple[Contact, Person]:
    persons = [Person(first_name=name, last_name="", **{"extra": {"Car": "old"}, **person}) for name in names]
    return Contact(id=number, phone="+12125550123", country="US", persons=persons), persons[0]


CROWD = [
    candidate(1, "Sarah", last_visit=TODAY - timedelta(days=200)),
    candidate(2, "Wolfeschlegelsteinhausen", last_visit=TODAY - timedelta(days=800)),
    candidate(3, "\u0141ukasz", last_visit=TODAY - timedelta(days=3000)),
    candidate(4, "Holly", "Hugo", last_visit=TODAY - timedelta(days=100)),
    candidate(5, "", extra={}),
    candidate(6, "Tom", last_visit=TODAY - timedelta(days=150), extra={"Car": "x" * 200}),
]


def over(
    crowd: object = CROWD, steps: tuple[Step, ...] = STEPS, brief: Brief | None = None, **other: object
) -> Preview:
    return preview(crowd, steps, brief or Brief(), business(), today=TODAY, **other)  # type: ignore[arg-type]


def who(made: Preview, kind: str) -> list[int]:
    return [case.contact_id for case in made.cases if case.kind == kind]


def test_the_worst_of_each_kind_come_up() -> None:
    made = over()
    assert who(made, "longest")[0] == 6
    assert who(made, "dearest") == [6]
    assert who(made, "encoding") == [3]
    assert who(made, "gaps") == [5]
    assert who(made, "odd_name")[0] == 2
    assert who(made, "longest_away") == [3, 2]
    assert who(made, "household") == [4]
    assert who(made, "nameless") == [5]


def test_a_case_shows_the_text_as_it_would_leave() -> None:
    (case,) = [case for case in over().cases if case.kind == "encoding"]
    assert case.text == "Hi \u0141ukasz, seen some years ago. Example Dental"
    assert (case.step, case.counted.segments, case.because) == (1, 1, "\u0141")
    assert case.cost == pytest.approx(0.0118)


def test_the_totals_are_those_of_all_texts() -> None:
    made = over()
    assert made.contacts == 6
    assert [(total.step, total.texts, total.sms_segments) for total in made.steps] == [(1, 6, 6), (2, 6, 7)]
    assert made.sms_segments == 13
    assert made.cost == pytest.approx(13 * 0.0118, abs=0.005)
    assert list(made.lines())[-1] == "6 contacts, at most 13 SMS segments in all: about 0.15 USD"


def test_a_step_for_some_tiers_counts_for_them_alone() -> None:
    made = over(tiers={number: "A" if number < 3 else "B" for number in range(1, 7)})
    assert [total.texts for total in made.steps] == [6, 2]


def test_of_two_variants_each_contact_gets_one() -> None:
    made = over(steps=(STEPS[0], Step(1, 0, "Hello {{ first_name }}, it is {{ business }}.", variant="b")))
    assert made.sms_segments == 6


def test_whoever_gets_no_text_is_counted_with_the_reason() -> None:
    made = over(
        steps=(Step(1, 0, "Seen {{ last_visit | since }}."),), brief=Brief(never_say=("some years ago",))
    )
    assert dict(made.unusable) == {
        "last_visit has no value for this contact, and the text no fallback": 1,
        'it says "some years ago"': 1,
    }
    assert list(made.unusable_contacts.values()) == [[3], [5]]
    assert made.steps[0].texts == 4


def test_whoever_would_read_of_a_treatment_in_a_health_trade_is_counted_with_that_reason() -> None:
    told = [candidate(1, "Sarah", extra={"Car": "Root canal"}), candidate(2, "Tom")]
    steps = (Step(1, 0, "How is {{ extra['Car'] }}?"),)
    made = preview(told, steps, Brief(), business(health=True), today=TODAY)
    assert dict(made.unusable) == {'it names a treatment or a condition ("root canal")': 1}
    assert made.steps[0].texts == 1


def test_a_text_that_cannot_be_read_is_said_once() -> None:
    made = over(steps=(Step(1, 0, "{{ nope"), STEPS[1]))
    assert len(made.unusable) == 1
    assert [total.step for total in made.steps] == [2]


def test_the_share_that_lacks_a_field_is_what_the_linter_asks_for() -> None:
    made = over()
    assert made.lacking == {"last_visit": pytest.approx(1 / 6), 'extra["Car"]': pytest.approx(1 / 6)}
    assert made.longest == {
        "first_name": "Wolfeschlegelsteinhausen",
        "extra": {"Car": "x" * LONGEST_VALUE},
    }
    assert over(CROWD[:1]).lacking == {"last_visit": 0.0, 'extra["Car"]': 0.0}


def test_without_a_price_no_cost_is_made_up() -> None:
    abroad, person = candidate(1, "Sarah")
    abroad.country = "ZZ"
    made = over([(abroad, person), *CROWD])
    assert made.cost is None
    assert list(made.lines())[-1].endswith("no price is known")


def test_nobody_is_nobody() -> None:
    made = over([])
    assert (made.contacts, made.cases, made.sms_segments, made.cost) == (0, (), 0, 0)


def test_one_pass_is_enough_and_little_is_kept() -> None:
    def stream() -> Iterator[tuple[Contact, Person]]:
        for number in range(300):
            yield candidate(
                number, f"Name{'abc'[number % 3]}", last_visit=date(2025, 1, 1) + timedelta(days=number)
            )

    made = over(stream())
    assert made.contacts == 300
    assert all(len(who(made, kind)) <= EACH for kind in {case.kind for case in made.cases})
    assert len({(case.kind, case.contact_id) for case in made.cases}) == len(made.cases)
