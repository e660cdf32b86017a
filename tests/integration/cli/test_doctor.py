"""`rekindle doctor`: with each part broken in turn, it names that part and says what to do."""

from __future__ import annotations

import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from bot.cli import main
from bot.doctor import Finding, examine
from bot.processes import free_port
from bot.simulator import Network
from data import clock, db, settings
from data.db import writing
from data.models import Business, CalendarConnection, Contact, Sender, StaffUser

PHONE = "+12125550123"
STAFF = "+12125550199"


def found(**changed: Any) -> dict[str, Finding]:
    if changed:
        settings.use(settings.get().model_copy(update=changed))
    return dict(examine())


def unwell(findings: dict[str, Finding]) -> set[str]:
    return {name for name, finding in findings.items() if finding.state == "unwell"}


def test_all_is_well_with_a_healthy_service(healthy: settings.Settings, runner: CliRunner) -> None:
    done = runner.invoke(main, ["doctor"])
    assert done.exit_code == 0, done.output
    assert "All is well." in done.output


def test_no_secret_is_told(healthy: settings.Settings, runner: CliRunner) -> None:
    secret = "planted-9f31"
    settings.use(
        healthy.model_copy(update={"redis_url": f"redis://:{secret}@127.0.0.1:{free_port()}/0"}),
    )
    done = runner.invoke(main, ["doctor"])
    assert done.exit_code == 1
    assert secret not in done.output
    assert healthy.auth_tokens[0] not in done.output
    assert STAFF not in done.output


