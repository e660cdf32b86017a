"""Which Redis server is taken, and what it is told."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from bot.processes import redis_server


def fake(folder: Path, code: int) -> Path:
    program = folder / "redis-server"
    program.write_text(f"#!/bin/sh\nexit {code}\n")
    program.chmod(0o755)
    return program


def test_the_machines_own_server_is_preferred(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    own = fake(tmp_path, 0)
    assert redis_server.binary() == str(own)


def test_a_server_that_does_not_run_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake(tmp_path, 127)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "valkey" in redis_server.binary()


def test_without_one_on_the_machine_the_packaged_server_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert Path(redis_server.binary()).name == "valkey-server"


def test_the_password_is_in_a_file_that_nobody_else_may_read(tmp_path: Path) -> None:
    config = redis_server.configure(tmp_path, 1, "secret")
    assert "requirepass secret" in config.read_text()
    assert stat.S_IMODE(config.stat().st_mode) == 0o600
