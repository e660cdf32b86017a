"""The simulated network behind the settings, as an operator has set it up."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from bot.simulator import Behaviour, Network, over_http, serving
from data import business_file, clock, db, settings
from data.db import writing
from data.models import StaffUser

ACCOUNT = "AC" + "0" * 32
TOKEN = "a-token-for-the-selftest"
SENDER = "+12125550100"
STAFF = "+12125550199"


def _now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
def line() -> Iterator[tuple[Network, str]]:
    """A network with phones and its address; it delivers by itself, in real time."""
    network = Network(
        account_sid=ACCOUNT,
        auth_token=TOKEN,
        senders=[SENDER, f"whatsapp:{SENDER}"],
        webhook_url="http://127.0.0.1:9/webhooks/twilio/messages",
        clock=_now,
        post=over_http(),
        behaviour=Behaviour(delivered_after=timedelta(seconds=0.1)),
    )
    with serving(network, pump_threads=1) as base:
        yield network, base


@pytest.fixture
def set_up(line: tuple[Network, str], tmp_path: Path) -> Iterator[settings.Settings]:
    """Settings that lead to the network, with an embedded database that does not exist yet."""
    before = settings.get()
    present = settings.isolated(
        rekindle_data_dir=tmp_path,
        twilio_account_sid=ACCOUNT,
        twilio_auth_token=TOKEN,
        twilio_from=SENDER,
        twilio_api_base_url=line[1],
    )
    settings.use(present)
    yield present
    db.dispose()
    settings.use(before)


@pytest.fixture
def runner() -> CliRunner:
    return CliRunner()


@pytest.fixture
def healthy(set_up: settings.Settings, redis_url: str) -> Iterator[settings.Settings]:
    """A business that is loaded, with staff, a reachable provider and a given Redis."""
    present = set_up.model_copy(update={"staff_notice_to": STAFF, "rasa_url": ""})
    settings.use(present)
    db.connect()
    db.migrate()
    with writing() as session:
        business = business_file.load(session, business_file.read_file(business_file.SAMPLE))
        session.add(
            StaffUser(business_id=business.id, email="desk@example.com", name="Desk", password_hash="x")
        )
    yield present
    clock.use()
