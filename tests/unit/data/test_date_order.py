"""3/4 is read alike everywhere: as the list's own dates say, else as the business's country writes."""

from __future__ import annotations

import pytest

from data.imports.date_order import is_day_first


@pytest.mark.parametrize("country", ["US", "PR", "VI", "GU", "AS", "MP", "PH"])
def test_where_the_month_is_written_first_the_fourth_of_march_stays_march(country: str) -> None:
    assert not is_day_first(["3/4/2026"], country)


def test_elsewhere_the_day_comes_first_unless_the_lists_own_dates_say_otherwise() -> None:
    assert is_day_first([], "GB")
    assert not is_day_first(["3/4/2026", "3/25/2026"], "GB")
    assert is_day_first(["3/4/2026", "25/3/2026"], "US")
    assert not is_day_first(["3/25/2026", "25/3/2026"], "US"), "dates that contradict each other say nothing"
