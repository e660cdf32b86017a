"""Rows that are written together: each has its own end, and nobody's failure is anybody else's."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from services.waiting import wait_until
from sqlalchemy import Connection, event, insert, select
from sqlalchemy.exc import IntegrityError

from data import row_writes
from data.db import engine, reading, turn
from data.models import Suppression
from data.row_writes import write_rows
from tests.world_fixtures import Service

MANY = 12


def suppress(number: str) -> Callable[[Connection], str]:
    values = {"business_id": 1, "phone_hash": number, "channel": "sms", "reason": "opt_out", "source": "test"}

    def work(connection: Connection) -> str:
        connection.execute(insert(Suppression), values | {"evidence": number})
        return number

    return work


def written() -> set[str]:
    with reading() as session:
        return set(session.scalars(select(Suppression.phone_hash)))


@pytest.mark.database
def test_of_many_at_once_each_gets_its_own_result(service: Service) -> None:
    with ThreadPoolExecutor(MANY) as pool:
        results = list(pool.map(write_rows, [suppress(f"n{n}") for n in range(MANY)]))
    assert results == [f"n{n}" for n in range(MANY)]
    assert written() == set(results)


@pytest.mark.database
def test_the_one_that_fails_fails_alone(service: Service) -> None:
    write_rows(suppress("taken"))
    numbers = ["a", "b", "taken", "c"]
    with ThreadPoolExecutor(len(numbers)) as pool, turn():  # on SQLite they all wait, and go together
        asked = {number: pool.submit(write_rows, suppress(number)) for number in numbers}
    failed = {number for number, one in asked.items() if isinstance(one.exception(30), IntegrityError)}
    assert failed == {"taken"}
    assert written() == set(numbers)


@pytest.mark.database
def test_all_who_wait_for_sqlite_are_committed_together(service: Service) -> None:
    if engine().dialect.name != "sqlite":
        assert write_rows(suppress("alone")) == "alone"  # PostgreSQL has many writers: nobody waits
        return
    commits: list[object] = []
    event.listen(engine(), "commit", commits.append)
    with ThreadPoolExecutor(MANY) as pool:
        with turn():
            asked = [pool.submit(write_rows, suppress(f"n{n}")) for n in range(MANY)]
            wait_until(lambda: row_writes.waiting() == MANY, what="all of them waiting")
        assert [one.result(30) for one in asked] == [f"n{n}" for n in range(MANY)]
    assert len(commits) == 1
