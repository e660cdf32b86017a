"""What the trained model finds of each intent in texts that it never saw, and how sure it says it is."""

from __future__ import annotations

from collections import defaultdict
from functools import cache
from pathlib import Path

import yaml

from nlu.rasa import Rasa

HELD_OUT = Path(__file__).resolve().parents[2] / "held_out"
FLOOR = 0.93  # of all texts; 0.95 when this was written
FLOOR_OF_ONE = 0.75
CANNOT_BE_MISSED = {"human": 0.95, "complaint": 0.95}
MOST_OFF = 0.05  # ten bins
MOST_WRONG_WHEN_SURE = 0.03

Heard = tuple[str, str, float]
"""The intent that a text has, the one that was heard, and how surely."""


@cache
def heard(url: str, token: str) -> list[Heard]:
    model = Rasa(url, token, timeout=20)
    found = []
    for path in sorted(HELD_OUT.glob("*.yml")):
        for label, texts in yaml.safe_load(path.read_text(encoding="utf-8")).items():
            for text in texts:
                first = model.parse(text)[0]
                found.append((label.partition(".")[0], first.intent, first.confidence))
    return found


def test_no_intent_is_missed_often_and_those_that_need_a_person_hardly_ever(rasa: Rasa) -> None:
    marks: defaultdict[str, list[bool]] = defaultdict(list)
    for meant, intent, _ in heard(rasa.url, rasa.token):
        marks[meant].append(meant == intent)
    shares = {intent: sum(found) / len(found) for intent, found in marks.items()}
    low = {i: round(s, 3) for i, s in shares.items() if s < CANNOT_BE_MISSED.get(i, FLOOR_OF_ONE)}
    assert low == {}
    assert sum(map(sum, marks.values())) / sum(map(len, marks.values())) >= FLOOR


def test_a_confidence_is_about_the_share_of_right_answers(rasa: Rasa) -> None:
    bins: defaultdict[int, list[tuple[float, bool]]] = defaultdict(list)
    everything = heard(rasa.url, rasa.token)
    for meant, intent, sure in everything:
        bins[min(9, int(sure * 10))].append((sure, meant == intent))
    gaps = [abs(sum(sure for sure, _ in found) - sum(ok for _, ok in found)) for found in bins.values()]
    assert sum(gaps) / len(everything) <= MOST_OFF


def test_who_is_heard_for_sure_is_hardly_ever_misunderstood(rasa: Rasa) -> None:
    sure = [meant == intent for meant, intent, confidence in heard(rasa.url, rasa.token) if confidence > 0.9]
    assert 1 - sum(sure) / len(sure) <= MOST_WRONG_WHEN_SURE
