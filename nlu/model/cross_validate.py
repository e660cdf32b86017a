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
    import yaml

    away = set(held_out)
    examples = defaultdict(list)
    for index, (label, text) in enumerate(rows):
        if index not in away:
            examples[label].append(f"- {text}")
    blocks = [{"intent": label, "examples": "\n".join(texts) + "\n"} for label, texts in examples.items()]
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data.yml"
        data.write_text(
            yaml.safe_dump({"version": "3.1", "nlu": blocks}, allow_unicode=True), encoding="utf-8"
        )
        model = quietly_train(data, folder)
        return asyncio.run(ask(model, [rows[index] for index in held_out]))


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
    """Precision, recall and F1 of each intent, then the summary."""
    meant, heard = Counter(m for m, _, _ in judged), Counter(h for _, h, _ in judged)
    right = Counter(m for m, h, _ in judged if m == h)
    lines, scores = ["| intent | sentences | precision | recall | F1 |", "|---|--:|--:|--:|--:|"], []
    for intent in sorted(meant):
        precision, recall = right[intent] / max(1, heard[intent]), right[intent] / meant[intent]
        scores.append(2 * precision * recall / max(1e-9, precision + recall))
        lines.append(f"| {intent} | {meant[intent]} | {precision:.2f} | {recall:.2f} | {scores[-1]:.2f} |")
    accuracy = sum(right.values()) / len(judged)
    return "\n".join(
        [
            *lines,
            "",
            f"Accuracy {accuracy:.3f}, mean F1 {statistics.mean(scores):.3f}, "
            f"calibration error {calibration_error(judged):.3f}.",
        ]
    )


def calibration_error(judged: list[Judged]) -> float:
    """The mean gap between confidence and share of right answers, over ten bins, by their size."""
    bins = defaultdict(list)
    for meant, heard, confidence in judged:
        bins[min(9, int(confidence * 10))].append((confidence, meant == heard))
    gaps = [abs(sum(c for c, _ in rows) - sum(ok for _, ok in rows)) for rows in bins.values()]
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
    rows = sentences()
    print(table([one for part in folds(rows, arguments.folds) for one in judge(rows, part)]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
