"""Cross-validates the pipeline of config.yml over the training sentences; prints a Markdown table.

    nlu/model/.venv/bin/python nlu/model/cross_validate.py [--folds 5]

Each fold is trained and asked through Rasa itself, exactly as it is served. The labels of one intent are
summed, as the service does. The calibration error compares, in ten bins, how sure the model was with how
often it was right.
"""

import argparse
import asyncio
import logging
import os
import statistics
import sys
import tempfile
import warnings
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

from train import HERE, QUIET, SEED, quietly_train, sentences

Judged = tuple[str, str, float]
"""The intent that a text has, the one that was heard, and how sure the model was."""


def folds(rows: list[tuple[str, str]], count: int) -> list[list[int]]:
    """The indices of each fold, every label spread evenly over them."""
    import random

    by_label = defaultdict(list)
    for index, (label, _) in enumerate(rows):
        by_label[label].append(index)
    parts: list[list[int]] = [[] for _ in range(count)]
    shuffler, place = random.Random(SEED), 0
    for label in sorted(by_label):
        shuffler.shuffle(by_label[label])
        for index in by_label[label]:
            parts[place % count].append(index)
            place += 1
    return parts


def judge(rows: list[tuple[str, str]], held_out: list[int]) -> list[Judged]:
    """Trains on all rows but the held-out ones, and asks for those."""
    with tempfile.TemporaryDirectory() as folder:
        model = quietly_train(written(rows, held_out, Path(folder)), folder)
        return asyncio.run(ask(model, [rows[index] for index in held_out]))


def written(rows: list[tuple[str, str]], held_out: list[int], folder: Path) -> Path:
    """A file in the folder with all rows but the held-out ones, as Rasa reads it."""
    import yaml

    away = set(held_out)
    examples = defaultdict(list)
    for index, (label, text) in enumerate(rows):
        if index not in away:
            examples[label].append(f"- {text}")
    blocks = [{"intent": label, "examples": "\n".join(texts) + "\n"} for label, texts in examples.items()]
    data = folder / "data.yml"
    data.write_text(yaml.safe_dump({"version": "3.1", "nlu": blocks}, allow_unicode=True), encoding="utf-8")
    return data


async def ask(model: Path, rows: list[tuple[str, str]]) -> list[Judged]:
    """What the model at that path hears in each text."""
    import rasa.utils.log_utils
    from rasa.core.agent import Agent

    rasa.utils.log_utils.configure_structlog(logging.ERROR)
    agent = Agent.load(str(model))
    judged = []
    for label, text in rows:
        answer: dict[str, Any] = await agent.parse_message(text.lstrip("/"))
        total: Counter[str] = Counter()
        for row in answer["intent_ranking"]:
            total[row["name"].partition(".")[0]] += row["confidence"]
        heard, confidence = total.most_common(1)[0]
        judged.append((label.partition(".")[0], heard, min(1.0, confidence)))
    return judged


def table(judged: list[Judged]) -> str:
    """Precision, recall and F1 of each intent, then the summary and how often each confidence was right."""
    lines = ["| intent | sentences | precision | recall | F1 |", "|---|--:|--:|--:|--:|"]
    for intent, (count, precision, recall) in scores(judged).items():
        both = f1(precision, recall)
        lines.append(f"| {intent} | {count} | {precision:.2f} | {recall:.2f} | {both:.2f} |")
    summary = (
        f"Accuracy {accuracy(judged):.3f}, mean F1 {mean_f1(judged):.3f}, "
        f"calibration error {calibration_error(judged):.3f}."
    )
    curve = ["| confidence | texts | mean confidence | right |", "|---|--:|--:|--:|"]
    for place, rows in sorted(bins(judged).items()):
        sure, right = (statistics.mean(row[part] for row in rows) for part in (0, 1))
        curve.append(
            f"| {place / 10:.1f} to {place / 10 + 0.1:.1f} | {len(rows)} | {sure:.2f} | {right:.2f} |"
        )
    return "\n".join([*lines, "", summary, "", *curve])


def scores(judged: list[Judged]) -> dict[str, tuple[int, float, float]]:
    """How many texts each intent has, its precision and its recall."""
    meant, heard = Counter(m for m, _, _ in judged), Counter(h for _, h, _ in judged)
    right = Counter(m for m, h, _ in judged if m == h)
    return {i: (meant[i], right[i] / max(1, heard[i]), right[i] / meant[i]) for i in sorted(meant)}


def f1(precision: float, recall: float) -> float:
    """The harmonic mean of both."""
    return 2 * precision * recall / max(1e-9, precision + recall)


def mean_f1(judged: list[Judged]) -> float:
    """The mean over the intents."""
    return statistics.mean(f1(precision, recall) for _, precision, recall in scores(judged).values())


def accuracy(judged: list[Judged]) -> float:
    """The share of texts that were heard as what they are."""
    return sum(meant == heard for meant, heard, _ in judged) / len(judged)


def bins(judged: list[Judged]) -> dict[int, list[tuple[float, bool]]]:
    """(confidence, whether right) of each text, in ten bins by confidence."""
    found = defaultdict(list)
    for meant, heard, confidence in judged:
        found[min(9, int(confidence * 10))].append((confidence, meant == heard))
    return found


def calibration_error(judged: list[Judged]) -> float:
    """The mean gap between confidence and share of right answers, over ten bins, by their size."""
    gaps = [abs(sum(c for c, _ in rows) - sum(ok for _, ok in rows)) for rows in bins(judged).values()]
    return sum(gaps) / len(judged)


def main() -> int:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--folds", type=int, default=5)
    arguments = parser.parse_args()
    os.environ.update(QUIET)
    os.chdir(HERE)
    logging.disable(logging.WARNING)
    warnings.simplefilter("ignore")
    from components import minilm

    minilm.REMEMBERED = 20_000  # what a text means does not change from fold to fold
    rows = sentences()
    print(table([one for part in folds(rows, arguments.folds) for one in judge(rows, part)]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
