"""The count of a campaign, from nothing but what the phone network saw. Pure."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from importlib.resources import files

from soak.outreach_people import STOPS, Contact
from soak.phones import Message
from tests.unit.actions.lawful_oracle import Oracle

MARKS = ("It has been a while", "Evenings and mornings", "a short answer is enough")
"""Words of each touch that stand in no other text."""

CROSSING = timedelta(seconds=3)
"""A text that was with the provider when an answer came cannot be called back."""

LIVE = timedelta(hours=1)
"""A text so long after the contact's last one is no answer at any hour any more."""

SKEW = timedelta(seconds=1)
"""Between the clocks of the service and of the network."""

_GONE = ("failed", "undelivered")
_FAREWELL = re.compile(r"won't get any more texts")


def touch_in(body: str) -> int:
    """Which touch a text is, from 1 on; 0: none."""
    return next((step for step, mark in enumerate(MARKS, 1) if mark in body), 0)


def count(
    messages: Iterable[Message], people: Iterable[Contact], came: Mapping[str, datetime]
) -> tuple[Counter[str], dict[str, list[str]]]:
    """What there was, and by kind whose texts were wrong (contacts by their place on the list)."""
    by_phone: defaultdict[str, list[Message]] = defaultdict(list)
    for message in messages:
        by_phone[message["number"]].append(message)
    oracle = Oracle(files("actions").joinpath("tables", "lawful_hours.csv").read_text(encoding="utf-8"))
    counts, wrong = Counter[str](), defaultdict[str, list[str]](list)
    for index, one in enumerate(people):
        texts = by_phone.get(one.phone, [])
        counts["contacts reached"] += any(touch_in(text["body"]) for text in texts if _ours(text))
        counts["texts"] += len(texts)
        for text in texts:
            if _ours(text) and (step := touch_in(text["body"])):
                counts[f"touch {step}"] += 1
        for what, detail in _check(one, texts, came.get(one.phone), oracle):
            wrong[what].append(f"contact {index} ({one.does}, {one.state or 'by number'}): {detail}")
    return counts, wrong


def _check(
    one: Contact, texts: list[Message], came: datetime | None, oracle: Oracle
) -> Iterator[tuple[str, str]]:
    live: dict[int, Message] = {}
    answered = stopped = spoke = None
    farewells = 0
    for text in texts:
        at = _moment(text, "created_at")
        if not _ours(text):
            answered = answered or _moment(text, "at")
            spoke = _moment(text, "at")
            if text["body"] in STOPS:
                stopped = stopped or _moment(text, "at")
            continue
        step = touch_in(text["body"])
        if stopped and at > stopped + CROSSING:
            farewells += bool(_FAREWELL.search(text["body"]))
            if farewells != 1 or not _FAREWELL.search(text["body"]):
                yield "a text after STOP", f"{at - stopped} later"
        if step:
            if step in live and live[step]["status"] not in _GONE:
                yield "a touch twice", f"touch {step}, {at - _moment(live[step], 'created_at')} apart"
            live[step] = text
            if answered and at > answered + CROSSING:
                yield "a touch after a reply", f"touch {step}, {at - answered} later"
            if came and at > came + CROSSING:
                yield "a touch after a visit or booking", f"touch {step}, {at - came} later"
        if (step or spoke is None or at > spoke + LIVE) and not _lawful(oracle, at, one):
            yield "a text at a wrong hour", f"touch {step}, {at.isoformat()}, {one.where.zones}"
    if stopped and not any(_FAREWELL.search(text["body"]) for text in texts if _ours(text)):
        yield "an opt-out without a confirmation", one.does


def _lawful(oracle: Oracle, at: datetime, one: Contact) -> bool:
    return any(oracle.allows(at + skew, one.where) for skew in (timedelta(0), SKEW, -SKEW))


def _ours(text: Message) -> bool:
    return bool(text["from"] == "business")


def _moment(message: Message, name: str) -> datetime:
    return datetime.fromisoformat(message[name])
