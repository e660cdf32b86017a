"""`rekindle openings`: what it reads, what it writes, and how it says that it cannot."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from bot.cli.openings_command import answer_to, command

CASE = {
    "timezone": "America/New_York",
    "now": "2026-03-05T08:00",
    "from": "2026-03-05T00:00",
    "to": "2026-03-06T00:00",
    "hours": [{"days": [4], "start": "9:00", "end": "10:00"}],
    "duration_min": 30,
    "step_min": 30,
}


def answer(**changes):
    case = {key: value for key, value in (CASE | changes).items() if value is not ...}
    return answer_to(json.dumps(case))


def test_an_answer_stands_for_each_line_in_order_and_a_bad_line_has_its_error():
    lines = [json.dumps(CASE), "{", json.dumps(CASE | {"hours": []})]
    ran = CliRunner().invoke(command, input="\n".join(lines) + "\n")
    assert ran.exit_code == 1
    answers = [json.loads(line) for line in ran.stdout.splitlines()]
    assert answers == [
        {"openings": ["2026-03-05T14:00:00Z", "2026-03-05T14:30:00Z"]},
        {"error": "not a line of JSON"},
        {"openings": []},
    ]


def test_a_call_in_which_all_is_well_ends_with_zero():
    ran = CliRunner().invoke(command, input=json.dumps(CASE) + "\n\n")
    assert (ran.exit_code, ran.stderr) == (0, "")


def test_naive_times_are_local_and_times_with_an_offset_are_not():
    naive = answer(busy=[{"start": "2026-03-05T09:00", "end": "2026-03-05T09:30"}])
    aware = answer(busy=[{"start": "2026-03-05T14:00:00Z", "end": "2026-03-05T15:30:00+01:00"}])
    assert naive == aware == {"openings": ["2026-03-05T14:30:00Z"]}


def test_a_bare_date_is_the_whole_local_day():
    assert answer(busy=[{"start": "2026-03-05", "end": "2026-03-05"}]) == {"openings": []}
    assert answer(busy=[{"start": "2026-03-05"}]) == {"openings": []}
    assert len(answer(busy=[{"start": "2026-03-03", "end": "2026-03-04"}])["openings"]) == 2


def test_a_busy_time_that_a_spring_change_turns_round_is_no_time_at_all():
    night = answer(
        **{"from": "2026-03-08T00:00", "to": "2026-03-09T00:00"},
        hours=[{"days": [7], "start": "03:00", "end": "04:00"}],
        busy=[{"start": "2026-03-08T02:45", "end": "2026-03-08T03:15"}],
    )
    assert len(night["openings"]) == 2


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"timezone": "Nowhere/Atall"}, "timezone"),
        ({"timezone": 5}, "timezone"),
        ({"to": ...}, "to is missing"),
        ({"to": "tomorrow"}, "to: not an ISO time"),
        ({"step_min": ...}, "above 0"),
        ({"duration_min": 2.5}, "duration_min"),
        ({"notice_min": -5}, "negative"),
        ({"hours": [{"days": [0], "start": "09:00", "end": "10:00"}]}, "days"),
        ({"hours": [{"days": [1], "start": "9", "end": "10:00"}]}, "not a time of day"),
        ({"hours": {"days": [1]}}, "not a list"),
        ({"overrides": [{"date": "2026-02-30", "ranges": []}]}, "not a date"),
        ({"busy": ["2026-03-05"]}, "not a list of objects"),
        ({"busy": [{"start": "2026-03-05T11:00", "end": "2026-03-05T10:00"}]}, "after"),
        ({"to": "9999-12-31T23:59:59"}, "out of range"),
    ],
)
def test_what_cannot_be_read_is_named(changes, said):
    assert said in answer(**changes)["error"]


def test_a_line_that_is_no_object_is_an_error():
    assert answer_to("[]") == {"error": "a case is a JSON object"}
