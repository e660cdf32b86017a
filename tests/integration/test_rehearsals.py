"""Every script in tests/rehearsals, played against the real service and the real model."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.rehearsal.play import play
from bot.rehearsal.script import read_script
from nlu.rasa import Rasa

SCRIPTS = sorted((Path(__file__).parent.parent / "rehearsals").glob("*.yml"))
OPENER_AT = datetime(2026, 3, 5, 10, 0, tzinfo=ZoneInfo("America/New_York"))


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_a_scripted_contact_ends_as_expected(path: Path, rasa: Rasa) -> None:
    played = play(read_script(path), OPENER_AT, (rasa.url, rasa.token))
    assert not played.failures, "\n".join([*played.failures, *(str(line) for line in played.lines)])
