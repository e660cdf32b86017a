"""What the phones write, and by which words each answer is known at the phone.

Every question has one answer of the sample business's own, known by words that stand in no other text; a
contact asks each question once. So whatever arrives can be counted without asking the service: each answer
once, and nothing beside.
"""

from __future__ import annotations

import random
import re
from dataclasses import dataclass

OPENER = "It has been a while since we saw you"
FAREWELL = "You won't get any more texts from"
BOOKED = "You're booked:"
OFFERS = re.compile(r"^1\) ", re.MULTILINE)
ONE_OFFER = re.compile(r"Shall I (?:book|put you down)")

WANTS_A_TIME = "yes please"
CHOICES = ("2", "the first one", "3", "1", "the last one", "the second one")
BOOKING = frozenset({WANTS_A_TIME, *CHOICES})
"""Texts whose answer is an offer or a booking."""
STOP = "STOP"


@dataclass(frozen=True, slots=True)
class Question:
    """A text, and words of its one answer. `about_a_service`: two of these in one breath read as one."""

    text: str
    answer: str
    about_a_service: bool = False


QUESTIONS = (
    Question("how much is a cleaning?", "A cleaning is $120 and takes", True),
    Question("how much is a check-up?", "A check-up is $80 and takes", True),
    Question("how much is whitening?", "Whitening is $350 and takes", True),
    Question("how long does whitening take?", "Whitening takes about an hour", True),
    Question("do you take my insurance?", "We accept most PPO insurance"),
    Question("what is your address?", "We are at 12 Sample Street"),
    Question("where can I park?", "free parking behind the building"),
    Question("what are your opening hours?", "open Monday to Thursday 9 to 5"),
    Question("how can I pay?", "pay by card, cash or bank transfer"),
    Question("do you see children?", "we see children from three years on"),
    Question("are you taking new patients?", "new patients are welcome"),
    Question("what is your phone number?", "reach the front desk at"),
    Question("is there a discount right now?", "no offer running at the moment"),
    Question("what services do you offer?", "We do cleanings, check-ups and whitening"),
    Question("what should I bring?", "bring your insurance card"),
)
BY_TEXT = {question.text: question for question in QUESTIONS}


@dataclass(frozen=True, slots=True)
class Ask:
    """One or two questions, the second `gap` seconds after the first; then every answer is waited for."""

    questions: tuple[Question, ...]
    gap: float = 0.0


@dataclass(frozen=True, slots=True)
class Book:
    """A time is asked for, and one of the openings chosen, until the visit stands."""


@dataclass(frozen=True, slots=True)
class Stop:
    """STOP; where there is a `question`, it was asked `gap` seconds before and its answer not waited for."""

    question: Question | None = None
    gap: float = 0.0


Step = Ask | Book | Stop


def plan(chance: random.Random) -> tuple[Step, ...]:
    """What one contact is going to say: three to six texts."""
    left = list(QUESTIONS)
    chance.shuffle(left)
    steps: list[Step] = []
    for _ in range(chance.choice((2, 2, 3))):
        first = left.pop()
        second = _beside(first, left) if chance.random() < 0.4 else None
        if second is not None:
            left.remove(second)
            steps.append(Ask((first, second), gap=chance.choice((0.0, 0.5, 2.0, 5.0, 8.0))))
        else:
            steps.append(Ask((first,)))
    ending = chance.random()
    if ending < 0.2:
        steps.insert(chance.randrange(len(steps) + 1), Book())
    elif ending < 0.35:
        steps.append(Stop())
    elif ending < 0.5:
        steps.append(Stop(left.pop(), gap=chance.uniform(0.0, 6.0)))
    return tuple(steps)


def answers_in(body: str) -> list[str]:
    """The questions that a text of the business's answers, by their texts."""
    return [question.text for question in QUESTIONS if question.answer in body]


def is_offer_or_booking(body: str) -> bool:
    """Whether a text of the business's answers a wish for a time."""
    return BOOKED in body or bool(OFFERS.search(body) or ONE_OFFER.search(body))


def _beside(first: Question, left: list[Question]) -> Question | None:
    return next((one for one in left if not (one.about_a_service and first.about_a_service)), None)
