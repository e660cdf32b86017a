"""`COMPARE=1 make eval`: the pipelines of nlu/model/pipelines.yml beside each other, as one table.

    [EVAL=FOLDER] .venv/bin/python tests/eval/compare.py [--every 3] [--write FILE] [--model-folder FOLDER]

Each pipeline is trained once on four fifths of the sentences and judged by the last fifth, by the project's
own held-out texts, and with EVAL by every n-th labelled text of others through the whole ladder; then asked
over HTTP, one text after the other and by four at once, with the server's processor time and memory beside.
`--write` puts the table between `<!-- pipelines -->` and `<!-- /pipelines -->` of a Markdown file.
"""

from __future__ import annotations

import argparse
import json
import os
import secrets
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import yaml

from nlu.ladder import understand
from nlu.pending import Pending
from nlu.rasa import Rasa
from nlu.rasa_process import END_LIMIT, START_LIMIT

ROOT = Path(__file__).resolve().parents[2]
NOW = datetime(2026, 3, 5, 10)
COLUMNS = (
    "pipeline", "last fifth", "mean F1", "held out", "public", "calibration error", "p50 ms", "p95 ms",
    "CPU ms", "texts/s", "MB", "training CPU s",
)  # fmt: skip
PRESSED_BY = 4


@dataclass(frozen=True)
class Server:
    """A model that is being served, and the process that serves it."""

    rasa: Rasa
    pid: int

    def cpu_seconds(self) -> float:
        """Processor time that the server has used so far."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def megabytes(self) -> float:
        """Memory that the server holds."""
        pages = int(Path(f"/proc/{self.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def main() -> int:
    """Prints a row as soon as it is known, then writes the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--every", type=int, default=3, help="judge by every n-th text of EVAL")
    parser.add_argument("--write", type=Path, help="a Markdown file with the two markers")
    parser.add_argument("--model-folder", type=Path, default=ROOT / "nlu" / "model")
    arguments = parser.parse_args()
    folder = Path(os.environ["EVAL"]) if os.environ.get("EVAL") else None
    names = [
        name
        for name in yaml.safe_load((arguments.model_folder / "pipelines.yml").read_text(encoding="utf-8"))
        if name != "steps"
    ]
    table = ["| " + " | ".join(COLUMNS) + " |", "|---" + "|--:" * (len(COLUMNS) - 1) + "|"]
    for name in names:
        row = measured(arguments.model_folder, name, folder, arguments.every)
        table.append("| " + " | ".join([name, *row]) + " |")
        print(table[-1], flush=True)
    if arguments.write:
        text = arguments.write.read_text(encoding="utf-8")
        before, _, rest = text.partition("<!-- pipelines -->")
        after = rest.partition("<!-- /pipelines -->")[2]
        whole = "\n".join(["<!-- pipelines -->", "", *table, "", "<!-- /pipelines -->"])
        arguments.write.write_text(before + whole + after, encoding="utf-8")
    return 0


def measured(folder: Path, name: str, public: Path | None, every: int) -> list[str]:
    """All figures of one pipeline."""
    with tempfile.TemporaryDirectory() as temporary:
        model = Path(temporary) / "model.tar.gz"
        done = subprocess.run(
            [folder / ".venv" / "bin" / "python", "-W", "ignore", folder / "compare.py", name, model],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode:
            sys.exit(f"{name} could not be trained: {done.stderr[-800:]}")
        learned: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
        with served(folder, model) as server:
            texts = held_out()
            for text, _ in texts[:20]:
                server.rasa.parse(text)  # the first ones pay for what is loaded late
            took, right = [], []
            before = server.cpu_seconds()
            for text, intent in texts:
                began = time.perf_counter()
                heard = server.rasa.parse(text)
                took.append(1000 * (time.perf_counter() - began))
                right.append(heard[0].intent == intent)
            spent = 1000 * (server.cpu_seconds() - before) / len(texts)
            return [
                f"{learned['accuracy']:.3f}",
                f"{learned['f1']:.3f}",
                f"{statistics.mean(right):.3f}",
                f"{public_score(server.rasa, public, every):.3f}" if public else "–",
                f"{learned['calibration_error']:.3f}",
                f"{statistics.median(took):.1f}",
                f"{statistics.quantiles(took, n=20)[-1]:.1f}",
                f"{spent:.1f}",
                f"{pressed(server.rasa, [text for text, _ in texts]):.0f}",
                f"{server.megabytes():.0f}",
                f"{learned['training_cpu_s']:.0f}",
            ]


@contextmanager
def served(folder: Path, model: Path) -> Iterator[Server]:
    """The model behind its real server, ended afterwards."""
    token = secrets.token_urlsafe(24)
    port = 20_000 + secrets.randbelow(20_000)
    process = subprocess.Popen(
        [folder / ".venv/bin/python", "-W", "ignore", folder / "serve.py", "--port", str(port),
         "--model", model, "--with-parent"],
        env={**os.environ, "RASA_TOKEN": token}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        rasa = Rasa(f"http://127.0.0.1:{port}", token, timeout=60)
        until = time.monotonic() + 5 * START_LIMIT
        while not rasa.ready():
            if process.poll() is not None or time.monotonic() > until:
                sys.exit("the server did not start")
            time.sleep(0.2)
        yield Server(rasa, process.pid)
    finally:
        process.terminate()
        try:
            process.wait(END_LIMIT)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def held_out() -> list[tuple[str, str]]:
    """The project's own held-out texts with their intents."""
    return [
        (text, str(label).partition(".")[0])
        for path in sorted((ROOT / "tests" / "held_out").glob("*.yml"))
        for label, texts in yaml.safe_load(path.read_text(encoding="utf-8")).items()
        for text in texts
    ]


def public_score(rasa: Rasa, folder: Path, every: int) -> float:
    """The mean over the classes of every n-th labelled text, understood by the whole ladder."""
    right: defaultdict[str, list[bool]] = defaultdict(list)
    rows: list[dict[str, Any]] = [
        json.loads(line) for line in (folder / "intent.jsonl").read_text(encoding="utf-8").splitlines()
    ]
    for row in rows[::every]:
        pending = Pending(asked=row.get("asked"))
        understood = understand(row["text"], now=NOW, zone="UTC", pending=pending, model=rasa)
        right[row["cls"]].append(understood.intent in row["accept"])
    return statistics.mean(statistics.mean(marks) for marks in right.values())


def pressed(rasa: Rasa, texts: list[str]) -> float:
    """Texts a second when several ask at once."""
    began = time.perf_counter()
    with ThreadPoolExecutor(PRESSED_BY) as pool:
        list(pool.map(rasa.parse, texts))
    return len(texts) / (time.perf_counter() - began)


if __name__ == "__main__":
    sys.exit(main())
