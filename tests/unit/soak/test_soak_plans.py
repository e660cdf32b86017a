"""What the soak plans: talks whose answers can be told apart, made-up people, kills in every part."""

from __future__ import annotations

import random
from collections import Counter
from datetime import UTC, datetime

from soak import lines
from soak.killer import SHARES, targets
from soak.people import BUSINESS_PHONE, STAFF_PHONE, make_up
from soak.stage import ROOM, ZONE, to_lawful_hours

from actions.lawful_hours import is_lawful
from data import business_file
from data.whereabouts import Whereabouts

PLANS = [lines.plan(random.Random(seed)) for seed in range(500)]


def test_every_answer_is_known_by_words_of_the_owners_that_stand_in_no_other_answer() -> None:
    answers = [entry.answer for entry in business_file.read_file(business_file.SAMPLE).faq]
    for question in lines.QUESTIONS:
        assert len([answer for answer in answers if question.answer in answer]) == 1, question


def test_nobody_asks_the_same_twice_or_two_things_that_would_be_read_as_one() -> None:
    for steps in PLANS:
        asked = [question for step in steps if isinstance(step, lines.Ask) for question in step.questions]
        asked += [step.question for step in steps if isinstance(step, lines.Stop) and step.question]
        assert len(set(asked)) == len(asked)
        for step in steps:
            if isinstance(step, lines.Ask):
                assert sum(question.about_a_service for question in step.questions) < 2


def test_after_a_stop_nothing_is_said() -> None:
    stops = [steps for steps in PLANS if any(isinstance(step, lines.Stop) for step in steps)]
    assert len(stops) > 100
    assert all(isinstance(steps[-1], lines.Stop) for steps in stops)


def test_people_have_numbers_of_their_own_and_none_that_is_somebodys() -> None:
    phones = [person.phone for person in make_up(600, seed=3)]
    assert len(set(phones)) == 600
    assert not {BUSINESS_PHONE, STAFF_PHONE} & set(phones)
    assert all(phone[5:10] == "55501" for phone in phones)
    assert make_up(20, seed=3) == make_up(20, seed=3) != make_up(20, seed=4)


def test_the_kills_reach_every_part_and_are_the_same_for_a_seed() -> None:
    thirty = targets(30, random.Random(1))
    assert len(thirty) == 30
    assert set(Counter(thirty)) == set(SHARES)
    assert thirty == targets(30, random.Random(1)) != targets(30, random.Random(2))


def test_a_soak_begins_in_lawful_hours_whenever_it_is_started() -> None:
    where = Whereabouts((ZONE,), "timezone", "NY", "US")
    for hour in range(0, 24 * 40, 5):
        now = datetime.fromtimestamp(1_795_000_000 + 3600 * hour, UTC)
        begins = now + to_lawful_hours(now)
        assert is_lawful(begins, where)
        assert is_lawful(begins + ROOM, where)
