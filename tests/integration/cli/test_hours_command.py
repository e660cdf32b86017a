"""`rekindle hours`: the owner's own table of lawful hours, from the file into force and back."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from actions.lawful_table import SHIPPED
from bot.cli.hours_command import command
from data import business_file
from data.db import reading, writing
from data.models import AuditEvent, Business

pytestmark = pytest.mark.database


def test_a_table_of_ones_own_is_checked_used_shown_and_put_back(tmp_path: Path, runner: CliRunner) -> None:
    with writing() as session:
        business_file.load(session, business_file.read_file(business_file.SAMPLE))
    own = tmp_path / "own.csv"
    own.write_text(SHIPPED.read_text(encoding="utf-8").replace("US,FL,1-7,08:00", "US,FL,1-7,11:00"), "utf-8")

    assert runner.invoke(command, ["check", str(own)]).exit_code == 0
    assert runner.invoke(command, ["use", str(own)]).exit_code == 0
    shown = runner.invoke(command, ["show", "--state", "fl"])
    assert "US FL        days 1-7   11:00-20:00" in shown.stdout
    assert "US TX" not in shown.stdout
    assert runner.invoke(command, ["show", "--csv"]).stdout == own.read_text(encoding="utf-8")

    assert runner.invoke(command, ["reset"]).exit_code == 0
    assert "US FL        days 1-7   08:00-20:00" in runner.invoke(command, ["show"]).stdout
    with reading() as session:
        assert session.query(Business).one().lawful_table is None
        acts = [event.action for event in session.query(AuditEvent).order_by(AuditEvent.id)]
    assert acts == ["changed the lawful hours", "put the lawful hours back"]


def test_a_table_that_cannot_be_used_changes_nothing_and_names_its_line(
    tmp_path: Path, runner: CliRunner
) -> None:
    with writing() as session:
        business_file.load(session, business_file.read_file(business_file.SAMPLE))
    wide = tmp_path / "wide.csv"
    wide.write_text(
        SHIPPED.read_text(encoding="utf-8").replace("1-7,08:00,21:00", "1-7,06:00,21:00", 1), "utf-8"
    )
    refused = runner.invoke(command, ["use", str(wide)])
    assert refused.exit_code == 2
    assert "line 2" in refused.stderr
    with reading() as session:
        assert session.query(Business).one().lawful_table is None
    assert runner.invoke(command, ["check", str(tmp_path / "absent.csv")]).exit_code == 2
