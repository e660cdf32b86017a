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
        local = turn.visit.start.astimezone(ZoneInfo(turn.context.business.zone))
        turn.say("see_you", day=wording.day(local))
    else:
        turn.say("welcome")
    turn.ask(turn.state.asked, parted=True)


def goodbye(turn: Turn) -> None:
    """Nothing more: a last word once."""
    if not turn.state.parted:
        turn.say("goodbye")
    turn.ask(None, offered=(), parted=True)


def all_right(turn: Turn) -> None:
    """An "ok" that answers nothing that was asked."""
    if not turn.state.parted:
        turn.say("all_right")
    turn.ask(None, parted=True)


def not_understood(turn: Turn) -> None:
    """Ask back once; the second time in a row a person takes over."""
    failures = turn.state.misunderstood + 1
    if failures >= PATIENCE:
        turn.say("handed_over")
        turn.do(HandOver("not_understood"))
        turn.ask(None, offered=(), misunderstood=0)
    else:
        turn.say("not_understood")
        turn.ask(turn.state.asked, misunderstood=failures)
