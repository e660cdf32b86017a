"""Mutants: takes out one safeguard at a time, and shows which promise, in which test, notices.

`PYTHONPATH=tests .venv/bin/python -m soak.mutants [--only WORD] [--out FILE]`, from the project's folder.
Each mutant lives in a copy of the tree; the work tree is never touched.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from soak.mutations import MACHINE, MUTANTS, Edit, Mutant

ROOT = Path(__file__).resolve().parents[2]
LONGEST = 900.0
"""Seconds for one run of the tests; a mutant that takes longer counts as one that survives."""

DATABASES = ("sqlite", "postgresql")

_FAILED = re.compile(r"^FAILED \S+?([\w.]+\.py)::(\w+)", re.MULTILINE)
_ERROR = r"(?:[\w.]+\.)?(?:Broken|AssertionError|[A-Z]\w*(?:Error|Exception|Violation))"
_PROMISE = re.compile(rf"^E\s+(?:{_ERROR}: (?!assert)|(?=assert ))(.+)$", re.MULTILINE)


class DoesNotFit(Exception):
    """The safeguard is not where the mutant looks for it; the message says which mutant."""


@dataclass(frozen=True, slots=True)
class Caught:
    """What noticed a mutant: the test and the promise that it found broken."""

    test: str
    promise: str


def main() -> bool:
    """Try every mutant; whether all were caught where they should be, and nothing is caught without one."""
    parser = argparse.ArgumentParser(prog="python -m soak.mutants", description=__doc__)
    parser.add_argument("--only", default="", help="mutants whose name contains this")
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "measured" / "mutants.txt")
    parser.add_argument("--everywhere", action="store_true", help="on PostgreSQL also what SQLite has caught")
    given = parser.parse_args()
    chosen = [mutant for mutant in MUTANTS if given.only in mutant.name]
    lines = [
        f"mutants, {datetime.now(UTC):%Y-%m-%d %H:%M} UTC, commit {_commit()}",
        "one safeguard taken out at a time, in a copy of the tree: what noticed it first",
        "",
    ]
    held = True
    with _copy() as tree:
        for mutant in chosen:
            try:
                for found in _tried(tree, mutant, given.everywhere):
                    held = held and found.ok
                    print(found.line, flush=True)
                    lines.append(found.line)
            except DoesNotFit as error:
                held = False
                print(f"NO PLACE  {error}", flush=True)
                lines.append(f"NO PLACE  {error}")
    caught = sum(line.startswith("caught") for line in lines)
    survived = sum(line.startswith("SURVIVED") for line in lines)
    lines += ["", f"{len(chosen)} mutants: {caught} caught, {survived} survived"]
    if not given.only:
        given.out.parent.mkdir(parents=True, exist_ok=True)
        given.out.write_text("\n".join(lines) + "\n")
    return held


@dataclass(frozen=True, slots=True)
class _Found:
    line: str
    ok: bool


def _tried(tree: Path, mutant: Mutant, everywhere: bool) -> Iterator[_Found]:
    for database in DATABASES:
        with _edited(tree, mutant):
            caught = _run(tree, mutant.tests, database)
        spared = database in mutant.spared
        if caught is not None:
            how = f"{'the machine' if 'disorder' in caught.test else caught.test}: {caught.promise}"
            yield _Found(f"caught    {mutant.name}  [{database}]\n          by {how}", ok=True)
            if not everywhere:
                return
        elif spared:
            yield _Found(
                f"the same  {mutant.name}  [{database}]\n          {mutant.spared[database]}", ok=True
            )
        else:
            yield _Found(f"SURVIVED  {mutant.name}  [{database}]", ok=False)


def _run(tree: Path, tests: tuple[str, ...], database: str) -> Caught | None:
    """Run tests in the copy, each file in turn, until one fails; None where all of them pass."""
    for test in tests:
        asked = [sys.executable, "-m", "pytest", *test.split(), "--database", database, "-x", "-q"]
        asked += ["-p", "no:xdist", "-p", "no:cacheprovider", "--show-capture=no"]
        env = os.environ | {"UNSHRUNK": "1", "PYTHONPATH": "", "PYTHONDONTWRITEBYTECODE": "1"}
        try:
            done = subprocess.run(
                asked, cwd=tree, env=env, capture_output=True, text=True, timeout=LONGEST, check=False
            )
        except subprocess.TimeoutExpired:
            return Caught(test, "it never came to an end")
        if done.returncode == 0:
            continue
        failed = _FAILED.search(done.stdout)
        if failed is None:
            raise DoesNotFit(f"no test could be run: {done.stdout[-2_000:]}")
        promise = _PROMISE.search(done.stdout)
        return Caught(failed[2], (promise[1] if promise else "see the test's name")[:120])
    return None


@contextmanager
def _copy() -> Iterator[Path]:
    """The tree as it was last committed, beside the same Python environment."""
    with tempfile.TemporaryDirectory(prefix="rekindle-mutants-") as folder:
        tree = Path(folder) / "tree"
        cloned = ["git", "clone", "--quiet", "--shared", str(ROOT), str(tree)]
        subprocess.run(cloned, check=True, timeout=60)
        if (untouched := _run(tree, (MACHINE,), "sqlite")) is not None:
            raise DoesNotFit(f"the tests fail without any mutant: {untouched}")
        yield tree


@contextmanager
def _edited(tree: Path, mutant: Mutant) -> Iterator[None]:
    before = {edit.path: (tree / edit.path).read_text() for edit in mutant.edits}
    try:
        for edit in mutant.edits:
            (tree / edit.path).write_text(_applied(mutant, edit, (tree / edit.path).read_text()))
        yield
    finally:
        for path, text in before.items():
            (tree / path).write_text(text)


def _applied(mutant: Mutant, edit: Edit, text: str) -> str:
    if text.count(edit.old) != 1:
        raise DoesNotFit(f"{mutant.name}: {edit.path} has it {text.count(edit.old)} times")
    return text.replace(edit.old, edit.new)


def _commit() -> str:
    asked = ["git", "-C", str(ROOT), "rev-parse", "--short", "HEAD"]
    return subprocess.run(asked, capture_output=True, text=True, timeout=20, check=False).stdout.strip()


if __name__ == "__main__":
    sys.exit(0 if main() else 1)
