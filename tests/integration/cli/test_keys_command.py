"""Renewing the encryption keys: with the first one everything is readable, without the old ones."""

from __future__ import annotations

import pytest
from click.testing import CliRunner
from cryptography.fernet import Fernet
from pydantic import SecretStr

from bot.cli.keys_command import command
from data import crypto, settings
from data.db import connect, reading, writing
from data.models import Business, CalendarConnection
from data.queries.keys import encrypted

OLD, NEW, STRANGE = (Fernet.generate_key().decode() for _ in range(3))
CONSENT = b'{"refresh_token": "planted"}'


def keys(*present: str) -> None:
    """These keys are in force, the first one writes."""
    given = {"encryption_keys": SecretStr(",".join(present))}
    settings.use(settings.get().model_copy(update=given))


def rotate() -> tuple[int, str]:
    done = CliRunner().invoke(command, ["rotate"])
    connect()
    return done.exit_code, done.output


def sealed() -> set[bytes]:
    with reading() as session:
        raw = session.connection().exec_driver_sql
        found = [
            *raw("SELECT hash_key FROM business").scalars(),
            *raw("SELECT token FROM calendar_connection WHERE token IS NOT NULL").scalars(),
        ]
    return {bytes(one) for one in found}


@pytest.fixture
def written(database: str) -> None:
    """Two secrets that the old key wrote."""
    keys(OLD)
    with writing() as session:
        business = Business(
            name="Example Dental", phone="+12125550100", address="12 Sample Street", hash_key=b"k" * 32,
            timezone="America/New_York", profile={},
        )  # fmt: skip
        session.add(business)
        session.flush()
        session.add(CalendarConnection(business_id=business.id, kind="google", token=CONSENT))
        session.add(CalendarConnection(business_id=business.id, kind="local", active=False))


def readable() -> tuple[bytes, bytes | None]:
    with reading() as session:
        consent = session.query(CalendarConnection.token).filter_by(kind="google").scalar()
        return session.query(Business).one().hash_key, consent


def test_after_rotating_the_old_key_is_needed_no_more(written: None) -> None:
    before = sealed()
    keys(NEW, OLD)

    assert rotate()[0] == 0

    keys(NEW)
    assert readable() == (b"k" * 32, CONSENT)
    assert not before & sealed()


def test_rotating_again_writes_nothing(written: None) -> None:
    keys(NEW, OLD)
    rotate()
    after = sealed()

    code, said = rotate()

    assert code == 0
    assert "business.hash_key: 0 of 1 encrypted anew" in said
    assert "calendar_connection.token: 0 of 1 encrypted anew" in said
    assert sealed() == after


def test_with_a_key_missing_nothing_is_changed_and_the_reason_is_said(written: None) -> None:
    keys(OLD)
    with writing() as session:
        session.query(CalendarConnection).filter_by(kind="google").one().token = CONSENT
    keys(STRANGE)
    before = sealed()

    code, said = rotate()

    assert code == 2
    assert "ENCRYPTION_KEYS does not hold the key" in said
    assert "nothing was changed" in said
    assert sealed() == before
    keys(OLD)
    assert readable()[1] == CONSENT


def test_half_of_the_keys_changes_nothing_at_all(written: None) -> None:
    keys(STRANGE)
    with writing() as session:
        session.query(CalendarConnection).filter_by(kind="google").update({"token": CONSENT})
    before = sealed()
    keys(NEW, OLD)

    assert rotate()[0] == 2
    assert sealed() == before
    keys(NEW, OLD, STRANGE)
    assert rotate()[0] == 0
    keys(NEW)
    assert readable() == (b"k" * 32, CONSENT)


def test_what_is_no_key_is_said_in_one_sentence(written: None) -> None:
    keys("not a key", OLD)
    code, said = rotate()
    assert code == 2
    assert "no Fernet key" in said


def test_a_fresh_key_is_one_that_can_be_used() -> None:
    printed = CliRunner().invoke(command, ["new"]).output.strip()
    assert crypto.Fernet(printed)
    assert printed != CliRunner().invoke(command, ["new"]).output.strip()


def test_every_encrypted_column_is_among_them() -> None:
    assert {f"{table.name}.{column.name}" for table, column in encrypted()} >= {
        "business.hash_key",
        "calendar_connection.token",
    }
