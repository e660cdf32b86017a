"""The services that all other tests lean on are what they claim to be."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser
from redis import Redis
from sqlalchemy import inspect, text

from data import db, settings
from data.models import Base
from nlu.rasa import Rasa


@pytest.mark.database
def test_a_test_gets_a_migrated_database_by_mark_alone() -> None:
    with db.reading() as session:
        tables = set(inspect(session.connection()).get_table_names())
    assert set(Base.metadata.tables) <= tables


@pytest.mark.parametrize("turn", [1, 2])
def test_what_one_test_writes_the_next_does_not_find(database: str, turn: int) -> None:
    with db.writing() as session:
        session.execute(text("CREATE TABLE left_over (turn integer)"))
    with db.writing() as session:
        session.execute(text("INSERT INTO left_over VALUES (:turn)"), {"turn": turn})


def test_the_database_is_the_kind_it_is_said_to_be(database: str, request: pytest.FixtureRequest) -> None:
    kind = request.node.callspec.params["database_url"]
    assert settings.get().database_address == database
    with db.reading() as session:
        assert session.get_bind().dialect.name == kind


def test_the_redis_of_the_tests_answers(redis_url: str) -> None:
    with Redis.from_url(redis_url) as client:
        assert client.ping()


def test_the_model_of_the_tests_is_served(rasa: Rasa) -> None:
    assert rasa.ready()


def test_the_browser_shows_a_page(chromium: Browser) -> None:
    page = chromium.new_page()
    page.set_content("<p>hello</p>")
    assert page.inner_text("p") == "hello"
    page.close()
