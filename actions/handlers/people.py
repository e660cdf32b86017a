"""A person is needed: asked for, complained, urgent, or simply beyond the bot."""

from __future__ import annotations

from datetime import timedelta

from actions.decision import Freeze, HandOver
from actions.turn import Turn

EXPECTED = timedelta(hours=4)
"""A visit that ends within this time is one that somebody may be late for."""


def human(turn: Turn) -> None:
    """Somebody asks for a person."""
    turn.say("human")
    turn.do(HandOver("asked_for_person"))
    turn.ask(None, offered=())


def complaint(turn: Turn) -> None:
    """Somebody is unhappy: an apology and a person, no pitch."""
    turn.say("complaint")
    turn.do(HandOver("complaint", urgent=True))
    turn.ask(None, offered=())


def urgent(turn: Turn) -> None:
    """Pain, swelling, a broken tooth: a person and the phone number; no openings, no advice."""
    turn.say("urgent")
    turn.do(HandOver("urgent", urgent=True))
    turn.do(Freeze())
    turn.ask(None, offered=())


def emergency(turn: Turn) -> None:
    """Danger to life or self-harm: the owner's one text, the number to call, and a person at once."""
    turn.say("crisis" if turn.understanding.gated.emergency == "self_harm" else "emergency")
    turn.kind = "emergency"
    turn.do(HandOver("emergency", urgent=True))
    turn.do(Freeze())
    turn.ask(None, offered=())


def expected(turn: Turn) -> bool:
    """Whether a visit is so near that the team waits for this contact."""
    return turn.visit is not None and timedelta() <= turn.visit.end - turn.context.now <= EXPECTED


def on_the_way(turn: Turn) -> None:
    """Late, or nearly there: thanks, and the team is told at once."""
    turn.say("on_the_way")
    turn.do(HandOver("on_the_way", urgent=True, silent=False))


def media(turn: Turn) -> None:
    """A picture or a recording without words."""
    turn.say("media")
    turn.do(HandOver("media", silent=False))
