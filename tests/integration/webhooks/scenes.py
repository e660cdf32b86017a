"""Scenes: several steps of a play in a row that lead to where a promise is at stake."""

from __future__ import annotations

from datetime import timedelta

from tests.integration.webhooks.ledger import Broken, Meaning, check
from tests.integration.webhooks.play import Play

SOON = timedelta(seconds=30)


def an_answer_goes_out(play: Play, phone: str) -> int | None:
    """HELP is answered: a text of ours that is with the provider. None where the bot may not answer."""
    play.text(phone, "help")
    play.work()
    at = max((n for n, row in play.ledger.picture.outbound.items() if row.phone == phone), default=None)
    return at if at is not None and play.ledger.picture.outbound[at].state == "sent" else None


def a_stop_comes_while_the_bot_thinks(play: Play, phone: str, meaning: Meaning = "stop") -> None:
    """The turn that was being thought about is undone."""
    play.text(phone, "ordinary", which=3)  # it takes the model to know what that is
    play.pass_time(SOON)
    play.stage.model.meanwhile = lambda: play.text(phone, meaning) and None
    for job in play.jobs("converse"):
        play.job(job)
    play.stage.model.meanwhile = None


def the_list_is_quicker_than_a_touch(play: Play, phone: str) -> None:
    """A touch waits in the outbox when its number is put on the do-not-contact list."""
    play.enrol(phone)
    for job in play.jobs("touch"):
        play.job(job)
    play.put_on_the_list(phone)
    play.work()


def a_campaign_takes_in_who_is_on_the_list(play: Play, phone: str) -> None:
    """The list came between counting and enrolling."""
    play.put_on_the_list(phone)
    play.enrol(phone)
    for job in play.jobs("touch"):
        play.job(job)
    play.work()


def a_text_fails_in_two_ways(play: Play, phone: str, second: str) -> None:
    """It fails for a moment, is tried again, and then fails for another reason: the first one stays."""
    at = an_answer_goes_out(play, phone)
    if at is None:
        return
    play.report(at, _sid(play, at), "undelivered", "30022")
    play.pass_time(timedelta(minutes=15))
    play.work()
    if play.ledger.picture.outbound[at].state == "sent":
        play.report(at, _sid(play, at), "failed", second)
        check(play.ledger.picture.outbound[at].code == "30022", "the first error code stays", at)


def receipts_come_in_any_order(play: Play, phone: str, order: tuple[str, ...]) -> None:
    """All that the provider reports of one text, as the network mixes it."""
    at = an_answer_goes_out(play, phone)
    if at is None:
        return
    sid = _sid(play, at)
    for status in order:
        play.report(at, sid, status, "30007")


def a_worker_dies_while_sending(play: Play, phone: str, status: str) -> None:
    """The provider has got the text, and its receipt says so before anybody looks."""
    play.text(phone, "help")
    waiting = [
        at for at, row in play.ledger.picture.outbound.items() if row.phone == phone and row.state == "queued"
    ]
    for at in waiting[:1]:
        play.die_while_sending(at)
        play.claim_late(at)
        play.report(at, play.sid(), status, "30007")
        play.claim_late(at)


def an_old_attempt_is_heard_of_while_a_new_one_is_under_way(play: Play, phone: str, status: str) -> None:
    """The first attempt failed, a worker died with the second in its hand: the first one's news is none."""
    at = an_answer_goes_out(play, phone)
    if at is None:
        return
    old = _sid(play, at)
    play.report(at, old, "undelivered", "30022")
    play.pass_time(timedelta(minutes=15))
    play.die_while_sending(at)
    play.report(at, old, status, "30007")


def a_stop_overtakes_an_answer(play: Play, phone: str, meaning: Meaning = "stop") -> None:
    """The answer to HELP still waits in the outbox: it does not leave any more."""
    play.text(phone, "help")
    play.text(phone, meaning)
    play.work()


def nobody_ever_hears_of_a_text(play: Play, phone: str) -> None:
    """A worker dies with a touch in its hand, and the provider has not got it: it ends, and stays ended."""
    play.enrol(phone)
    for job in play.jobs("touch"):
        play.job(job)
    for at, row in list(play.ledger.picture.outbound.items()):
        if (row.phone, row.kind, row.state) == (phone, "touch", "queued"):
            play.die_while_sending(at)
            play.a_minute_passes_for_workers()
            play.work()
            play.report(at, play.sid(), "delivered")


def a_nudge_waits_when_its_number_turns_out_dead(play: Play, phone: str) -> None:
    """The contact falls silent, a nudge is queued, and then the answer before it fails for good."""
    play.text(phone, "ordinary", which=3)
    play.pass_time(SOON)
    play.work()
    play.work()
    said = [at for at, row in play.ledger.picture.outbound.items() if row.phone == phone]
    if not said or play.ledger.picture.outbound[said[-1]].state != "sent":
        return
    play.pass_time(timedelta(hours=24))
    for job in play.jobs("nudge"):
        play.job(job)
    play.report(said[-1], _sid(play, said[-1]), "undelivered", "30005")


def who_seemed_dead_writes(play: Play, phone: str) -> None:
    """A text to the number failed for good, and then it writes: it can be reached after all."""
    at = an_answer_goes_out(play, phone)
    if at is None:
        return
    play.report(at, _sid(play, at), "undelivered", "30005")
    play.text(phone, "ordinary", which=3)


def _sid(play: Play, at: int) -> str:
    sid = play.ledger.picture.outbound[at].sid
    if sid is None:
        raise Broken(f"a text that was sent has the provider's id: {at}")
    return sid
