"""Each process is started alone, in any order, with its neighbours missing, and ends when it is asked to."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from processes_apart import PHONES, Apart, apart
from services.waiting import wait_until

from bot.processes.service import TASK_GRACE
from nlu.rasa import Rasa

SEED = int(os.environ.get("ORDER_SEED", "1"))
"""Another order: ORDER_SEED=2."""
WEB_GRACE = 10


@pytest.fixture
def parts(tmp_path: Path, empty_database_url: str, rasa: Rasa) -> Iterator[Apart]:
    with apart(tmp_path, empty_database_url, rasa.url, rasa.token) as made:
        yield made


def test_whoever_comes_first_waits_for_the_others_and_no_text_is_lost_or_answered_twice(parts: Apart) -> None:
    order = random.Random(SEED)
    own = ["web", "worker", "beat"]
    neighbours = ["redis", "rasa", "migrate"]
    order.shuffle(own)
    order.shuffle(neighbours)
    parts.start(*own)
    wait_until(parts.healthy, what="the web server's answer")
    texted = False
    for neighbour in neighbours:
        {"redis": parts.start_redis, "rasa": parts.start_rasa, "migrate": parts.migrate}[neighbour]()
        if neighbour == "migrate":
            parts.texts("how much is a cleaning?", PHONES[:5])
            texted = True
    assert texted
    wait_until(lambda: all(parts.answers(phone) for phone in PHONES[:5]), what="an answer to each")
    assert all(map(parts.up, own)), "none of them had to be started again"

    # asked to end in the middle of it all, they finish or return what they have in hand
    parts.texts("do you take insurance?", PHONES[5:])
    wait_until(lambda: any(parts.answers(phone) for phone in PHONES[5:]), what="the first answer")
    parts.ask_to_end(*own)
    assert parts.ended("web", WEB_GRACE) == 0
    assert parts.ended("worker", TASK_GRACE) == 0
    assert parts.ended("beat", WEB_GRACE) == 0
    assert (parts.leased(), parts.sending()) == (0, 0)
    parts.start(*own)
    wait_until(lambda: all(parts.answers(phone) for phone in PHONES), what="an answer to each of the others")
    wait_until(lambda: parts.unhandled() == 0)
    assert {parts.answers(phone) for phone in PHONES} == {1}
    wait_until(lambda: parts.network.idle)
