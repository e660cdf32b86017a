"""The learning and calibrating of nlu/model, tried on small numbers with the Python that they run in."""

from __future__ import annotations

import json
import subprocess
from typing import Any

import pytest

from nlu.rasa_process import FOLDER, PYTHON

PROGRAM = """
import json
import numpy as np
import scipy.sparse as sp
from components.learning import Examples, chances, fitted_sureness, learn, parts

random = np.random.default_rng(1)
labels = random.integers(0, 3, 300)
dense = (np.eye(3)[labels] + random.normal(0, 0.3, (300, 3))).astype(np.float32)
sparse = sp.csr_matrix(np.eye(3)[random.permutation(labels)], dtype=np.float32)
examples = Examples(sparse, dense)
first, again = (learn(examples, labels, 3, 10.0, 50) for _ in range(2))
splits = list(parts(labels, 3))
groups = np.array([0, 0, 1])
scores = random.normal(0, 2, (20000, 3))
drawn = np.array([random.choice(3, p=row) for row in chances(scores, 0.5)])
print(json.dumps({
    "right": float((first.scores(examples).argmax(1) == labels).mean()),
    "same": bool((first.dense == again.dense).all() and (first.sparse == again.sparse).all()),
    "judged": sorted(int(row) for _, judged in splits for row in judged),
    "apart": all(not set(learned) & set(judged) for learned, judged in splits),
    "spread": [np.bincount(labels[judged]).tolist() for _, judged in splits],
    "sum": chances(scores, 1.3).sum(axis=1).tolist()[:5],
    "flatter": float(chances(scores, 0.5).max(1).mean() - chances(scores, 1.0).max(1).mean()),
    "sureness": fitted_sureness(scores, groups[drawn], groups),
}))
"""


@pytest.fixture(scope="module")
def told() -> dict[str, Any]:
    done = subprocess.run(
        [PYTHON, "-W", "ignore", "-c", PROGRAM], cwd=FOLDER, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def test_what_can_be_told_apart_is_learned(told: dict[str, Any]) -> None:
    assert told["right"] > 0.9


def test_the_same_examples_give_the_same_weights(told: dict[str, Any]) -> None:
    assert told["same"]


def test_every_example_is_judged_once_by_weights_that_never_saw_it(told: dict[str, Any]) -> None:
    assert told["judged"] == list(range(300))
    assert told["apart"]


def test_every_label_is_spread_evenly_over_the_parts(told: dict[str, Any]) -> None:
    assert all(max(counts) - min(counts) <= 1 for counts in zip(*told["spread"], strict=True))


def test_chances_sum_to_one_and_less_sureness_makes_them_flatter(told: dict[str, Any]) -> None:
    assert told["sum"] == pytest.approx([1.0] * 5)
    assert told["flatter"] < 0


def test_the_sureness_is_found_under_which_the_texts_were_drawn(told: dict[str, Any]) -> None:
    assert told["sureness"] == pytest.approx(0.5, rel=0.1)
