"""Endings: a clear no, a wrong number, and a "stop" that only the model heard."""

from __future__ import annotations

from actions.decision import Close, HandOver, Suppress
from actions.turn import Turn
from actions.wishes import names_another


def not_interested(turn: Turn) -> None:
    """A clear no ends everything proactive, kindly; the reason is kept where one was given."""
    if turn.visit:  # a no while a visit stands: first of all to that visit
        turn.say(
            "confirm_call_off",
            service=turn.service_name(turn.visit.service),
            opening=turn.opening_text(turn.visit.start),
        )
        turn.ask("confirm_cancel", offered=(), moving=None)
    else:
        turn.do(Close(turn.heard.topic or ""))
        turn.say("referral" if names_another(turn.understanding.text) else "declined")
        turn.ask(None, offered=(), moving=None, parted=True)


def wrong_number(turn: Turn) -> None:
    """One apology that names nobody and no service; the number is left alone for good."""
    turn.say("wrong_number")
    turn.kind = "farewell"
    turn.do(Suppress("wrong_number"))
    turn.ask(None, offered=(), moving=None)


def doubtful_stop(turn: Turn) -> None:
    """Perhaps an opt-out: nothing more is said, a person decides; it counts as one if nobody looks."""
    turn.do(HandOver("perhaps_opt_out"))
