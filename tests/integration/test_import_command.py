"""`rekindle import` from the command line: exit codes, JSON, one clear sentence."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select

from bot.cli.audit_command import command as audit
from bot.cli.import_command import command
from data import clock, settings
from data.clock import HandClock
from data.db import reading
from data.models import Business, Contact, ImportBatch

pytestmark = pytest.mark.database

LIST = "Who,Cell,Seen\nSarah Sample,2125550123,2026-01-05\nTom Test,,2026-01-05\n"


@pytest.fixture
def path(database: str, tmp_path: Path) -> Path:
    clock.use(HandClock(datetime(2026, 3, 5, 15, 0, tzinfo=UTC)))
    path = tmp_path / "list.csv"
    path.write_text(LIST)
    return path


def call(*arguments: object) -> Result:
    return CliRunner().invoke(command, [str(argument) for argument in arguments])


def stored() -> tuple[int, int]:
    with reading() as session:
        return len(session.scalars(select(Business)).all()), len(session.scalars(select(Contact)).all())


def test_the_counts_come_as_one_line_of_json_and_everything_else_on_standard_error(path: Path):
    done = call(path, "--json", "--map", "last_visit=Seen", "--map", "first_name=Who")
    assert done.exit_code == 0
    assert json.loads(done.stdout) == {
        "rows": 2, "accepted": 1, "updated": 0, "refused": 1, "by_reason": {"no_phone": 1},
    }  # fmt: skip
    assert "sample business stands in" in done.stderr
    assert str(path.with_name("list.report.csv")) in done.stderr
    assert stored() == (1, 1)


def test_a_person_reads_a_short_summary(path: Path):
    done = call(path, "--map", "last_visit=Seen", "--report", path.with_name("why.csv"))
    assert [line.split() for line in done.stdout.splitlines()] == [
        ["2", "rows", "read."], ["1", "taken", "in"], ["1", "refused"], ["1", "no", "phone"],
    ]  # fmt: skip
    assert path.with_name("why.csv").exists()
    assert not path.with_name("list.report.csv").exists()


def test_a_dry_run_says_so_and_stores_nothing(path: Path):
    done = call(path, "--dry-run", "--map", "last_visit=Seen")
    assert (done.exit_code, stored()) == (0, (0, 0))
    assert "dry run" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--map", "fone=Cell"], "there is no field 'fone'"),
        (["--map", "phone=Handset"], "no column 'Handset'; the columns are 'Who', 'Cell', 'Seen'"),
        (["--map", "phone"], "field=Column"),
        (["--report", "list.csv"], "overwrite"),
    ],
)
def test_a_call_that_cannot_be_used_ends_with_exit_2_and_one_sentence(
    path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], said: str
):
    monkeypatch.chdir(path.parent)
    done = call(path.name, *arguments)
    assert (done.exit_code, done.stdout, stored()) == (2, "", (0, 0))
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_who_attests_is_recorded_and_without_it_a_remark_says_what_follows(path: Path):
    done = call(path, "--map", "last_visit=Seen")
    assert "no campaign starts" in done.stderr
    done = call(path, "--map", "last_visit=Seen", "--attest", "Dana Owner", "--json")
    assert json.loads(done.stdout)["by_reason"] == {"duplicate_existing": 1, "no_phone": 1}
    assert "no campaign starts" not in done.stderr
    with reading() as session:
        assert session.scalars(select(ImportBatch.attested_by)).all() == ["Dana Owner"]


def test_a_list_of_numbers_to_leave_alone_has_a_short_report_of_its_own(path: Path):
    done = call(path, "--do-not-contact", "--json")
    assert json.loads(done.stdout) == {
        "rows": 2, "added": 1, "known": 0, "refused": 1, "by_reason": {"no_phone": 1},
    }  # fmt: skip
    assert "1 were on the list already" in " ".join(call(path, "--do-not-contact").stdout.split())
    assert stored() == (1, 0)
    assert call(path, "--do-not-contact", "--attest", "Dana").exit_code == 2


def test_an_audit_stores_nothing_and_needs_no_database(path: Path, tmp_path: Path):
    done = CliRunner().invoke(audit, [str(path), "--json", "--map", "last_visit=Seen", "--value", "100"])
    told = json.loads(done.stdout)
    assert (done.exit_code, told["rows"], told["contactable"], told["worth_it"]) == (0, 2, 1, False)
    assert "not worth it" in told["advice"]
    assert stored() == (0, 0)
    assert not list(path.parent.glob("*report*"))
    nowhere = tmp_path / "nowhere"
    settings.use(settings.isolated(rekindle_data_dir=nowhere))
    done = CliRunner().invoke(audit, [str(path), "--map", "last_visit=Seen"])
    assert done.exit_code == 0
    assert "numbers may be texted" in done.stdout
    assert not nowhere.exists()


@pytest.mark.parametrize("content", [b"", bytes(range(256)) * 40, b"name,email\nSarah,s@example.com\n", None])
def test_a_file_that_cannot_be_read_ends_with_exit_2_and_nothing_stored(path: Path, content: bytes | None):
    path.unlink()
    if content is not None:
        path.write_bytes(content)
    done = call(path, "--json")
    assert (done.exit_code, done.stdout, stored()) == (2, "", (0, 0))
    assert len(done.stderr.splitlines()) == 1
