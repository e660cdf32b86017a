"""The soak in small: real processes, real conversations, five deaths by SIGKILL, counted at the phones."""

from __future__ import annotations

from pathlib import Path

from soak.kills import search_logs, soak
from soak.people import make_up
from soak.report import Report
from soak.world import running

from nlu.rasa import Rasa

SEED = 35  # which kills both web and worker with their children, and Redis
CONTACTS, KILLS = 12, 5


def test_every_text_is_answered_once_whatever_dies_and_no_log_tells_of_it(tmp_path: Path, rasa: Rasa) -> None:
    report = Report("small", tmp_path)
    people = make_up(CONTACTS, SEED)
    model = {"RASA_URL": rasa.url, "RASA_TOKEN": rasa.token}  # none of these deaths is its own
    with running(tmp_path, people, more=model) as world:
        world.secrets["Rasa's token"] = rasa.token
        soak(world, people, SEED, KILLS, report, within=12, settles=3, pause=(2.0, 8.0), spare_openers=True)
    search_logs(world, people, "", report)
    assert report.held, "\n".join(report.lines)
