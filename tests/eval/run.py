"""`make eval`: how well texts are understood, as one table.

    [EVAL=FOLDER] .venv/bin/python tests/eval/run.py [--write FILE]

Always: the project's own held-out texts (tests/held_out/*.yml), how sure the ladder was beside how often it
was right, and which rung settles the texts of the rehearsals. With EVAL, a folder that holds score.py and its
data: the three scores through the real command, the share of texts that each rung settles, intent accuracy
with and without the model, and whether a training sentence stands in the data (exit 1). With COMPARE=1 the
pipelines of nlu/model/pipelines.yml are compared instead (compare.py).
`--write` puts the table between the markers `<!-- eval -->` and `<!-- /eval -->` of a Markdown file.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import statistics
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml
from calibration import Judged, curve

from bot.rehearsal.play import play
from bot.rehearsal.script import read_script
from data import logs
from nlu.ladder import understand
from nlu.pending import Pending
from nlu.rasa import Rasa
from nlu.rasa_process import running

ROOT = Path(__file__).resolve().parents[2]
NOW = datetime(2026, 3, 5, 10)
SCORES = ("when", "intent", "optout")
MARKS = ("<!-- eval -->", "<!-- /eval -->")
UNAVOIDABLE_WORDS = 3
"""Texts of so few words ("hi there", "no thank you") are everybody's; a longer one in common is a leak."""

Row = tuple[str, str, str]


def main() -> int:
    """0 = measured; 1 = measured, and a training sentence stands in the data; 2 = cannot be measured."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--write", type=Path, help="a Markdown file with the two markers")
    arguments = parser.parse_args()
    if os.environ.get("COMPARE"):
        compare = [sys.executable, Path(__file__).with_name("compare.py")]
        return subprocess.run(compare, cwd=ROOT, check=False).returncode
    folder = Path(os.environ["EVAL"]) if os.environ.get("EVAL") else None
    if folder and not (folder / "score.py").is_file():
        print(f"EVAL: there is no score.py in {folder}", file=sys.stderr)
        return 2
    logs.configure(50)  # the rehearsals' own
    with running() as model:
        rows = held_out(model) + rehearsed(model)
        if folder:
            rows += rungs(model, folder)
    leaks: list[str] = []
    if folder:
        for what in SCORES:
            rows += score(what, folder)
        leaks = shared_sentences(folder)
        rows.append(("training sentences", "found in EVAL", str(len(leaks))))
    print("\n".join(f"{part:22} {what:52} {figure:>14}" for part, what, figure in rows))
    if leaks:
        print("Also in EVAL:", *leaks, sep="\n  ")
    if arguments.write:
        write(arguments.write, rows)
    return 1 if any(len(leak.split()) > UNAVOIDABLE_WORDS for leak in leaks) else 0


def held_out(model: Rasa) -> list[Row]:
    """Accuracy over the project's own held-out texts, by intent; a label may carry a topic."""
    labelled = [
        (str(label), text)
        for path in sorted((ROOT / "tests" / "held_out").glob("*.yml"))
        for label, texts in yaml.safe_load(path.read_text(encoding="utf-8")).items()
        for text in texts
    ]
    took: list[float] = []
    judged: list[Judged] = []
    good: defaultdict[str, list[bool]] = defaultdict(list)
    topics: list[bool] = []
    for label, text in labelled:
        began = time.perf_counter()
        understood = understand(text, now=NOW, zone="UTC", pending=Pending(), model=model)
        took.append(1000 * (time.perf_counter() - began))
        intent, _, topic = label.partition(".")
        good[intent].append(understood.intent == intent)
        if understood.rung == "model":
            judged.append((understood.confidence, understood.intent == intent))
        if topic and understood.intent == intent:
            topics.append(understood.topic == topic)
    rows = [("held-out texts", intent, share(marks)) for intent, marks in sorted(good.items())]
    everything = [mark for marks in good.values() for mark in marks]
    return [
        *rows,
        ("held-out texts", "all", share(everything)),
        ("held-out texts", "topic, where the intent is right", share(topics)),
        ("held-out texts", "ms for one text, median", f"{statistics.median(took):.1f}"),
        *curve("held-out texts", judged),
    ]


