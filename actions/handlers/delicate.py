"""A death, a child, a wish to be forgotten, what only a person may answer; and texts that no person wrote."""

from __future__ import annotations

from collections.abc import Callable

from actions.decision import Close, Freeze, HandOver
from actions.turn import Turn


def bereavement(turn: Turn) -> None:
    """One line of condolence, silence for good, and staff are told."""
    turn.say("condolence")
    turn.do(Close("bereavement"))
    turn.do(HandOver("bereavement", urgent=True))
    turn.ask(None, offered=(), moving=None)


def minor(turn: Turn) -> None:
    """A child writes: an end, and staff are told."""
    turn.say("minor")
    turn.do(Close("minor"))
    turn.do(HandOver("minor"))
    turn.ask(None, offered=(), moving=None)


def erasure(turn: Turn) -> None:
    """Somebody asks what is kept about them, or that it goes: a person sees to it."""
    turn.say("erasure")
    turn.do(HandOver("data_request", urgent=True))
    turn.do(Freeze())
    turn.ask(None, offered=())


def regulated(kind: str) -> Callable[[Turn], None]:
    """What only a person may answer: somebody's health, what a plan covers, money and law."""

    def to_a_person(turn: Turn) -> None:
        turn.say("unanswered")
        turn.do(HandOver(f"{kind}_question", silent=False))

    return to_a_person


def spanish(turn: Turn) -> None:
    """A language that the bot does not speak: a person."""
    turn.say("spanish")
    turn.do(HandOver("spanish"))
    turn.ask(None, offered=())


def no_person(turn: Turn) -> None:
    """An automatic reply or a reaction: nobody waits for an answer."""
