"""Sales are entered once each, by hand or from a list, and what is refused says why."""

from __future__ import annotations

import csv
import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot.cli.sale_command import command
from data import business_file, clock
from data.clock import HandClock
from data.db import reading, writing
from data.models import Business, Contact, Person, Sale
from data.queries import sales
from data.queries.sales import SaleRefused

pytestmark = pytest.mark.database
TODAY = date(2026, 3, 10)

LIST = """\
March takings;;;;
Invoice No;Customer ID;Mobile;Date paid;Total
R-1;A-17;;3/5/2026;$1,120.50
R-1;A-17;;3/5/2026;1120.50
R-1;A-17;;3/5/2026;20
;;'+12125550124;2026-03-09;80
;;(212) 555-0124;03/09/2026;80.00
R-5;TWICE;;3/5/2026;10
R-6;TWICE;+12125550124;3/5/2026;10
R-7;;+12125550199;3/5/2026;10
R-8;;;3/5/2026;10
R-9;A-17;;3/11/2026;10
R-10;A-17;;13/40/2026;10
R-11;A-17;;3/5/2026;-10
R-12;A-17;;3/5/2026;free
"""


@pytest.fixture
def path(database: str, tmp_path: Path) -> Path:
    clock.use(HandClock(datetime(2026, 3, 11, 2, 0, tzinfo=UTC)))  # still the 10th in New York
    with writing() as session:
        business = business_file.load(session, business_file.read_file(business_file.SAMPLE))
        for last, known_as in ((123, "A-17"), (124, "TWICE"), (125, "TWICE")):
            contact = Contact(business_id=business.id, phone=f"+12125550{last}", zones=[])
            contact.persons = [Person(crm_id=known_as)]
            session.add(contact)
    path = tmp_path / "sales.csv"
    path.write_text(LIST)
    return path


def call(*arguments: object) -> Result:
    return CliRunner().invoke(command, [str(argument) for argument in arguments])


def stored() -> list[tuple[int, float, date, str]]:
    with reading() as session:
        return [
            (s.contact_id, s.amount, s.sold_on, s.reference) for s in session.query(Sale).order_by(Sale.id)
        ]


def test_a_list_of_sales_enters_each_once_and_says_why_it_refuses_the_rest(path: Path) -> None:
    dry = call("import", path, "--map", "sold_on=date paid", "--dry-run", "--json")
    assert stored() == []
    done = call("import", path, "--map", "sold_on=date paid", "--json")
    assert json.loads(dry.stdout) == json.loads(done.stdout) == {
        "rows": 13, "entered": 4, "unchanged": 1, "refused": 8, "amount": 1290.5,
        "by_reason": {
            "reference_differs": 1, "no_contact": 2, "nobody": 1, "future": 1, "date": 1, "amount": 2,
        },
    }  # fmt: skip
    entered = stored()
    assert [row[:3] for row in entered] == [
        (1, 1120.5, date(2026, 3, 5)),
        (2, 80.0, date(2026, 3, 9)),
        (2, 80.0, date(2026, 3, 9)),
        (2, 10.0, date(2026, 3, 5)),
    ]
    with path.with_name("sales.report.csv").open(newline="") as file:
        reasons = [row["reason"] for row in csv.DictReader(file)]
    assert reasons == [
        "reference_differs", "no_contact", "no_contact", "nobody", "future", "date", "amount", "amount",
    ]  # fmt: skip
    again = json.loads(call("import", path, "--map", "sold_on=Date paid", "--json").stdout)
    assert (again["entered"], again["unchanged"], again["refused"]) == (0, 5, 8)
    assert stored() == entered


def test_a_sale_by_hand_is_one_of_a_contact_of_a_day_that_has_been(path: Path) -> None:
    done = call(
        "add", "--phone", "212 555 0123", "--amount", "99.5", "--on", "2026-03-10", "--reference", "X"
    )
    assert done.exit_code == 0
    assert stored() == [(1, 99.5, TODAY, "X")]
    for wrong in (
        ("--phone", "+12125550199", "--amount", "1", "--on", "2026-03-10"),
        ("--crm-id", "TWICE", "--amount", "1", "--on", "2026-03-10"),
        ("--crm-id", "A-17", "--amount", "0", "--on", "2026-03-10"),
        ("--crm-id", "A-17", "--amount", "nan", "--on", "2026-03-10"),
        ("--crm-id", "A-17", "--amount", "1", "--on", "2026-03-11"),
        ("--amount", "1", "--on", "2026-03-10"),
    ):
        assert call("add", *wrong).exit_code == 2, wrong
    with writing() as session:
        business, contact = session.query(Business).one(), session.get_one(Contact, 1)
        same = sales.add(session, business, contact, amount=99.5, sold_on=TODAY, reference=" X ")
        assert same.id == 1
        with pytest.raises(SaleRefused, match="there already"):
            sales.add(session, business, contact, amount=100, sold_on=TODAY, reference="X")
        one = sales.add(session, business, contact, amount=5, sold_on=TODAY)
        other = sales.add(session, business, contact, amount=5, sold_on=TODAY)
        assert one.reference != other.reference
        assert len(sales.sales_of(session, contact.id)) == 3


def test_in_puerto_rico_a_sale_of_the_fourth_of_march_is_one_of_march(path: Path) -> None:
    with writing() as session:
        session.query(Business).one().country = "PR"
    path.write_text("customer id,date,total\nA-17,3/4/2026,100\n")
    assert call("import", path).exit_code == 0
    assert [sold_on for _, _, sold_on, _ in stored()] == [date(2026, 3, 4)]
    refused = call("import", path, "--map", "amount=NetTotl")
    assert refused.exit_code == 2
    assert "no column 'NetTotl'" in refused.stderr
