"""The count, from nothing but what the phone network saw: each text answered once, and nothing beside.

A pure function of the network's messages, so that a test can hand it a loss, a double, a text after STOP.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from soak import lines
from soak.people import STAFF_PHONE
from soak.phones import Message

CROSSING = timedelta(seconds=2)
"""An answer that was on its way to the provider when STOP came cannot be called back."""

_BOOKED = re.compile(r"You're booked: ([a-z-]+) on \w+, (\w+ \d+) at ([\d:]+ [ap]m)")
_MINUTES = {"cleaning": 45, "check-up": 30, "whitening": 60}


@dataclass
class Account:
    """What went over one phone, and what is wrong with it."""

    phone: str
    texts: list[Message] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    @property
    def wrote(self) -> list[Message]:
        """The texts that this phone wrote."""
        return [text for text in self.texts if text["from"] == "phone"]

    @property
    def got(self) -> list[Message]:
        """The texts of the business's that the provider took for this phone."""
        return [text for text in self.texts if text["from"] == "business"]


@dataclass
class Ledger:
    """All accounts, and what they come to."""

    accounts: dict[str, Account]
    counts: Counter[str]
    waits: list[float]
    """Seconds from each text to its answer."""
    problems: Counter[str]

    @property
    def offending(self) -> list[Account]:
        """The accounts in which something is wrong."""
        return [account for account in self.accounts.values() if account.wrong]


def count(messages: Iterable[Message]) -> Ledger:
    """Count the messages of the network, oldest first (Phones.everything)."""
    ledger = Ledger({}, Counter(), [], Counter())
    notices = 0
    for message in messages:
        if message["number"] == STAFF_PHONE:
            notices += 1
            continue
        phone = message["number"]
        ledger.accounts.setdefault(phone, Account(phone)).texts.append(message)
    ledger.counts["notices to staff"] = notices
    for account in ledger.accounts.values():
        for problem, detail in _check(account, ledger):
            ledger.problems[problem] += 1
            account.wrong.append(f"{problem}: {detail}")
    _overlaps(ledger)
    return ledger


def _check(account: Account, ledger: Ledger) -> Iterator[tuple[str, str]]:
    counts = ledger.counts
    taken = [text for text in account.wrote if text["taken"]]
    stops = [text for text in taken if text["body"] == lines.STOP]
    answers: defaultdict[str, list[Message]] = defaultdict(list)
    openers, farewells, bookings = [], [], []
    counts["texts written"] += len(account.wrote)
    counts["texts answered 200"] += len(taken)
    counts["texts that came"] += len(account.got)
    for text in account.got:
        body = text["body"]
        known = lines.answers_in(body)
        for question in known:
            answers[question].append(text)
        openers += [text] * (lines.OPENER in body)
        farewells += [text] * (lines.FAREWELL in body)
        bookings += [text] * lines.is_offer_or_booking(body)
        if not (known or text in openers or text in farewells or text in bookings):
            yield "a text that nothing asked for", body
        if text["status"] != "delivered":
            yield "a text that did not arrive", f"{text['status']}: {body}"
    counts["openers"] += len(openers)
    if len(openers) > 1:
        yield "opener twice", f"{len(openers)} times"
    asked = {text["body"]: text for text in reversed(taken)}  # the first of each
    for body, text in asked.items():
        if body in lines.BY_TEXT:
            yield from _answered(text, answers.pop(body, []), _overtakes(account.wrote, text), ledger)
    for body in answers:
        yield "an answer to what was not asked", body
    yield from _booked([text for text in taken if text["body"] in lines.BOOKING], bookings, ledger)
    if stops:
        counts["opt-outs"] += 1
        yield from _stopped(stops[0], farewells, account.got, ledger)
    elif farewells:
        yield "an opt-out confirmed that nobody wished", farewells[0]["body"]
    for text in {text["body"]: text for text in account.wrote}.values():
        if not any(other["body"] == text["body"] for other in taken):
            yield "a text that was never taken", text["body"]


def _overtakes(wrote: list[Message], text: Message) -> bool:
    """Whether the very next thing that was written is STOP: everything before was answered first."""
    following = [one["body"] for one in wrote if one["body"] != text["body"] and not _before(one, text)]
    return following[:1] == [lines.STOP]


def _before(one: Message, other: Message) -> bool:
    return _moment(one, "created_at") < _moment(other, "created_at")


def _answered(
    text: Message, answers: list[Message], overtaken: bool, ledger: Ledger
) -> Iterator[tuple[str, str]]:
    ledger.counts["questions"] += 1
    if len(answers) > 1:
        yield "answered twice", text["body"]
    if answers:
        ledger.counts["questions answered"] += 1
        ledger.waits.append(_seconds(text, answers[0]))
    elif overtaken:
        ledger.counts["questions overtaken by STOP"] += 1
    else:
        yield "text lost", text["body"]


def _booked(wishes: list[Message], answers: list[Message], ledger: Ledger) -> Iterator[tuple[str, str]]:
    """Each wish and choice was written after the answer to the one before: as many answers as texts."""
    ledger.counts["wishes and choices"] += len(wishes)
    ledger.counts["wishes and choices answered"] += min(len(wishes), len(answers))
    ledger.counts["bookings"] += sum(lines.BOOKED in answer["body"] for answer in answers)
    ledger.waits += [_seconds(*pair) for pair in zip(wishes, answers, strict=False)]
    if len(answers) < len(wishes):
        yield "text lost", f"{len(wishes)} about a time, {len(answers)} answers"
    if len(answers) > len(wishes):
        yield "answered twice", f"{len(wishes)} about a time, {len(answers)} answers"
    if sum(lines.BOOKED in answer["body"] for answer in answers) > 1:
        yield "answered twice", "two bookings"


def _stopped(
    stop: Message, farewells: list[Message], got: list[Message], ledger: Ledger
) -> Iterator[tuple[str, str]]:
    if not farewells:
        yield "text lost", "STOP was not confirmed"
        return
    ledger.counts["opt-outs confirmed"] += 1
    ledger.waits.append(_seconds(stop, farewells[0]))
    if len(farewells) > 1:
        yield "answered twice", "STOP"
    limit = _moment(stop, "at") + CROSSING
    for text in got:
        if text not in farewells and _moment(text, "created_at") > limit:
            yield "a text after STOP", text["body"]


def _overlaps(ledger: Ledger) -> None:
    """No two visits that were confirmed to two phones may lie over each other: there is one calendar."""
    visits = sorted(
        (begins, begins + timedelta(minutes=_MINUTES[service]), account.phone)
        for account in ledger.accounts.values()
        for text in account.got
        for service, day, clock in _BOOKED.findall(text["body"])
        for begins in (datetime.strptime(f"2000 {day} {clock}", "%Y %B %d %I:%M %p").replace(tzinfo=UTC),)
    )
    for (_, ends, _), (begins, _, phone) in pairwise(visits):
        if begins < ends:
            ledger.problems["two visits at one time"] += 1
            ledger.accounts[phone].wrong.append(f"two visits at one time: {begins:%d %B %H:%M}")


def _seconds(text: Message, answer: Message) -> float:
    return (_moment(answer, "at") - _moment(text, "created_at")).total_seconds()


def _moment(message: Message, name: str) -> datetime:
    return datetime.fromisoformat(message[name])
