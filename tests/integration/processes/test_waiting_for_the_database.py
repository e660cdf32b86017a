"""`rekindle up` beside a database server that comes up later, or never."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from processes_apart import forwarding
from services.postgresql import Cluster
from services.waiting import wait_until

from bot.processes import ProcessesError, foreground, free_port
from data import settings


@pytest.fixture
def later(
    tmp_path: Path, postgresql_cluster: Cluster, empty_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> int:
    """The port at which nothing answers yet; the settings in force name it."""
    port = free_port()
    address = empty_database_url.replace(f":{postgresql_cluster.port}/", f":{port}/")
    given = settings.isolated(database_url=address, rekindle_data_dir=tmp_path)
    monkeypatch.setattr(settings, "_current", given)
    return port


def test_a_database_that_comes_up_later_is_waited_for(later: int, postgresql_cluster: Cluster) -> None:
    said: list[str] = []
    waiting = threading.Thread(
        target=foreground._migrate, args=(settings.get().database_address, said.append)
    )
    waiting.start()
    wait_until(lambda: bool(said))
    with forwarding(later, ("127.0.0.1", postgresql_cluster.port)):
        waiting.join(20)
        assert not waiting.is_alive()
    assert len(said) == 1
    assert said[0].startswith("waiting for the database: ")


def test_one_that_never_comes_is_named_in_a_sentence(later: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(foreground, "DATABASE_LIMIT", 0.5)
    with pytest.raises(ProcessesError, match=r"^The database cannot be used \(DATABASE_URL\): "):
        foreground._migrate(settings.get().database_address, lambda _: None)
