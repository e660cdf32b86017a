"""An import that dies is taken up again; nothing is doubled and nothing is lost."""

from __future__ import annotations

import csv
import os
import shutil
import signal
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import event, func, select
from sqlalchemy.orm import Session

from data import business_file, clock, db, imports
from data.clock import HandClock
from data.db import reading, writing
from data.imports import portions
from data.imports.journal import begin
from data.models import Contact, ContactBasis, ImportBatch, Person, Suppression

pytestmark = pytest.mark.database


@pytest.fixture
def path(database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A list of several portions: households far apart, repeats, marks behind the rows that they refuse."""
    monkeypatch.setattr(portions, "SIZE", 25)
    clock.use(HandClock(datetime(2026, 3, 5, 15, 0, tzinfo=UTC)))
    with writing() as session:
        business_file.load(session, business_file.read_file(business_file.SAMPLE))
    earlier = tmp_path / "earlier.csv"
    earlier.write_text(
        "name,phone,last visit\n"
        + "".join(f"P{n} Sample,212555{n:04d},2026-01-05\n" for n in range(100, 105))
    )
    imports.run(earlier)
    path = tmp_path / "list.csv"
    with path.open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["name", "phone", "last visit", "opted out"])
        for n in range(100, 200):
            rows.writerow([f"P{n} Sample", f"212555{n:04d}", "2026-01-05" if n % 7 else "", ""])
        for n in range(100, 200, 9):
            rows.writerow([f"P{n} Sample", f"212555{n:04d}", "2025-12-05", ""])
            rows.writerow([f"Q{n} Sample", f"212555{n:04d}", "2025-12-05", "yes" if n % 4 == 0 else ""])
            rows.writerow(["Nobody", "", "", ""])
    return path


def killed_in_a_child(path: Path, *, after_portions: int | None = None, at_commit: int | None = None) -> bool:
    """Import in a child process that kills itself; whether it did (it may get to its end before)."""
    child = os.fork()
    if child == 0:
        try:
            commits = iter(range(1, 1_000))

            def die(_session: Session) -> None:
                if next(commits) == at_commit:
                    os.kill(os.getpid(), signal.SIGKILL)

            def count(_done: int, _all: int, seen: list[int] = []) -> None:  # noqa: B006
                seen.append(1)
                if len(seen) == after_portions:
                    os.kill(os.getpid(), signal.SIGKILL)

            event.listen(Session, "before_commit", die)
            imports.take_in(imports.open_list(path), on_rows=count)
        except BaseException:
            os._exit(1)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0
    return os.WIFSIGNALED(status)


def stored() -> dict[str, int]:
    with reading() as session:
        tables = (Contact, Person, ContactBasis, Suppression)
        return {table.__name__: session.scalar(select(func.count()).select_from(table)) for table in tables}


def test_killed_again_and_again_it_ends_as_if_nothing_had_happened(path: Path):
    undisturbed = imports.run(path, dry_run=True)
    report, before = undisturbed.report.read_text(), stored()
    assert killed_in_a_child(path, at_commit=2)  # amid the first portion: its rows are not stored yet
    deaths = 1
    while killed_in_a_child(path, after_portions=3) and killed_in_a_child(path, at_commit=3):
        with reading() as session:
            assert session.scalars(select(ImportBatch.state).order_by(ImportBatch.id)).all() == [
                "done", "running",
            ]  # fmt: skip
        assert (deaths := deaths + 1) < 20, "it does not get any further"
    done = imports.run(path)
    assert (done.taken_up, done.accepted, done.updated) == (False, 0, 0)
    with reading() as session:
        batch = session.scalars(select(ImportBatch).where(ImportBatch.filename == path.name)).one()
        twice = Counter(session.execute(select(Person.contact_id, Person.first_name)).all())
    assert (batch.state, batch.counts) == ("done", undisturbed.counts())
    assert max(twice.values()) == 1
    assert stored()["Person"] == before["Person"] + undisturbed.accepted
    assert undisturbed.refused == len(report.splitlines()) - 1 > 20
    assert not list(path.parent.glob("*.part"))


def test_one_that_died_is_taken_up_by_the_same_command_with_the_counts_and_the_report_of_the_whole(
    path: Path,
):
    undisturbed = imports.run(path, dry_run=True)
    report = undisturbed.report.read_text()
    assert killed_in_a_child(path, after_portions=3)
    assert imports.run(path, dry_run=True).counts() == undisturbed.counts()
    done = imports.run(path, report=path.with_name("elsewhere.csv"))
    assert (done.taken_up, done.report_complete) == (True, True)
    assert (done.counts(), done.report.read_text()) == (undisturbed.counts(), report)


def test_a_report_whose_notes_somebody_removed_is_said_to_lack_rows(path: Path):
    assert killed_in_a_child(path, after_portions=3)
    path.with_name("list.report.csv.part").unlink()
    assert not imports.run(path).report_complete


def test_one_that_died_in_a_folder_that_is_gone_is_taken_up_elsewhere(path: Path):
    undisturbed = imports.run(path, dry_run=True)
    upload = path.with_name("upload")
    upload.mkdir()
    copy = upload / path.name
    shutil.copy(path, copy)
    assert killed_in_a_child(copy, after_portions=3)
    shutil.rmtree(upload)
    done = imports.run(path)
    assert (done.taken_up, done.report_complete, done.counts()) == (True, False, undisturbed.counts())


def test_between_two_portions_others_write(path: Path):
    def write(_done: int, _all: int) -> None:
        with writing() as session:
            session.add(Suppression(business_id=1, phone_hash=str(_done), reason="opt_out", source="text"))

    assert imports.take_in(imports.open_list(path), on_rows=write).accepted > 50
    assert stored()["Suppression"] > 4


def test_two_processes_do_not_take_in_one_list_at_once(path: Path):
    held, _ = begin(path.with_name("list.report.csv"))
    with pytest.raises(imports.ListError, match="another process"):
        imports.run(path)
    held.close(over=True)
    assert imports.run(path).accepted


def test_with_other_columns_it_begins_anew(path: Path):
    assert killed_in_a_child(path, after_portions=3)
    done = imports.run(path, mapping={"crm_id": "opted out"})
    assert not done.taken_up
    db.dispose()
