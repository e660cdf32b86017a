"""Rows asked for by thousands of values: found, and on PostgreSQL never by a plan for any values at all."""

from __future__ import annotations

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from data.among import among, planned_each_time
from data.db import reading
from data.models import Contact
from tests.world_fixtures import SARAH, Service

pytestmark = pytest.mark.database

OFTEN = 8
"""More often than the driver sends a statement before it prepares it."""


def prepared(session: Session) -> int:
    """How many statements about contacts the server keeps a plan of, in this connection."""
    if session.get_bind().dialect.name == "sqlite":
        return 0
    count = "SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%contact%'"
    return session.scalar(text(count)) or 0


def found(session: Session) -> list[str]:
    """Sarah's number, asked for among thousands; often, as a long list asks."""
    numbers = [SARAH, *(f"+1212{n:07d}" for n in range(2_000))]
    for _ in range(OFTEN):
        phones = list(session.scalars(select(Contact.phone).where(among(session, Contact.phone, numbers))))
    return phones


def test_one_number_is_found_among_thousands(service: Service) -> None:
    with reading() as session:
        assert found(session) == [SARAH]


def test_a_statement_with_thousands_of_values_is_planned_for_those_values(service: Service) -> None:
    with reading() as session:
        with planned_each_time(session):
            assert found(session) == [SARAH]
            assert prepared(session) == 0
        found(session)
        assert prepared(session) == (session.get_bind().dialect.name != "sqlite"), "from here on as before"
