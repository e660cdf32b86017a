"""What is promised about starting the model's server before anything is started."""

from __future__ import annotations

from pathlib import Path

import pytest

from nlu import rasa_process
from nlu.rasa_process import EnvironmentMissing, ModelNotTrained, command, environment


@pytest.fixture
def folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A model's folder with neither environment nor model in it."""
    monkeypatch.setattr(rasa_process, "FOLDER", tmp_path)
    monkeypatch.setattr(rasa_process, "PYTHON", tmp_path / "python")
    monkeypatch.setattr(rasa_process, "MODEL", tmp_path / "rekindle.tar.gz")
    return tmp_path


def test_a_missing_environment_is_named_with_what_to_do(folder: Path) -> None:
    with pytest.raises(EnvironmentMissing, match="make setup"):
        command(5005)


def test_a_missing_model_is_named_with_what_to_do(folder: Path) -> None:
    (folder / "python").touch()
    with pytest.raises(ModelNotTrained, match="make setup"):
        command(5005)


def test_the_token_is_in_the_environment_and_never_in_the_command(folder: Path) -> None:
    (folder / "python").touch()
    (folder / "rekindle.tar.gz").touch()
    assert "5005" in command(5005)
    assert environment("a-token")["RASA_TOKEN"] == "a-token"
    assert environment("a-token")["RASA_TELEMETRY_ENABLED"] == "false"


def test_only_a_server_of_ones_own_ends_with_its_parent(folder: Path) -> None:
    (folder / "python").touch()
    (folder / "rekindle.tar.gz").touch()
    assert "--with-parent" not in command(5005)
    assert "--with-parent" in command(5005, with_parent=True)