def test_settings_that_cannot_be_used_are_named_and_nothing_else_is_looked_at(
    runner: CliRunner, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    before = settings.get()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PUBLIC_BASE_URL", "http://example.com")
    settings.use(None)
    try:
        done = runner.invoke(main, ["doctor"])
    finally:
        settings.use(before)
    assert done.exit_code == 1
    assert "PUBLIC_BASE_URL" in done.output
    assert "provider" not in done.output


def test_looking_makes_no_database(set_up: settings.Settings) -> None:
    assert {"database", "staff notices"} <= unwell(found())
    assert list(set_up.rekindle_data_dir.iterdir()) == []


def test_a_database_that_is_none_is_named(set_up: settings.Settings) -> None:
    (set_up.rekindle_data_dir / "rekindle.sqlite3").write_bytes(b"this is no database" * 100)
    assert "database" in unwell(found())


def test_a_database_that_cannot_be_reached_is_named(healthy: settings.Settings) -> None:
    findings = found(database_url=f"postgresql://nobody@127.0.0.1:{free_port()}/none")
    assert unwell(findings) == {"database"}
    assert "DATABASE_URL" in findings["database"].advice


def test_an_empty_database_is_to_be_migrated(set_up: settings.Settings) -> None:
    db.connect()
    with db.engine().connect():
        pass
    assert "db migrate" in found()["database"].advice


def test_a_database_without_a_business_is_named(set_up: settings.Settings) -> None:
    db.connect()
    db.migrate()
    assert {"business", "staff"} <= unwell(found())


def test_keys_that_do_not_fit_are_named(healthy: settings.Settings) -> None:
    (healthy.rekindle_data_dir / "secrets" / "encryption_keys").unlink()
    findings = found()
    assert unwell(findings) == {"keys"}
    assert "ENCRYPTION_KEYS" in findings["keys"].advice


def test_nobody_to_log_in_is_named(healthy: settings.Settings) -> None:
    with writing() as session:
        session.query(StaffUser).update({"active": False})
    assert unwell(found()) == {"staff"}


def test_a_redis_that_is_away_is_named(healthy: settings.Settings) -> None:
    assert unwell(found(redis_url=f"redis://127.0.0.1:{free_port()}/0")) == {"redis"}


def test_a_queue_without_a_worker_is_named(healthy: settings.Settings, redis_url: str) -> None:
    assert unwell(found(redis_url=redis_url)) == {"worker"}


def test_a_model_server_that_is_away_is_named(healthy: settings.Settings) -> None:
    findings = found(rasa_url=f"http://127.0.0.1:{free_port()}")
    assert unwell(findings) == {"model server"}
    assert "RASA_URL" in findings["model server"].advice


def test_refused_credentials_are_named(healthy: settings.Settings) -> None:
    findings = found(twilio_auth_token=type(healthy.twilio_auth_token)("wrong"))
    assert unwell(findings) == {"provider"}
    assert "TWILIO_AUTH_TOKEN" in findings["provider"].advice


def test_a_provider_that_is_away_is_named(healthy: settings.Settings) -> None:
    assert unwell(found(twilio_api_base_url=f"http://127.0.0.1:{free_port()}")) == {"provider"}


def test_a_provider_that_hangs_does_not_hold_up_the_others(
    healthy: settings.Settings, line: tuple[Network, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.doctor.examination.LIMIT", 2.0)
    line[0].faults.add("api_hang_before", times=None, calls="all")
    began = time.monotonic()
    assert unwell(found()) == {"provider"}
    assert time.monotonic() - began < 6


def test_a_real_provider_needs_a_public_address(healthy: settings.Settings) -> None:
    from bot.doctor.outside import public_address

    real = healthy.model_copy(update={"twilio_api_base_url": "https://api.twilio.com"})
    assert public_address(real).state == "unwell"
    own = real.model_copy(update={"public_base_url": "http://127.0.0.1:8000"})
    assert "cannot reach" in public_address(own).detail
    good = real.model_copy(update={"public_base_url": "https://texts.example.com"})
    assert public_address(good).state == "well"


def test_a_sender_that_was_stopped_is_named_with_the_reason(healthy: settings.Settings) -> None:
    with writing() as session:
        session.query(Sender).update({"stopped_reason": "20003"})
    findings = found()
    assert unwell(findings) == {"sender"}
    assert "20003" in findings["sender"].detail


def test_another_number_than_the_business_has_is_named(healthy: settings.Settings) -> None:
    assert unwell(found(twilio_from="+12125550177")) == {"sender"}


def test_a_calendar_that_refused_us_is_named(healthy: settings.Settings) -> None:
    with writing() as session:
        session.query(CalendarConnection).update({"disconnected_at": clock.now()})
    assert unwell(found()) == {"calendar"}


def test_google_without_its_key_is_named(healthy: settings.Settings, tmp_path: Path) -> None:
    with writing() as session:
        session.query(CalendarConnection).update({"kind": "google", "calendar_id": "primary"})
    findings = found(google_service_account_file=tmp_path / "none.json", google_calendar_id="primary")
    assert unwell(findings) == {"calendar"}
    assert "GOOGLE_SERVICE_ACCOUNT_FILE" in findings["calendar"].detail


def test_work_that_nobody_does_is_named(healthy: settings.Settings) -> None:
    with writing() as session:
        business = session.query(Business).one()
        session.add(Contact(business_id=business.id, phone=PHONE, due_at=clock.now() - timedelta(minutes=10)))
    findings = found()
    assert unwell(findings) == {"waiting work"}
    assert "10 minutes" in findings["waiting work"].detail


def test_a_model_that_was_not_trained_is_named(
    healthy: settings.Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("nlu.rasa_process.MODEL", tmp_path / "none.tar.gz")
    findings = found()
    assert unwell(findings) == {"language model"}
    assert "make setup" in findings["language model"].advice


def test_staff_who_are_not_told_are_named(healthy: settings.Settings) -> None:
    assert unwell(found(staff_notice_to="")) == {"staff notices"}
    assert unwell(found(staff_notice_to="the desk")) == {"staff notices"}


def test_a_clock_that_lags_is_named(healthy: settings.Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    from bot.doctor import machine

    monkeypatch.setattr(machine, "_their_time", lambda _root: clock.real() + timedelta(minutes=30))
    findings = found()
    assert unwell(findings) == {"clock"}
    assert "30 minutes" in findings["clock"].detail
