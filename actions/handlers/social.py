"""Hello, thank you, goodbye, and what is about something else altogether."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from actions import wording
from actions.decision import HandOver
from actions.turn import Turn

PATIENCE = 2
"""Two failures in a row to understand, and a person takes over."""


def greet(turn: Turn) -> None:
    """Hello."""
    turn.say("greeting")
    if turn.state.asked is None:
        turn.ask("offer_to_book")


def thanks(turn: Turn) -> None:
    """Thank you: once is answered, more is not, lest two polite machines never end."""
    if turn.state.parted:
        return
    if turn.visit:
        turn.say("see_you", day=_day_of_visit(turn))
    else:
        turn.say("welcome")
    turn.ask(turn.state.asked, parted=True)


def goodbye(turn: Turn) -> None:
    """Nothing more: a last word once."""
    if not turn.state.parted:
        turn.say("goodbye_until", day=_day_of_visit(turn)) if turn.visit else turn.say("goodbye")
    turn.ask(None, offered=(), parted=True)


def all_right(turn: Turn) -> None:
    """An "ok" that answers nothing that was asked."""
    if not turn.state.parted:
        turn.say("goodbye_until", day=_day_of_visit(turn)) if turn.visit else turn.say("all_right")
    turn.ask(None, parted=True)


def not_understood(turn: Turn) -> None:
    """Ask back once; the second time in a row a person takes over."""
    failures = turn.state.misunderstood + 1
    if failures >= PATIENCE:
        hand_over(turn, "not_understood")
    else:
        turn.say("not_understood")
        turn.ask(turn.state.asked, misunderstood=failures)


def hand_over(turn: Turn, reason: str) -> None:
    """The bot gets nowhere: a person."""
    turn.say("handed_over")
    turn.do(HandOver(reason))
    turn.ask(None, offered=(), misunderstood=0, repeated=0)


def _day_of_visit(turn: Turn) -> str:
    assert turn.visit is not None
    return wording.day(turn.visit.start.astimezone(ZoneInfo(turn.context.business.zone)))
