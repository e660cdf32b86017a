"""What is not genuine, or not new, changes nothing; what is genuine changes what it should, and no more."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.integration.webhooks import scenes
from tests.integration.webhooks.forgeries import FORGERIES
from tests.integration.webhooks.letters import inbound, receipt
from tests.integration.webhooks.machine import Strangers
from tests.integration.webhooks.play import REPLAYS, Play
from tests.integration.webhooks.stage import HOUSEHOLD, LATER, ONE, STRANGERS, Stage, staged

pytestmark = pytest.mark.database

# a failure is made small for people; who only asks whether there is one says so
PHASES = tuple(Phase) if "UNSHRUNK" not in os.environ else (Phase.generate,)


@pytest.fixture
def stage(database: str, tmp_path: Path) -> Iterator[Stage]:
    with staged(database, tmp_path) as ready:
        yield ready


def test_strangers_replays_and_disorder_change_no_state_that_they_should_not(stage: Stage) -> None:
    counted: Counter[str] = Counter()
    here = type("Here", (Strangers,), {"stage": stage, "done": counted})
    run_state_machine_as_test(
        here,
        settings=settings(
            max_examples=4,
            stateful_step_count=36,
            derandomize=True,
            deadline=None,
            database=None,
            phases=PHASES,
            suppress_health_check=list(HealthCheck),
        ),
    )
    assert sum(counted.values()) > 200, counted


def test_each_forgery_is_refused_at_both_doors_and_changes_no_row(stage: Stage) -> None:
    play = Play(stage)
    at = scenes.an_answer_goes_out(play, ONE)
    assert at is not None
    sid = play.ledger.picture.outbound[at].sid or ""
    for kind in FORGERIES:
        play.forge(kind, inbound(play.sid(), HOUSEHOLD, "STOP"))
        play.forge(kind, receipt(sid, "undelivered", at, "21610", ONE))
    play.text(HOUSEHOLD, "stop")
    play.report(at, sid, "undelivered", "21610")


def test_each_kind_of_replay_is_answered_and_changes_no_row(stage: Stage) -> None:
    play = Play(stage)
    at = scenes.an_answer_goes_out(play, ONE)
    assert at is not None
    text = play.text(HOUSEHOLD, "stop")
    report = play.report(at, play.ledger.picture.outbound[at].sid or "", "delivered")
    stranger = play.text(STRANGERS[0], "ordinary")
    for how in REPLAYS:
        for old in (text, report, stranger):
            play.replay(how, old)


def test_a_token_that_is_rotated_is_good_until_it_has_gone(stage: Stage) -> None:
    play = Play(stage)
    old = play.text(ONE, "ordinary")
    play.rotate()
    for _ in range(4):
        play.text(ONE, "ordinary")  # signed by both in turns
    play.replay("the same", old)
    play.rotate()
    play.replay("the same", old)
    play.forge("a token that is no longer in the setting", inbound(play.sid(), ONE, "STOP"))


def test_a_nudge_to_a_number_that_turns_out_dead_is_cancelled(stage: Stage) -> None:
    play = Play(stage)
    scenes.a_nudge_waits_when_its_number_turns_out_dead(play, ONE)
    nudges = [row.state for row in play.ledger.picture.outbound.values() if row.kind == "nudge"]
    assert nudges == ["cancelled"]


def test_help_from_a_number_that_seemed_dead_is_answered(stage: Stage) -> None:
    play = Play(stage)
    at = scenes.an_answer_goes_out(play, ONE)
    assert at is not None
    play.report(at, play.ledger.picture.outbound[at].sid or "", "undelivered", "30005")
    assert scenes.an_answer_goes_out(play, ONE) is not None


SCENES: tuple[Callable[[Play], None], ...] = (
    lambda play: scenes.receipts_come_in_any_order(
        play, ONE, ("delivered", "sent", "failed", "read", "undelivered")
    ),
    lambda play: scenes.receipts_come_in_any_order(play, ONE, ("failed", "delivered", "sent")),
    lambda play: scenes.a_text_fails_in_two_ways(play, ONE, "30007"),
    lambda play: scenes.an_old_attempt_is_heard_of_while_a_new_one_is_under_way(play, ONE, "delivered"),
    lambda play: scenes.a_worker_dies_while_sending(play, ONE, "delivered"),
    lambda play: scenes.nobody_ever_hears_of_a_text(play, ONE),
    lambda play: scenes.a_stop_comes_while_the_bot_thinks(play, ONE),
    lambda play: scenes.a_stop_overtakes_an_answer(play, ONE),
    lambda play: scenes.who_seemed_dead_writes(play, ONE),
    lambda play: scenes.the_list_is_quicker_than_a_touch(play, HOUSEHOLD),
    lambda play: scenes.a_campaign_takes_in_who_is_on_the_list(play, LATER),
    lambda play: play.text_twice_at_once(ONE, "help"),
    lambda play: play.text_twice_at_once(ONE, "ordinary"),
    lambda play: play.text_twice_at_once(STRANGERS[0], "stop"),
    lambda play: play.text_twice_at_once(STRANGERS[0], "ordinary"),
)


def test_each_scene_keeps_its_promise(stage: Stage) -> None:
    for scene in SCENES:
        scene(Play(stage))


def test_what_the_bot_thinks_and_answers_is_part_of_the_play(stage: Stage) -> None:
    play = Play(stage)
    play.text(ONE, "ordinary", which=3)
    play.pass_time(scenes.SOON)
    play.work()
    assert stage.model.asked > 0
    assert [row.kind for row in play.ledger.picture.outbound.values() if row.phone == ONE] == ["reply"]


@pytest.mark.parametrize("phone", [ONE, STRANGERS[0]])
def test_a_stop_is_confirmed_at_most_once_until_a_start(stage: Stage, phone: str) -> None:
    play = Play(stage)
    for _ in range(2):
        for which in range(5):
            play.text(phone, "stop", which=which, channel=("sms", "whatsapp")[which % 2])
            play.work()
        play.text(phone, "start")
        play.work()
