"""`rekindle nlu parse` as somebody outside uses it: JSON lines in, JSON lines out."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[3]
KEYS = {"id", "intent", "topic", "intents", "confidence", "opt_out", "emergency", "when", "not_when"}
COMMAND = [sys.executable, "-c", "from bot.cli import main; main()", "nlu", "parse"]


def line(number: int, text: str, asked: str | None = None, **more: Any) -> str:
    row = {"id": number, "text": text, "now": "2026-03-05T10:00:00", "timezone": None, "asked": asked, **more}
    return json.dumps(row)


def run(*lines: str, options: tuple[str, ...] = (), env: Mapping[str, str] | None = None):
    done = subprocess.run(
        [*COMMAND, *options],
        input="\n".join(lines) + "\n",
        capture_output=True,
        text=True,
        timeout=180,
        cwd=ROOT,
        env={**os.environ, "RASA_URL": "", **(env or {})},
        check=False,
    )
    return done, [json.loads(answer) for answer in done.stdout.splitlines()]


def test_times_come_back_local_and_in_order_without_a_model() -> None:
    done, answers = run(line(1, "tomorrow at 3pm"), "", line(2, "hello there"), options=("--only", "when"))
    assert done.returncode == 0
    assert [answer["id"] for answer in answers] == [1, 2]
    assert answers[0]["when"][0]["start"] == "2026-03-06T15:00:00"
    assert answers[0]["when"][0]["grain"] in ("minute", "hour")
    assert answers[1]["when"] == []
    assert all(set(answer) == KEYS for answer in answers)


def test_a_moment_with_an_offset_is_taken_into_the_zone() -> None:
    asked = line(1, "today", now="2026-03-06T03:00:00+00:00", timezone="America/New_York")
    _, answers = run(asked, options=("--only", "when"))
    assert answers[0]["when"][0]["start"].startswith("2026-03-05")


@pytest.mark.parametrize(
    ("bad", "line_id"),
    [
        ("no json", None),
        ("[1]", None),
        ('{"id": "a"}', "a"),
        ('{"id": "b", "text": "hi", "now": "yesterday"}', "b"),
        ('{"id": "c", "text": "hi", "timezone": "Mars/Base"}', "c"),
        ('{"id": "d", "text": "hi", "timezone": "../etc"}', "d"),
        ('{"id": "e", "text": "hi", "asked": 7}', "e"),
    ],
)
def test_a_bad_line_is_answered_with_its_error_and_the_rest_goes_on(bad: str, line_id: str | None) -> None:
    done, answers = run(bad, line(2, "friday"), options=("--only", "when"))
    assert done.returncode == 1
    assert answers[0].keys() == {"id", "error"}
    assert answers[0]["id"] == line_id
    assert answers[1]["when"]


def test_no_lines_in_means_no_lines_out_and_no_model() -> None:
    done, answers = run("")
    assert (done.returncode, answers, done.stderr) == (0, [], "")


@pytest.fixture(scope="module")
def conversation() -> dict[int, dict[str, Any]]:
    """One call that starts the model itself, over texts of every rung."""
    done, answers = run(
        line(1, "STOP"),
        line(2, "yes please", "offer_to_book"),
        line(3, "how much does a cleaning cost?"),
        line(4, "thursday after 3", "which_time"),
        line(5, "I think I am having a heart attack"),
        line(6, "can I stop by tomorrow?"),
        env={"RASA_URL": "http://127.0.0.1:9"},  # nothing answers there
    )
    assert done.returncode == 0, done.stderr
    assert [answer["id"] for answer in answers] == [1, 2, 3, 4, 5, 6]
    assert "RASA_URL" in done.stderr
    return {answer["id"]: answer for answer in answers}


def test_every_answer_has_the_keys_of_the_contract(conversation: dict[int, dict[str, Any]]) -> None:
    assert all(set(answer) == KEYS for answer in conversation.values())
    for answer in conversation.values():
        assert answer["intents"][0]["intent"] == answer["intent"]
        assert answer["intents"][0].keys() == {"intent", "topic", "confidence"}
        assert 0 <= answer["confidence"] <= 1


def test_only_a_real_opt_out_is_one(conversation: dict[int, dict[str, Any]]) -> None:
    assert {number for number, answer in conversation.items() if answer["opt_out"]} == {1}
    assert conversation[1]["confidence"] == 1.0


def test_only_danger_to_life_is_an_emergency(conversation: dict[int, dict[str, Any]]) -> None:
    assert {number for number, answer in conversation.items() if answer["emergency"]} == {5}


def test_the_question_asked_and_the_model_both_have_their_say(
    conversation: dict[int, dict[str, Any]],
) -> None:
    assert conversation[2]["intent"] == "affirm"
    assert (conversation[3]["intent"], conversation[3]["topic"]) == ("question", "price")
    assert conversation[4]["intent"] == "choose"
    assert conversation[4]["when"][0]["start"] == "2026-03-12T15:00:00"  # said on a Thursday: the next one