def rungs(model: Rasa, folder: Path) -> list[Row]:
    """Which rung settles how many texts, and what intent accuracy is left without the model.

    The first two rungs do the same with the model away; what reaches the third then stays without an answer.
    """
    texts = lines(folder / "intent.jsonl")

    def one(row: dict[str, Any]) -> tuple[str, bool, float]:
        pending = Pending(asked=row.get("asked"))
        understood = understand(row["text"], now=NOW, zone="UTC", pending=pending, model=model)
        return understood.rung, understood.intent in row["accept"], understood.confidence

    with ThreadPoolExecutor(2) as pool:
        settled = list(pool.map(one, texts))
    count = Counter(rung for rung, _, _ in settled)
    classes = [row["cls"] for row in texts]
    with_model = by_class(classes, [ok for _, ok, _ in settled])
    without = by_class(classes, [ok and rung in ("rule", "pending") for rung, ok, _ in settled])
    return [
        *(("settled by", rung, f"{n / len(settled):.3f}") for rung, n in sorted(count.items())),
        ("intent, mean of rows", "with the model", f"{with_model:.3f}"),
        ("intent, mean of rows", "without the model", f"{without:.3f}"),
        *curve("public texts", [(sure, ok) for rung, ok, sure in settled if rung == "model"]),
    ]


def rehearsed(model: Rasa) -> list[Row]:
    """Which rung settles how many texts of the rehearsals."""
    opener_at = NOW.replace(tzinfo=ZoneInfo("America/New_York"))
    count: Counter[str] = Counter()
    for path in sorted((ROOT / "tests" / "rehearsals").glob("*.yml")):
        count.update(play(read_script(path), opener_at, (model.url, model.token)).rungs)
    return [("rehearsals settled by", rung, f"{n / count.total():.3f}") for rung, n in sorted(count.items())]


def score(what: str, folder: Path) -> list[Row]:
    """One of the three scores, through the real command; its lines as they are."""
    run = f"{ROOT / '.venv/bin/rekindle'} nlu parse" + (" --only when" if what == "when" else "")
    done = subprocess.run(
        [sys.executable, str(folder / "score.py"), what, "--run", run],
        capture_output=True, text=True, timeout=900, check=False, cwd=ROOT,
    )  # fmt: skip
    if done.returncode:
        sys.exit(f"score.py {what} failed: {done.stderr[-600:]}")
    rows = []
    for line in done.stdout.splitlines():
        found = re.match(
            r"(.+?)\s+(\d+)/(\d+)\s+([\d.]+)(?:\s+mean of the rows above ([\d.]+)\s+([\d.]+) ms)?", line
        )
        if found:
            rows.append((f"score.py {what}", found[1].strip(), f"{found[2]}/{found[3]} {found[4]}"))
        if found and found[5]:
            rows.append((f"score.py {what}", "mean of rows", found[5]))
            rows.append((f"score.py {what}", "ms for one text, start-up included", found[6]))
    return rows


def shared_sentences(folder: Path) -> list[str]:
    """The training sentences that stand in the data too, without regard to case and punctuation."""
    known = {plain(row["text"]) for what in SCORES for row in lines(folder / f"{what}.jsonl")}
    trained = {
        plain(line.strip()[2:])
        for path in (ROOT / "nlu" / "model" / "data").glob("*.yml")
        for block in yaml.safe_load(path.read_text(encoding="utf-8"))["nlu"]
        for line in str(block.get("examples", "")).splitlines()
        if line.strip().startswith("- ")
    }
    return sorted((trained & known) - {""})


def plain(text: str) -> str:
    """A text without case, apostrophes and punctuation."""
    return " ".join(re.findall(r"\w+", re.sub("['’]", "", text.lower())))


def lines(path: Path) -> list[dict[str, Any]]:
    """The rows of a file of JSON lines."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def share(marks: list[bool]) -> str:
    """How many of how many."""
    return f"{sum(marks)}/{len(marks)} {sum(marks) / max(1, len(marks)):.3f}"


def by_class(classes: Iterable[str], marks: Iterable[bool]) -> float:
    """The mean over the classes of the share that is right."""
    good: defaultdict[str, list[bool]] = defaultdict(list)
    for name, mark in zip(classes, marks, strict=True):
        good[name].append(mark)
    return statistics.mean(sum(found) / len(found) for found in good.values())


def write(path: Path, rows: list[Row]) -> None:
    """Puts the table between the markers of a Markdown file; ends the call where they are missing."""
    text = path.read_text(encoding="utf-8")
    before, begin, rest = text.partition(MARKS[0])
    _, end, after = rest.partition(MARKS[1])
    if not begin or not end:
        sys.exit(f"{path} has no {MARKS[0]} … {MARKS[1]}")
    table = "\n".join(f"| {part} | {what} | {figure} |" for part, what, figure in rows)
    table = f"\n\n| measured | of | figure |\n|---|---|---|\n{table}\n\n"
    path.write_text(before + begin + table + end + after, encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
