"""A business, and lists taken in for it: what the tests of imports share."""

from __future__ import annotations

import csv
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from data import business_file, clock, imports
from data.clock import HandClock
from data.db import reading, writing
from data.models import Base, Contact, Person

NOW = datetime(2026, 3, 5, 15, 0, tzinfo=UTC)
SARAH, TOM = "+12125550123", "+16465550124"
HEADER = "first_name,last_name,phone,last_visit,contact_basis,opted_out"


@pytest.fixture(autouse=True)
def the_business(database: str) -> None:
    clock.use(HandClock(NOW))
    with writing() as session:
        business_file.load(session, business_file.read_file(business_file.SAMPLE))


@pytest.fixture
def take_in(tmp_path: Path):
    def run(*lines: str, header: str = HEADER, **options: Any) -> imports.Summary:
        path = tmp_path / "list.csv"
        path.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
        done = imports.run(path, **options)
        assert done.rows == done.accepted + done.updated + done.refused
        assert done.refused == sum(done.by_reason.values()) == len(refusals(done))
        return done

    return run


def refusals(done: imports.Summary) -> list[dict[str, str]]:
    with done.report.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def everything() -> dict[str, list[Any]]:
    """Every row of every table, as values."""
    with reading() as session:
        tables = Base.metadata.sorted_tables
        return {table.name: sorted(map(repr, session.execute(select(table)))) for table in tables}


def contacts() -> dict[str, list[str]]:
    with reading() as session:
        rows = session.scalars(select(Contact).order_by(Contact.id))
        return {row.phone: [person.first_name for person in row.persons] for row in rows}


def person(first_name: str) -> Person:
    with reading() as session:
        return session.scalars(select(Person).where(Person.first_name == first_name)).one()
