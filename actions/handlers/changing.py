"""Moving, calling off and looking up a visit that stands."""

from __future__ import annotations

from dataclasses import replace

from actions.decision import CancelVisit
from actions.proposing import inside, propose
from actions.turn import Turn
from nlu.understanding import Times

SURE = 0.6
"""Below this confidence a visit is called off only after a yes."""


def reschedule(turn: Turn) -> None:
    """Another time for the visit: to what was asked for, or to the next openings."""
    if turn.visit is None:
        propose(turn, turn.understanding.times)
        return
    turn.state = replace(turn.state, moving=turn.visit.id, service=turn.visit.service)
    times = _but_for_the_present_time(turn)
    if times:
        propose(turn, times)
    elif turn.state.asked == "offer_to_move" and turn.state.wanted:
        propose(turn, turn.state.wanted)
    else:
        turn.say(
            "move_to_when",
            service=turn.service_name(turn.visit.service),
            opening=turn.opening_text(turn.visit.start),
        )
        turn.ask("which_time", offered=())


def call_off(turn: Turn) -> None:
    """Cancel the visit: at once where that is plainly said, else after a yes."""
    if turn.visit is None:
        turn.say("no_visit")
        turn.say("invite")
        turn.ask("offer_to_book")
    elif turn.heard.confidence >= SURE:
        turn.do(CancelVisit(turn.visit.id))
        turn.ask("offer_to_book", offered=(), moving=None)
    else:
        turn.say(
            "confirm_call_off",
            service=turn.service_name(turn.visit.service),
            opening=turn.opening_text(turn.visit.start),
        )
        turn.ask("confirm_cancel")


def check(turn: Turn) -> None:
    """When is my appointment?"""
    if turn.visit is None:
        turn.say("no_visit")
        turn.say("invite")
        turn.ask("offer_to_book")
    else:
        for visit in turn.context.visits:
            turn.say(
                "your_visit",
                service=turn.service_text(visit.service),
                opening=turn.opening_text(visit.start),
            )


def _but_for_the_present_time(turn: Turn) -> Times:
    """ "Move thursday's to friday" names two times; the one at which the visit stands is not wanted."""
    assert turn.visit is not None
    times, start, zone = turn.understanding.times, turn.visit.start, turn.context.business.zone
    others = tuple(window for window in times.windows if not inside(start, window, zone))
    return replace(times, windows=others) if len(times.windows) > 1 else times
