"""The search of the logs: what is planted is found in every spelling, and nothing else."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest
from soak.planted import Planted


@pytest.fixture
def planted() -> Planted:
    made = Planted()
    made.add_numbers("number", ["+16465550147"])
    made.add_words("name", ["Quilonduvard"])
    made.add_words("e-mail address", ["quil.ondu.7@example.com"])
    made.add_words("text", ["where can I park?", "2"])
    made.add_secrets({"token": "0f1e2d3c4b5a69788796a5b4c3d2e1f0"}, account="AC1")
    return made


def found(planted: Planted, folder: Path, line: str) -> list[tuple[str, int]]:
    log = folder / "worker.log"
    log.write_text(f"swept jobs=3\n{line}\njob done row=17\n")
    return [(one.kind, one.line) for one in planted.search([log])]


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("sent to +16465550147", "number"),
        ("sent to 16465550147", "number"),
        ("sent to 6465550147", "number"),
        ("GET /x?From=%2B16465550147", "number"),
        ("sent to (646) 555-0147", "number"),
        ("sent to 646.555.0147", "number"),
        ("sent to +1 646 555 0147", "number"),
        ("hello QUILONDUVARD", "name"),
        ("mail to quil.ondu.7@example.com", "e-mail address"),
        ("mail to quil.ondu.7%40example.com", "e-mail address"),
        ("body='Where can I park?'", "text"),
        ("body=where+can+i+park%3F", "text"),
        ("body='where\\ncan I park?'", "text"),
        ("token 0f1e2d3c4b5a69788796a5b4c3d2e1f0 refused", "token"),
        (
            "Authorization: Basic " + base64.b64encode(b"AC1:0f1e2d3c4b5a69788796a5b4c3d2e1f0").decode(),
            "token as basic authorisation",
        ),
    ],
)
def test_a_planted_value_is_found_in_every_spelling(
    planted: Planted, tmp_path: Path, line: str, kind: str
) -> None:
    assert (kind, 2) in found(planted, tmp_path, line)


def test_a_log_without_planted_values_is_clean(planted: Planted, tmp_path: Path) -> None:
    assert found(planted, tmp_path, "2026-11-22T04:35:17Z text failed message=2 kind=reply code=30003") == []


def test_what_was_found_is_never_repeated(planted: Planted, tmp_path: Path) -> None:
    log = tmp_path / "web.log"
    log.write_text("who: Quilonduvard")
    assert "uilonduvard" not in repr(planted.search([log]))
