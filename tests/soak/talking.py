"""The contacts: each waits for its opener, then says what it planned, looking only at its own phone."""

from __future__ import annotations

import heapq
import random
import time
from dataclasses import dataclass, field
from itertools import count

from soak import lines
from soak.lines import Ask, Book, Step, Stop
from soak.people import Person
from soak.phones import Event, Message, Phones

RESEND = (2.0, 6.0)
"""Seconds after which somebody whose text was marked as not sent taps on it again."""

MOST_CHOICES = 3
"""Many want the same openings at once here; after so many that have gone, a contact lets it be."""


@dataclass(eq=False)
class Talk:
    """One contact's side of the conversation."""

    person: Person
    steps: list[Step]
    chance: random.Random
    opened: bool = False
    unanswered: set[str] = field(default_factory=set)
    """What is still to come before the next step: texts whose answer has not arrived."""
    to_write: int = 0
    choices: int = 0

    @property
    def done(self) -> bool:
        """Whether everything was said and answered."""
        return self.opened and not (self.steps or self.unanswered or self.to_write)


class Talking:
    """All contacts at once. Call `tick()` some ten times a second; nothing happens between the calls."""

    def __init__(
        self, phones: Phones, people: list[Person], seed: int, *, pause: tuple[float, float]
    ) -> None:
        self.phones = phones
        self.talks = {}
        for person in people:
            chance = random.Random(f"talk {seed} {person.index}")
            self.talks[person.phone] = Talk(person, list(lines.plan(chance)), chance)
        self.written = self.resent = 0
        self.last_event = time.monotonic()
        self._pause = pause
        self._due: list[tuple[float, int, Talk, str]] = []
        self._numbers = count()

    @property
    def done(self) -> bool:
        """Whether every contact that got its opener has said everything and got every answer."""
        return all(talk.done for talk in self.talks.values() if talk.opened)

    @property
    def opened(self) -> int:
        """How many contacts got their opener."""
        return sum(talk.opened for talk in self.talks.values())

    @property
    def in_flight(self) -> int:
        """How many texts are written and not answered yet."""
        return sum(len(talk.unanswered) - talk.to_write for talk in self.talks.values())

    def tick(self) -> int:
        """See what has come, write what is due. Returns how many events there were."""
        events = 0
        for event in self.phones.news():
            events += 1
            self._see(event)
        if events:
            self.last_event = time.monotonic()
        while self._due and self._due[0][0] <= time.monotonic():
            _, _, talk, body = heapq.heappop(self._due)
            talk.to_write -= 1
            self.phones.write(talk.person.phone, body)
            self.written += 1
        return events

    def _see(self, event: Event) -> None:
        message: Message | None = event.get("message")
        talk = self.talks.get(event.get("number", ""))
        if message is None or talk is None:
            return
        if event["kind"] == "not_taken":
            if message["body"] in talk.unanswered:
                self.resent += 1
                self._say(talk, message["body"], talk.chance.uniform(*RESEND))
        elif event["kind"] == "status" and message["status"] == "delivered":
            self._arrived(talk, message["body"])

    def _arrived(self, talk: Talk, body: str) -> None:
        if lines.OPENER in body:
            if not talk.opened:
                talk.opened = True
                self._go_on(talk)
            return
        if lines.is_offer_or_booking(body) and talk.unanswered & lines.BOOKING:
            talk.unanswered -= lines.BOOKING
            if lines.BOOKED not in body and talk.choices < MOST_CHOICES:
                talk.choices += 1
                self._choose(talk, body)
                return
        elif lines.FAREWELL in body:
            talk.unanswered.clear()  # what was asked before a STOP need not be answered any more
        else:
            talk.unanswered -= set(lines.answers_in(body))
        if not talk.unanswered:
            self._go_on(talk)

    def _choose(self, talk: Talk, body: str) -> None:
        # never the same words twice in a row: that is how machines talk, and a person would be asked to look
        offered = lines.OFFERS.search(body)
        choice = lines.CHOICES[(talk.person.index + talk.choices) % len(lines.CHOICES)]
        choice = choice if offered else lines.WANTS_A_TIME
        self._say(talk, choice, talk.chance.uniform(1.0, 4.0))

    def _go_on(self, talk: Talk) -> None:
        if not talk.steps:
            return
        wait = talk.chance.uniform(*self._pause)
        match talk.steps.pop(0):
            case Ask(questions, gap):
                for index, question in enumerate(questions):
                    self._say(talk, question.text, wait + index * gap)
            case Book():
                self._say(talk, lines.WANTS_A_TIME, wait)
            case Stop(question, gap):
                if question is not None:
                    self._say(talk, question.text, wait)
                self._say(talk, lines.STOP, wait + gap)

    def _say(self, talk: Talk, body: str, after: float) -> None:
        talk.unanswered.add(body)
        talk.to_write += 1
        heapq.heappush(self._due, (time.monotonic() + after, next(self._numbers), talk, body))
