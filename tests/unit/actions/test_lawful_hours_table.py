"""The table of lawful hours: what is shipped, and what is refused."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from pathlib import Path

import pytest

from actions.lawful_hours import is_lawful
from actions.lawful_table import LawfulTable, LawfulTableError, Rule, parse, read, shipped, table_of
from data.whereabouts import Whereabouts, zones_of

HEAD = "country,state,weekdays,start,end,holidays,source\n"
BASE = "*,*,1-7,08:00,21:00,yes,law\n*,unknown,1-5,10:00,18:00,yes,ours\n"
THURSDAY = date(2026, 3, 5)


def table(tmp_path: Path, rows: str, head: str = HEAD) -> LawfulTable:
    path = tmp_path / "hours.csv"
    path.write_text(head + rows, encoding="utf-8")
    return read(path)


def test_every_rule_shipped_has_a_source_and_lies_within_the_federal_hours():
    for rule in shipped().rules:
        assert rule.source
        assert time(8) <= rule.start < rule.end <= time(21)


def test_every_state_in_the_table_can_be_reached_by_an_import():
    for rule in shipped().rules:
        if rule.country != "*":
            assert zones_of("+12125550123", state=rule.state).state == rule.state


def test_a_contact_of_unknown_zone_has_the_narrow_hours_and_no_weekend():
    unknown = Whereabouts(country="US")
    assert shipped().hours(unknown, THURSDAY) == (time(10), time(18))
    assert shipped().hours(unknown, date(2026, 3, 7)) is None


def test_the_hours_for_the_unknown_are_forbidden_by_no_state_on_a_weekday():
    unknown = shipped().hours(Whereabouts(country="US"), THURSDAY)
    assert unknown is not None
    for rule in shipped().rules:
        if rule.weekdays & {1, 2, 3, 4, 5}:
            assert rule.start <= unknown[0] < unknown[1] <= rule.end


def test_an_owner_may_bring_a_table_of_their_own(tmp_path: Path):
    own = table(tmp_path, BASE + "US,*,1-5,09:00,17:00,no,house rule\nUS,NY,1-7,11:00,20:00,yes,house rule\n")
    in_new_york = zones_of("+12125550123", state="NY")
    assert own.hours(in_new_york, THURSDAY) == (time(11), time(17))
    assert own.hours(in_new_york, date(2026, 3, 7)) is None
    assert own.hours(in_new_york, date(2026, 12, 25)) is None
    assert own.hours(Whereabouts(("Europe/Paris",), "number", None, "FR"), THURSDAY) == (time(8), time(21))


def test_rules_that_leave_no_time_in_common_leave_no_time(tmp_path: Path):
    own = table(tmp_path, BASE + "US,*,1-7,08:00,10:00,yes,a\nUS,NY,1-7,11:00,20:00,yes,b\n")
    assert own.hours(zones_of("+12125550123", state="NY"), THURSDAY) is None


def test_a_country_whose_holidays_are_not_known_has_none(tmp_path: Path):
    own = table(tmp_path, BASE + "XX,*,1-7,09:00,17:00,no,a\n")
    assert own.hours(Whereabouts(("Europe/Paris",), "number", None, "XX"), THURSDAY) == (time(9), time(17))


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (BASE + "US,NY,1-8,08:00,20:00,yes,x\n", "line 4: weekdays"),
        (BASE + "US,NY,5-1,08:00,20:00,yes,x\n", "line 4: weekdays"),
        (BASE + "US,NY,1-5,20:00,08:00,yes,x\n", "line 4: start is not before end"),
        (BASE + "US,NY,1-5,8,20:00,yes,x\n", "line 4"),
        (BASE + "US,NY,1-5,08:00,20:00,maybe,x\n", "line 4: holidays"),
        (BASE + "US,NY,1-5,08:00,20:00,yes,\n", "line 4: source is missing"),
        (BASE + "US,NY,1-5,08:00,20:00,yes,x\nUS,NY,5-7,08:00,20:00,yes,x\n", "two rows"),
        ("US,NY,1-5,08:00,20:00,yes,x\n", "rows for every country"),
    ],
)
def test_a_table_that_says_nothing_certain_is_refused(tmp_path: Path, rows: str, said: str):
    with pytest.raises(LawfulTableError, match=said):
        table(tmp_path, rows)


def test_a_table_can_be_handed_to_every_question():
    never = LawfulTable(
        tuple(
            Rule("*", state, frozenset(range(1, 8)), time(12), time(12, 1), True, "for this test")
            for state in ("*", "unknown")
        )
    )
    assert not is_lawful(datetime(2026, 3, 5, 16, tzinfo=UTC), Whereabouts(("UTC",)), never)
    assert is_lawful(datetime(2026, 3, 5, 12, tzinfo=UTC), Whereabouts(("UTC",)), never)


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ("*,*,1-7,07:00,21:00,yes,wish\n*,unknown,1-5,10:00,18:00,yes,ours\n", "line 2: .*federal hours"),
        ("*,*,1-7,08:00,22:00,yes,wish\n*,unknown,1-5,10:00,18:00,yes,ours\n", "line 2: .*federal hours"),
        ("*,*,1-7,08:00,21:00,yes,law\n*,unknown,1-7,08:00,21:30,yes,ours\n", "line 3: .*federal hours"),
        (BASE + "usa,NY,1-5,08:00,20:00,yes,x\n", "line 4: country"),
        (BASE + "*,NY,1-5,08:00,20:00,yes,x\n", "line 4: a state needs its country"),
        (BASE + "US,NY,1-5,08:00+01:00,20:00,yes,x\n", "line 4: the hours are local"),
        (BASE + "US,NY,1-5,08:00,20:00,yes,x\nUS,NY,5-7,08:00,20:00,yes,x\n", "line 5: .*two rows"),
    ],
)
def test_a_table_that_is_wider_than_the_law_or_unclear_is_refused_with_its_line(rows: str, said: str):
    with pytest.raises(LawfulTableError, match=said):
        parse(HEAD + rows)


def test_a_table_without_a_source_for_each_row_is_no_table():
    with pytest.raises(LawfulTableError, match=r"line 1: .*source is missing"):
        parse("country,state,weekdays,start,end,holidays\n*,*,1-7,08:00,21:00,yes\n")


def test_a_row_that_is_wider_than_the_federal_hours_widens_nothing():
    own = parse(HEAD + BASE + "US,NY,1-7,06:00,23:00,yes,a wish\n")
    assert own.hours(zones_of("+12125550123", state="NY"), THURSDAY) == (time(8), time(21))


def test_the_table_of_a_business_is_read_once_for_each_content():
    text = HEAD + BASE
    assert table_of(text) is table_of(str(text))
    assert table_of(None) is shipped()
