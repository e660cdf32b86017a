"""The count at the phones: a loss, a double and a text after STOP are seen, and an honest talk is not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from soak import lines
from soak.ledger import count
from soak.phones import Message

ALICE, BOB = "+16465550147", "+16465550148"
TEN = datetime(2026, 3, 10, 14, tzinfo=UTC)
OPENER = f"Hi Sarah, this is the automated assistant. {lines.OPENER}. Shall I find you a time?"
PARKING, HOURS = lines.BY_TEXT["where can I park?"], lines.BY_TEXT["what are your opening hours?"]
OFFER = "For a cleaning I have:\n1) Thu Mar 12, 9:00 am\n2) Fri Mar 13, 9:00 am\nWhich one suits you?"


def said(
    body: str, second: float, sender: str = "phone", phone: str = "+16465550147", **other: Any
) -> Message:
    at = (TEN + timedelta(seconds=second)).isoformat()
    usual = {"taken": sender == "phone", "status": "received" if sender == "phone" else "delivered"}
    return {"number": phone, "from": sender, "body": body, "created_at": at, "at": at, **usual, **other}


def bot(body: str, second: float, **other: Any) -> Message:
    return said(body, second, "business", **other)


def booked(clock: str, second: float, phone: str) -> Message:
    return bot(f"{lines.BOOKED} cleaning on Thursday, March 12 at {clock}, at Example", second, phone=phone)


def problems(*messages: Message) -> dict[str, int]:
    return dict(count(messages).problems)


HONEST = (
    bot(OPENER, 0),
    said(PARKING.text, 5),
    said(HOURS.text, 6),
    bot(f"There is {PARKING.answer}. We are {HOURS.answer}.", 12),
    said(lines.WANTS_A_TIME, 20),
    bot(OFFER, 25),
    said("2", 30),
    booked("9:00 am", 35, ALICE),
    said(lines.STOP, 40),
    bot(f"{lines.FAREWELL} Example Dental.", 41),
)


def test_an_honest_talk_has_nothing_wrong_and_every_text_answered() -> None:
    counted = count(HONEST)
    assert not counted.problems
    assert counted.counts["questions answered"] == 2
    assert counted.counts["wishes and choices answered"] == 2
    assert counted.counts["opt-outs confirmed"] == 1
    assert len(counted.waits) == 5


def test_taking_any_text_of_the_business_out_is_seen() -> None:
    for index, message in enumerate(HONEST):
        if message["from"] == "business" and message["body"] != OPENER:
            assert problems(*HONEST[:index], *HONEST[index + 1 :]), message["body"]


def test_sending_any_text_of_the_business_twice_is_seen() -> None:
    for message in HONEST:
        if message["from"] == "business":
            again = {**message, "created_at": (TEN + timedelta(seconds=90)).isoformat()}
            assert problems(*HONEST, again), message["body"]


def test_an_answer_well_after_stop_is_seen() -> None:
    late = bot(f"We are {HOURS.answer}.", 60)
    talk = (bot(OPENER, 0), said(HOURS.text, 8), said(lines.STOP, 9), bot(f"{lines.FAREWELL} us.", 10))
    assert problems(*talk, late) == {"a text after STOP": 1}
    assert problems(*talk) == {}  # what STOP overtakes need not be answered


def test_a_text_that_was_never_taken_and_one_that_never_arrived_are_seen() -> None:
    assert problems(said(PARKING.text, 5, taken=False)) == {"a text that was never taken": 1}
    assert problems(bot(OPENER, 0, status="queued")) == {"a text that did not arrive": 1}


def test_a_text_that_was_sent_again_since_it_was_not_taken_is_answered_once() -> None:
    again = (
        said(PARKING.text, 5, taken=False),
        said(PARKING.text, 70),
        bot(f"There is {PARKING.answer}", 75),
    )
    assert problems(*again) == {}


def test_a_text_that_nobody_asked_for_is_seen() -> None:
    assert problems(bot("How are you?", 3)) == {"a text that nothing asked for": 1}


def test_two_visits_at_one_time_are_seen() -> None:
    def booking(clock: str, phone: str) -> list[Message]:
        return [said(lines.WANTS_A_TIME, 1, phone=phone), booked(clock, 5, phone)]

    early, later = booking("9:00 am", ALICE), booking("9:30 am", BOB)
    assert problems(*early, *later) == {"two visits at one time": 1}
    assert problems(*early, *booking("9:45 am", BOB)) == {}
