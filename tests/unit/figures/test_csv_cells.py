"""No file of ours runs anything in a spreadsheet, and numbers stay what they are."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.figures.csv_cells import cell, guarded, write_rows


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-2", "@SUM(A1)", "\t=1", "\r=1", ' "=1"', "  =1", "|cmd", "%0A", "'=1"]
)
def test_what_a_spreadsheet_would_run_begins_with_an_apostrophe(text: str) -> None:
    assert guarded(text) == f"'{text}"


@given(st.text(max_size=30))
def test_no_text_begins_as_a_formula_and_none_is_lost(text: str) -> None:
    safe = guarded(text)
    assert safe in (text, f"'{text}")
    assert not safe.startswith(("=", "+", "-", "@", "\t", "\r"))


def test_numbers_moments_and_blanks_are_written_as_what_they_are() -> None:
    zone = ZoneInfo("America/New_York")
    at = datetime(2026, 3, 10, 15, 0, tzinfo=UTC)
    assert cell(at, zone) == "2026-03-10T11:00:00-04:00"
    assert [cell(value) for value in (None, True, -3, 0.1, timedelta(minutes=90))] == [
        "",
        "yes",
        -3,
        0.1,
        90.0,
    ]
    assert cell("+12125550123") == "'+12125550123"


def test_a_number_for_a_program_stands_as_it_is() -> None:
    file = io.StringIO()
    assert write_rows(file, ("crm_id", "phone"), [("=1", "+12125550123")], plain=("phone",)) == 1
    assert list(csv.reader(io.StringIO(file.getvalue()))) == [["crm_id", "phone"], ["'=1", "+12125550123"]]
