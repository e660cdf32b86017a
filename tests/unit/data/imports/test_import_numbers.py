"""Phone cells: repaired where that is certain, refused with advice where it is not."""

from __future__ import annotations

from contextlib import suppress

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st
from phonenumbers import PhoneNumberFormat, PhoneNumberType

from data.imports.numbers import BadNumber, NoNumber, every_number, read_number

SARAH = "+12125550123"


@pytest.mark.parametrize(
    "cell",
    [
        "+12125550123", "12125550123", "2125550123", "(212) 555-0123", "212.555.0123", "212 555 0123",
        "+1 (212) 555-0123", "1-212-555-0123", "12125550123.0", "2125550123.00", "1.2125550123E+10",
        "=\"2125550123\"", "'2125550123", "tel:+1-212-555-0123", "212-555-0123 x45", "212-555-0123 ext. 45",
        "\u202a+1 212 555 0123\u202c", "212\u00a0555\u00a00123", "２１２５５５０１２３", "0012125550123",
        "011 1 212 555 0123", "212-555-0123 / 646-555-0124", " 212 555 0123 or 646 555 0124",
    ],
)  # fmt: skip
def test_one_number_in_many_writings_is_one_number(cell: str):
    assert read_number(cell, "US").e164 == SARAH


@pytest.mark.parametrize(
    ("cell", "last_digits"),
    [
        ("212-555-0123", ["0123"]),
        ("212-555-0123 x45", ["0123"]),
        ("2125550105 / 2125550106", ["0105", "0106"]),
        ("2125550105,2125550106 & 2125550107", ["0105", "0106", "0107"]),
        ("2125550105 2125550106", ["0105", "0106"]),
        ("her: 212 555 0105, his: 212 555 0106", ["0105", "0106"]),
        ("nobody", []), ("", []), ("12", []), ("2026-01-05", []),
    ],
)  # fmt: skip
def test_of_several_numbers_in_a_cell_each_is_left_alone(cell: str, last_digits: list[str]):
    assert sorted(every_number(cell, "US")) == [f"+1212555{last}" for last in last_digits]


def test_every_555_01xx_number_of_a_real_area_code_is_accepted():
    for area in (212, 646, 312, 303, 415, 808, 907):
        for last in range(100, 200):
            number = read_number(f"({area}) 555-0{last}", "US")
            assert (number.e164, number.line_type) == (f"+1{area}5550{last}", None)


@pytest.mark.parametrize("cell", ["", "   ", "n/a", "N/A", "-", "none", "unknown", "0"])
def test_an_empty_cell_and_its_stand_ins_are_no_number(cell: str):
    with pytest.raises(NoNumber):
        read_number(cell, "US")


@pytest.mark.parametrize(
    ("cell", "advice"),
    [
        ("2.12555E+09", "format the column as text"),
        ("2,12555E+09", "format the column as text"),
        ("555-0123", "area code"),
        ("123-555-0123", "no such number"),
        ("000-000-0000", "no such number"),
        ("+1 212 555 01234", "too many digits"),
        ("call the office", "no number in this cell"),
        ("sarah@example.com", "no number in this cell"),
        ("12/24/2025", "US"),
    ],
)
def test_a_number_that_cannot_be_is_refused_with_advice(cell: str, advice: str):
    with pytest.raises(BadNumber) as refusal:
        read_number(cell, "US")
    assert advice in str(refusal.value)


def test_a_number_without_a_country_code_belongs_to_the_given_country():
    for country in ("GB", "DE", "AU", "BR", "MX"):
        example = phonenumbers.example_number_for_type(country, PhoneNumberType.MOBILE)
        national = phonenumbers.format_number(example, PhoneNumberFormat.NATIONAL)
        e164 = phonenumbers.format_number(example, PhoneNumberFormat.E164)
        assert read_number(national, country).e164 == read_number(e164, "US").e164 == e164


def test_the_old_forms_of_brazilian_and_mexican_mobiles_are_brought_up_to_date():
    brazilian = str(phonenumbers.example_number_for_type("BR", PhoneNumberType.MOBILE).national_number)
    assert brazilian[2] == "9"
    old = f"+55{brazilian[:2]}8{brazilian[4:]}"
    assert read_number(old, "US").e164 == f"+55{brazilian[:2]}98{brazilian[4:]}"
    mexican = str(phonenumbers.example_number_for_type("MX", PhoneNumberType.MOBILE).national_number)
    for old in (f"+52 1 {mexican}", f"+521{mexican}"):
        assert read_number(old, "US").e164 == f"+52{mexican}"


def test_line_types_are_refused_where_they_are_certain_and_never_as_landlines_in_north_america():
    assert "premium" in (read_number("900-555-0123", "US").line_type or "")
    assert "toll-free" in (read_number("800-555-0123", "US").line_type or "")
    for country in ("GB", "DE", "FR"):
        landline = phonenumbers.example_number_for_type(country, PhoneNumberType.FIXED_LINE)
        e164 = phonenumbers.format_number(landline, PhoneNumberFormat.E164)
        assert "landline" in (read_number(e164, "US").line_type or "")
    assert read_number("212-555-0123", "US").line_type is None


@given(st.integers(2_000_000_000, 9_999_999_999))
def test_the_quick_way_and_the_number_tables_agree_on_every_north_american_number(national: int):
    number = phonenumbers.parse(f"+1{national}")
    valid = phonenumbers.is_valid_number(number)
    try:
        found = read_number(str(national), "US")
    except BadNumber:
        assert not valid
    else:
        assert valid
        assert found.e164 == f"+1{national}"
        region = phonenumbers.region_code_for_number(number)
        assert found.country == (region if region and region.isalpha() else None)


@given(st.text(max_size=30))
def test_no_cell_makes_the_reading_crash(cell: str):
    with suppress(NoNumber, BadNumber):
        assert read_number(cell, "US").e164.startswith("+")
    assert all(number.startswith("+") for number in every_number(cell, "US"))
