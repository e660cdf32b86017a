"""A number taken out of the files that are kept below the data folder, whatever state they are in."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest

from data import settings
from data.imports.entry import Trouble
from data.imports.journal import begin, take_out
from data.scrubbing import Scrubbed, scrub

SARAH = "+12125550123"
BROKEN = (
    'name,phone,note\n"Sarah,(212) 555-0123,x\nTom,2125550124,x\n"Lee",2125550125,x\nSarah,12125550123.0,x\n'
)


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    before = settings.get()
    settings.use(settings.isolated(rekindle_data_dir=tmp_path))
    yield tmp_path
    settings.use(before)


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "utf-16", "utf-16-le"])
def test_a_file_that_cannot_be_read_as_a_list_loses_the_lines_with_the_number(folder: Path, encoding: str):
    path = folder / "broken.csv"
    path.write_bytes(BROKEN.replace("Tom", "Zoë Škoč" if "16" in encoding else "Zoë").encode(encoding))
    assert scrub(SARAH) == Scrubbed(2)
    left = path.read_bytes().decode(encoding)
    assert "555-0123" not in left
    assert "Sarah" not in left
    assert left.splitlines()[1].endswith(",2125550124,x")
    assert scrub(SARAH) == Scrubbed(0)


def test_what_is_no_text_at_all_is_gone_through_as_bytes(folder: Path):
    path = folder / "odd.txt"
    path.write_bytes(bytes(range(256)) + b"\n212-555-0123;Sarah\nTom\n")
    assert scrub(SARAH) == Scrubbed(1)
    assert path.read_bytes() == bytes(range(256)) + b"\nTom\n"


def test_a_report_whose_writer_was_killed_is_gone_through_as_well(folder: Path):
    (folder / ".report.csv.new").write_text("phone,name\n2125550123,Sarah\n2125550124,Tom\n")
    assert scrub(SARAH) == Scrubbed(1)


def test_a_file_that_nobody_can_read_is_named_and_the_others_are_gone_through(folder: Path):
    (folder / "a.csv").symlink_to(folder / "a.csv")
    (folder / "b.csv").write_text("phone,name\n2125550123,Sarah\n2125550124,Tom\n")
    assert scrub(SARAH) == Scrubbed(1, ("a.csv",))


def test_an_import_that_died_goes_on_behind_what_was_erased_from_its_journal(folder: Path):
    report = folder / "list.report.csv"
    rows = {2: ["Sarah", "2125550123"], 3: ["Tom", "2125550124"], 4: ["Ann", "2125550125"]}
    journal, _ = begin(report)
    kept = journal.add({row: Trouble("no_basis", "there is none") for row in rows}, rows)
    journal.close(over=False)
    with (folder / "list.report.csv.part").open("a") as torn:
        torn.write('[5, "no_basis", "there is none", ["Sarah", "2125550123')
    assert scrub(SARAH) == Scrubbed(2)
    assert "0123" not in (folder / "list.report.csv.part").read_text()
    again, complete = begin(report, keep=kept)
    assert complete
    again.report(report, ["name", "phone"])
    again.close(over=True)
    with report.open(newline="") as file:
        assert [row[3] for row in csv.reader(file)] == ["name", "Tom", "Ann"]


def test_a_number_in_the_sentence_of_a_refusal_is_erased_with_its_row(folder: Path):
    journal, _ = begin(folder / "list.report.csv")
    journal.add({2: Trouble("suppressed", "another row of this list marks +12125550123")}, {2: ["Sarah", ""]})
    journal.close(over=False)
    assert take_out(folder / "list.report.csv.part", lambda words: any("2125550123" in w for w in words)) == 1
