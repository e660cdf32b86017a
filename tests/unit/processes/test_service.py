"""Of which programs the service consists, and what they are told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bot.processes import service
from data import settings


def compose(tmp_path: Path, **values: Any) -> service.Service:
    given = {"rasa_url": "http://127.0.0.1:1", "rekindle_data_dir": tmp_path, **values}
    return service.compose(settings.isolated(**given), tmp_path)


def names(composed: service.Service) -> set[str]:
    return {program.name for program in composed.programs}


def test_without_an_address_for_redis_one_is_started_and_its_address_handed_on(tmp_path: Path) -> None:
    composed = compose(tmp_path)
    assert names(composed) == {"redis", "web", "worker", "beat"}
    assert composed.environment["REDIS_URL"] == composed.addresses.redis
    assert composed.addresses.redis.startswith("redis://:")


def test_a_redis_that_runs_elsewhere_is_used_and_none_is_started(tmp_path: Path) -> None:
    composed = compose(tmp_path, redis_url="redis://cache.example:6379/0")
    assert "redis" not in names(composed)
    assert composed.environment["REDIS_URL"] == "redis://cache.example:6379/0"


def test_no_secret_stands_on_a_command_line_or_in_a_file_of_the_supervisors(tmp_path: Path) -> None:
    token = "planted-secret-token"
    composed = compose(tmp_path, rasa_token=token, secret_key=token, twilio_auth_token=token)
    told = [(program.command, dict(program.environment)) for program in composed.programs]
    assert token not in repr(told)
    assert composed.environment["TWILIO_AUTH_TOKEN"] == token
    assert token not in repr(composed.addresses)


def test_every_program_gets_exactly_the_settings_that_were_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    composed = compose(
        tmp_path, rekindle_demo=True, twilio_api_base_url="http://127.0.0.1:9", redis_url="redis://h"
    )
    for name in settings.Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    for name, value in composed.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)

    read = settings.Settings()
    assert (read.rekindle_demo, read.twilio_api_base_url) == (True, "http://127.0.0.1:9")
    assert read.rekindle_data_dir == tmp_path
    assert read.secret("secret_key") == composed.environment["SECRET_KEY"]


@pytest.mark.parametrize(
    ("bind", "asked"),
    [("127.0.0.1", "127.0.0.1"), ("0.0.0.0", "127.0.0.1"), ("::", "[::1]"), ("192.0.2.7", "192.0.2.7")],
)
def test_the_web_server_is_asked_where_it_can_be_reached_from_here(
    tmp_path: Path, bind: str, asked: str
) -> None:
    given = settings.isolated(rasa_url="http://127.0.0.1:1", rekindle_data_dir=tmp_path, rekindle_port=8123)
    assert service.compose(given, tmp_path, bind).addresses.web == f"http://{asked}:8123"


def test_only_the_parts_that_others_lean_on_outlive_them(tmp_path: Path) -> None:
    assert {p.name for p in compose(tmp_path).programs if p.outlives} == {"redis"}
