"""A front desk with an application of its own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from calendar_owner import OWNER, Owner, lead_to
from google_server.fixtures import ConnectedGoogle, google_server
from services import databases
from staff_desk import Desk, furnish

from bot.webapp import create_app
from data import clock, db, settings
from scheduler import wake
from scheduler.jobs import Job

__all__ = ["google_server"]


@pytest.fixture
def desk(database: str) -> Iterator[Desk]:
    with _opened() as opened:
        yield opened


@pytest.fixture
def lone_desk(sqlite_template: Path, tmp_path: Path) -> Iterator[Desk]:
    """A desk on one kind of database alone: for what other tests show on both."""
    before = settings.get()
    with databases.sqlite_copy(sqlite_template, tmp_path) as url:
        settings.use(settings.isolated(database_url=url, rekindle_data_dir=tmp_path))
        db.connect()
        with _opened() as opened:
            yield opened
        db.dispose()
        settings.use(before)
        clock.use()


@contextmanager
def _opened() -> Iterator[Desk]:
    before = settings.get()
    settings.use(
        before.model_copy(
            update={
                "public_base_url": "http://127.0.0.1:8000",
                "twilio_from": "+12125550100",
                "twilio_auth_token": type(before.twilio_auth_token)("secret"),
            }
        )
    )
    woken: list[Job] = []
    wake.use(lambda job, *_: woken.append(job))
    app = create_app()
    furnish()
    yield Desk(app, woken)
    wake.use()
    settings.use(before)


@pytest.fixture
def owner(desk: Desk, google_server: ConnectedGoogle) -> Iterator[Owner]:
    """Somebody at the desk who connects the calendar of the tests' Google."""
    google_server.server.add_calendar(OWNER, "America/New_York", "Dr. Sample")
    before = settings.get()
    settings.use(lead_to(google_server))
    yield Owner(desk, google_server, desk.kim())
    settings.use(before)
