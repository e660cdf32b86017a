"""The machine: Hypothesis chooses what happens next at the webhooks, and the ledger judges each step."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from tests.integration.webhooks import scenes
from tests.integration.webhooks.forgeries import FORGERIES
from tests.integration.webhooks.ledger import CALLS_IT, TEXTS
from tests.integration.webhooks.letters import Letter, inbound, receipt
from tests.integration.webhooks.play import REPLAYS, Play
from tests.integration.webhooks.stage import CONTACTS, STRANGERS, Stage

PHONES = st.sampled_from([*CONTACTS, *CONTACTS, *STRANGERS])
KNOWN = st.sampled_from([*CONTACTS])
ANY = st.integers(0, 999)
"""A choice among whatever there is at that moment."""

MEANINGS = st.sampled_from([*TEXTS, "ordinary", "ordinary", "stop", "start"])
STATUSES = st.sampled_from([*CALLS_IT])
CODES = st.sampled_from(["", "30005", "21610", "30007", "30022", "30008", "99999"])
ORDERS = st.permutations(["queued", "sent", "delivered", "read", "failed"]).map(tuple)


class Strangers(RuleBasedStateMachine):
    """`stage` has to be set on a subclass; `done` counts over all runs."""

    stage: ClassVar[Stage]
    done: ClassVar[Counter[str]] = Counter()

    def __init__(self) -> None:
        super().__init__()
        self.play = Play(self.stage, self.done)

    def fresh(self, number: int, phone: str) -> Letter:
        """A genuine letter that has not been delivered: a text, or a receipt of a text of ours."""
        outbound = [(at, row) for at, row in self.play.ledger.picture.outbound.items() if row.sid]
        if number % 2 and outbound:
            at, row = outbound[number % len(outbound)]
            return receipt(row.sid or "", [*CALLS_IT][number % len(CALLS_IT)], at, "21610", row.phone)
        meaning = [*TEXTS][number % len(TEXTS)]
        return inbound(
            self.play.sid(), phone, TEXTS[meaning][0], channel=("sms", "whatsapp")[number % 3 == 0]
        )

    @rule(
        phone=PHONES,
        meaning=MEANINGS,
        which=ANY,
        channel=st.sampled_from(["sms", "sms", "whatsapp"]),
        algorithm=st.sampled_from(["sha1", "sha256"]),
        by_provider=st.booleans(),
        media=st.sampled_from([0, 0, 0, 2]),
    )
    def somebody_writes(self, phone, meaning, which, channel, algorithm, by_provider, media):  # type: ignore[no-untyped-def]
        self.play.text(
            phone,
            meaning,
            which=which,
            channel=channel,
            algorithm=algorithm,
            by_provider=by_provider,
            media=media,
        )

    @precondition(lambda self: self.play.ledger.picture.outbound)
    @rule(which=ANY, status=STATUSES, code=CODES, unknown_id=st.sampled_from([False, False, True]))
    def the_provider_reports(self, which: int, status: str, code: str, unknown_id: bool) -> None:
        rows = [*self.play.ledger.picture.outbound.items()]
        at, row = rows[which % len(rows)]
        sid = row.sid if row.sid and not unknown_id else self.play.sid()
        self.play.report(at, sid, status, code)

    @rule(kinds=st.lists(st.sampled_from([*FORGERIES]), min_size=1, max_size=8), which=ANY, phone=PHONES)
    def strangers_knock(self, kinds: list[str], which: int, phone: str) -> None:
        for number, kind in enumerate(kinds):
            self.play.forge(kind, self.fresh(which + number, phone))

    @precondition(lambda self: self.play.delivered)
    @rule(again=st.lists(st.tuples(st.sampled_from(REPLAYS), ANY), min_size=1, max_size=8))
    def some_come_again(self, again) -> None:  # type: ignore[no-untyped-def]
        for how, which in again:
            self.play.replay(how, self.play.delivered[which % len(self.play.delivered)])

    @rule(phone=PHONES, meaning=st.sampled_from(["stop", "ordinary", "help", "life"]))
    def a_text_comes_twice_at_once(self, phone, meaning) -> None:  # type: ignore[no-untyped-def]
        self.play.text_twice_at_once(phone, meaning)

    @precondition(lambda self: any(row.sid for row in self.play.ledger.picture.outbound.values()))
    @rule(which=ANY, status=st.sampled_from(["sent", "delivered", "read"]))
    def a_receipt_comes_twice_at_once(self, which: int, status: str) -> None:
        rows = [(at, row.sid) for at, row in self.play.ledger.picture.outbound.items() if row.sid]
        at, sid = rows[which % len(rows)]
        if (sid, status) not in self.play.ledger.picture.events:
            self.play.report_twice_at_once(at, sid or "", status)

    @rule(most=st.integers(1, 12))
    def workers_work(self, most: int) -> None:
        self.play.work(most)

    @rule(minutes=st.sampled_from([1, 5, 16, 61, 60 * 26, 60 * 24 * 5]))
    def time_passes(self, minutes: int) -> None:
        self.play.pass_time(timedelta(minutes=minutes))

    @rule()
    def the_token_is_rotated(self) -> None:
        self.play.rotate()

    @precondition(lambda self: self.play.ledger.picture.outbound)
    @rule(which=ANY)
    def a_worker_comes_late(self, which: int) -> None:
        rows = [*self.play.ledger.picture.outbound]
        self.play.claim_late(rows[which % len(rows)])

    @rule()
    def a_minute_passes_for_workers(self) -> None:
        self.play.a_minute_passes_for_workers()

    @rule(phone=KNOWN)
    def an_answer_goes_out(self, phone: str) -> None:
        scenes.an_answer_goes_out(self.play, phone)

    @rule(phone=KNOWN, order=ORDERS)
    def receipts_come_in_any_order(self, phone: str, order: tuple[str, ...]) -> None:
        scenes.receipts_come_in_any_order(self.play, phone, order)

    @rule(phone=KNOWN, meaning=st.sampled_from(["stop", "life_and_stop"]))
    def a_stop_comes_while_the_bot_thinks(self, phone, meaning) -> None:  # type: ignore[no-untyped-def]
        scenes.a_stop_comes_while_the_bot_thinks(self.play, phone, meaning)

    @rule(phone=KNOWN)
    def the_list_is_quicker_than_a_touch(self, phone: str) -> None:
        scenes.the_list_is_quicker_than_a_touch(self.play, phone)

    @rule(phone=KNOWN)
    def a_campaign_takes_in_who_is_on_the_list(self, phone: str) -> None:
        scenes.a_campaign_takes_in_who_is_on_the_list(self.play, phone)

    @rule(phone=KNOWN, second=st.sampled_from(["30007", "30005", "21610"]))
    def a_text_fails_in_two_ways(self, phone: str, second: str) -> None:
        scenes.a_text_fails_in_two_ways(self.play, phone, second)

    @rule(phone=KNOWN, status=STATUSES)
    def a_worker_dies_while_sending(self, phone: str, status: str) -> None:
        scenes.a_worker_dies_while_sending(self.play, phone, status)

    @rule(phone=KNOWN)
    def nobody_ever_hears_of_a_text(self, phone: str) -> None:
        scenes.nobody_ever_hears_of_a_text(self.play, phone)

    @rule(phone=KNOWN)
    def a_nudge_waits_when_its_number_turns_out_dead(self, phone: str) -> None:
        scenes.a_nudge_waits_when_its_number_turns_out_dead(self.play, phone)

    @rule(phone=KNOWN, status=st.sampled_from(["sent", "delivered", "failed", "read"]))
    def an_old_attempt_is_heard_of(self, phone: str, status: str) -> None:
        scenes.an_old_attempt_is_heard_of_while_a_new_one_is_under_way(self.play, phone, status)

    @rule(phone=KNOWN, meaning=st.sampled_from(["stop", "life_and_stop"]))
    def a_stop_overtakes_an_answer(self, phone, meaning) -> None:  # type: ignore[no-untyped-def]
        scenes.a_stop_overtakes_an_answer(self.play, phone, meaning)

    @rule(phone=KNOWN)
    def who_seemed_dead_writes(self, phone: str) -> None:
        scenes.who_seemed_dead_writes(self.play, phone)
