"""Which column of a list of sales is which: what is asked for is taken or refused, never guessed around."""

from __future__ import annotations

import pytest

from data.figures.sale_columns import find_header
from data.imports.list_file import ListError, Text

LIST = "Takings,,,\nMobile,Date,Total,NetTotal\n+12125550123,2026-03-05,120,100\n"


def text(content: str = LIST) -> Text:
    return Text("sales.csv", "", "utf-8", ",", content)


def test_a_column_that_is_asked_for_and_not_there_is_refused_and_not_guessed() -> None:
    with pytest.raises(ListError) as refused:
        find_header(text(), {"amount": "NetTotl"})
    assert str(refused.value) == (
        "sales.csv has no column 'NetTotl'; the columns are 'Mobile', 'Date', 'Total', 'NetTotal'"
    )
    with pytest.raises(ListError, match="no column 'Invoice'"):
        find_header(text(), {"reference": "Invoice"})
    assert find_header(text(), {"amount": "nettotal"})[1]["amount"] == 3
    assert find_header(text(), {})[1]["amount"] == 2


def test_of_two_columns_that_read_alike_the_one_that_is_written_so_is_taken() -> None:
    alike = text("phone,date,TOTAL,Total\n+12125550123,2026-03-05,120,100\n")
    assert find_header(alike, {"amount": "Total"})[1]["amount"] == 3


def test_what_is_no_list_of_sales_is_refused_with_what_it_needs() -> None:
    with pytest.raises(ListError, match="is empty"):
        find_header(text(""), {})
    with pytest.raises(ListError, match="needs a column for the amount"):
        find_header(text("phone,day\n+12125550123,2026-03-05\n"), {})
    with pytest.raises(ListError, match="no field 'price'"):
        find_header(text(), {"price": "Total"})
