"""Dates, amounts and names as lists write them."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.imports.entry import Who
from data.imports.fields import day_first_only, read_date, read_money, split_name
from data.imports.report import defused


@pytest.mark.parametrize(
    "cell",
    [
        "2026-03-04", "2026-03-04T10:30:00Z", "2026-03-04 10:30", "2026/3/4", "3/4/2026", "3-4-26",
        "04.03.2026", "Mar 4, 2026", "March 4th, 2026", "4 March 2026", "4-Mar-2026", "Wed, 4 Mar 2026",
        "20260304", "46085", "46085.0", "3/4/2026 10:30 AM",
    ],
)  # fmt: skip
def test_one_day_in_many_writings_is_one_day(cell: str):
    assert read_date(cell, day_first=False) == date(2026, 3, 4)


def test_the_order_of_day_and_month_is_the_country_s_unless_only_one_is_possible():
    assert read_date("3/4/2026", day_first=True) == date(2026, 4, 3)
    assert read_date("25/12/2025", day_first=False) == read_date("12/25/2025", day_first=True)
    assert [day_first_only(cell) for cell in ("25/12/2025", "12/25/2025", "3/4/2026", "x")] == [
        True, False, None, None,
    ]  # fmt: skip


@pytest.mark.parametrize("cell", ["", "last spring", "2026-02-30", "13/13/2026", "12345678901", "0", "never"])
def test_what_is_no_date_is_none(cell: str):
    assert read_date(cell, day_first=False) is None


@pytest.mark.parametrize(
    ("cell", "amount"),
    [
        ("120", 120.0), ("$1,234.50", 1234.5), ("1.234,50 €", 1234.5), ("1 234,50", 1234.5),
        ("1,234", 1234.0), ("12,5", 12.5), ("USD 80", 80.0), ("(20.00)", -20.0), ("-5", -5.0),
        ("1,234,567", 1234567.0),        ("0.999", 1.0), ("lots", None), ("", None), ("12 to 15", None),
    ],
)  # fmt: skip
def test_amounts_are_read_in_every_usual_writing(cell: str, amount: float | None):
    assert read_money(cell) == amount


def test_a_whole_name_is_split_from_either_side():
    assert split_name("Sarah Sample") == split_name("Sample, Sarah") == ("Sarah", "Sample")
    assert split_name("Sarah Ann Sample") == ("Sarah", "Ann Sample")


def test_two_descriptions_are_one_person_whatever_the_case_and_the_accents():
    sarah = Who("Sarah", "Sample")
    assert sarah.is_same(Who("SARAH", "sample"))
    assert Who("Zoë", "Muñoz").is_same(Who("zoe", "Munoz"))
    assert sarah.is_same(Who("Sarah"))
    assert sarah.is_same(Who())
    assert Who("S.", "Sample", crm_id="7").is_same(Who("Sarah", "Sample", crm_id="7"))
    assert not sarah.is_same(Who("Tom", "Sample"))


@pytest.mark.parametrize(
    "cell", ["=1+1", "@SUM(A1)", "+cmd|' /C calc'!A0", "-2+3+cmd", "\t=1", " =1", "+A1", '"=1+1"']
)
def test_a_formula_in_a_list_is_text_in_the_report(cell: str):
    assert defused(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", ["+1 212 555 0123", "-5", "(212) 555-0123", "+12125550123 x4", "Sarah", ""])
def test_numbers_and_words_of_a_list_stay_as_they_are_in_the_report(cell: str):
    assert defused(cell) == cell


@given(st.text(max_size=20))
def test_no_cell_makes_the_reading_crash_or_leave_a_formula(cell: str):
    read_date(cell, day_first=True)
    read_money(cell)
    assert not defused(cell).startswith(("=", "@"))
