"""The zones that a number might be in, by the best that is known of it."""

from __future__ import annotations

import csv
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

import data.whereabouts
from data.whereabouts import Whereabouts, is_zone, zones_named, zones_of

NUMBER = "+12125550123"  # New York
TABLES = Path(data.whereabouts.__file__).parent / "tables"


def rows(table: str) -> list[dict[str, str]]:
    with (TABLES / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_a_number_alone_gives_the_zone_of_its_exchange_and_no_state():
    assert zones_of(NUMBER) == Whereabouts(("America/New_York",), "number", None, "US")


def test_a_zone_that_was_imported_wins_over_everything_and_the_state_is_kept():
    told = zones_of(NUMBER, timezone="America/Denver", state="FL", postal_code="90001")
    assert told == Whereabouts(("America/Denver",), "timezone", "FL", "US")


def test_a_state_wins_over_a_postal_code_and_a_postal_code_over_the_number():
    assert zones_of(NUMBER, state="CA", postal_code="60601").state == "CA"
    assert zones_of(NUMBER, postal_code="60601") == Whereabouts(
        ("America/Chicago",), "postal_code", "IL", "US"
    )


@pytest.mark.parametrize(
    "name", ["Mars/Olympus", "localtime", "posix/America/New_York", "../etc", "Factory", " "]
)
def test_a_zone_that_does_not_exist_is_passed_over(name: str):
    assert zones_of(NUMBER, timezone=name) == zones_of(NUMBER)


def test_usual_names_of_zones_are_understood():
    assert zones_named("eastern") == zones_named(" EST ") == ("America/New_York",)
    assert zones_named("MST") == ("America/Denver", "America/Phoenix")
    assert zones_named("Europe/Berlin") == ("Europe/Berlin",)


@pytest.mark.parametrize("state", ["fl", "FL", "Florida", " florida ", "F.L."])
def test_a_state_with_two_zones_counts_as_both_however_it_is_written(state: str):
    told = zones_of(NUMBER, state=state)
    assert told == Whereabouts(("America/New_York", "America/Chicago"), "state", "FL", "US")


def test_a_province_of_canada_is_found_behind_the_shared_calling_code():
    assert zones_of(NUMBER, state="Saskatchewan").country == "CA"
    assert zones_of(NUMBER, state="ON", country="US") == zones_of(NUMBER)
    assert zones_of("+442079460000", state="CA").source == "number"


@pytest.mark.parametrize(
    ("code", "state"),
    [
        ("02139", "MA"),
        ("2139", "MA"),
        ("2139.0", "MA"),
        ("021391234", "MA"),
        ("02139-1234", "MA"),
        ("601", "PR"),
        ("96799", "AS"),
        ("96813", "HI"),
        ("79901", "TX"),
        ("99501", "AK"),
        ("K1A 0B1", "ON"),
        ("x0a0a0", "NU"),
        ("X1A", "NT"),
    ],
)
def test_a_postal_code_names_its_state_even_without_its_leading_zeros(code: str, state: str):
    told = zones_of(NUMBER, postal_code=code)
    assert (told.state, told.source) == (state, "postal_code")


@pytest.mark.parametrize("code", ["", "12", "000", "09012", "SW1A 1AA", "123456", "٠٢١٣٩"])
def test_a_postal_code_that_names_no_state_says_nothing(code: str):
    assert zones_of(NUMBER, postal_code=code) == zones_of(NUMBER)


def test_a_toll_free_number_might_be_anywhere():
    assert zones_of("+18005550123") == Whereabouts((), "unknown", None, "US")


def test_a_mobile_of_a_wide_country_might_be_anywhere_in_it():
    assert zones_of("+61412345678") == Whereabouts((), "unknown", None, "AU")


def test_an_area_code_that_lies_in_two_zones_counts_as_both():
    assert set(zones_of("+18505550123").zones) == {"America/New_York", "America/Chicago"}


def test_what_is_no_number_is_in_an_unknown_place():
    assert zones_of("hello") == Whereabouts()


def test_the_likeliest_zone_is_the_business_own_where_that_is_possible():
    florida = zones_of(NUMBER, state="FL")
    assert florida.likeliest("America/Chicago") == "America/Chicago"
    assert florida.likeliest("Europe/London") == "America/New_York"
    assert Whereabouts().likeliest("Europe/London") == "Europe/London"


def test_every_zone_in_the_tables_exists_and_every_row_has_its_source():
    for table in ("regions", "area_code_zones", "zone_names"):
        for row in rows(table):
            assert row["source"], row
            assert row["zones"].split(), row
            assert all(is_zone(zone) and ZoneInfo(zone) for zone in row["zones"].split()), row


def test_the_fifty_states_and_every_postal_prefix_lead_to_a_region():
    regions = {(row["country"], row["state"]) for row in rows("regions")}
    assert sum(country == "US" for country, _ in regions) == 50 + 1 + 5
    assert {(row["country"], row["state"]) for row in rows("postal_prefixes")} <= regions
    assert {state for country, state in regions if country == "US"} == {
        row["state"] for row in rows("postal_prefixes") if row["country"] == "US"
    }


def test_no_postal_prefix_stands_in_two_rows():
    seen = set()
    for row in rows("postal_prefixes"):
        if row["country"] == "US":
            width = len(row["first"])
            for number in range(int(row["first"]), int(row["last"]) + 1):
                prefix = f"{number:0{width}d}"
                assert prefix not in seen
                seen.add(prefix)
