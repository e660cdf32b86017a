"""The sample FAQ asked as people text: right answers, or a person; never another entry's answer."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from pathlib import Path

import yaml

from actions.decide import decide
from actions.decision import HandOver
from actions.state import State
from nlu.ladder import understand
from nlu.likeness import Likeness
from nlu.pending import Pending
from nlu.rasa import Rasa
from tests.unit.actions.picture import picture

QUESTIONS = Path(__file__).resolve().parents[2] / "held_out" / "faq" / "questions.yml"
BROAD = {"services", "staff_people"}
"""What they answer is true of any "do you do …?" or "who …?", though no entry may name the thing."""


@cache
def outcomes(url: str, token: str) -> dict[str, list[tuple[str, str]]]:
    """What became of each question: `right`, `person`, `wrong` or `back` (asked back); with what answered."""
    model, seen = Rasa(url, token, timeout=20), picture()
    likeness = Likeness(model)
    entries = [(entry.question, entry.answer) for entry in seen.business.faq]
    found: dict[str, list[tuple[str, str]]] = {"right": [], "person": [], "wrong": [], "back": []}
    for label, texts in yaml.safe_load(QUESTIONS.read_text(encoding="utf-8")).items():
        topic, _, service = label.partition("/")
        for text in texts:
            heard = understand(
                text, now=datetime(2026, 3, 5, 10), zone="America/New_York", pending=Pending(), model=model
            )
            decision = decide(State(), likeness.measured(heard, entries), seen)
            answers = [
                entry for entry in seen.business.faq if (decision.reply or "").startswith(entry.answer)
            ]
            to_person = any(isinstance(effect, HandOver) for effect in decision.effects)
            if answers:
                kind = (
                    "right"
                    if any((e.topic, e.service or "") == (topic, service) for e in answers)
                    else "wrong"
                )
                found[kind].append((text, answers[0].topic))
            else:
                found["person" if to_person else "back"].append((text, label))
    return found


def test_a_question_is_answered_by_its_own_entry(rasa: Rasa) -> None:
    found = outcomes(rasa.url, rasa.token)
    assert len(found["right"]) >= 58  # of 68


def test_what_no_entry_answers_gets_no_other_entrys_answer(rasa: Rasa) -> None:
    wrong = [(text, topic) for text, topic in outcomes(rasa.url, rasa.token)["wrong"] if topic not in BROAD]
    assert len(wrong) <= 2, wrong


def test_what_no_entry_answers_goes_to_a_person(rasa: Rasa) -> None:
    nobody = [text for text, label in outcomes(rasa.url, rasa.token)["person"] if label == "nobody"]
    assert len(nobody) >= 22  # of 35
