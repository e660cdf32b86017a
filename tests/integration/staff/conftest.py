"""A front desk with an application of its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from staff_desk import Desk, furnish

from bot.webapp import create_app
from data import settings
from scheduler import wake
from scheduler.jobs import Job


@pytest.fixture
def desk(database: str) -> Iterator[Desk]:
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
