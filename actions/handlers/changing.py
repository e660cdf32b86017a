"""Moving, calling off and looking up a visit that stands."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

from actions import wording
from actions.decision import CancelVisit, Confirm, HandOver
from actions.meaning import wish
from actions.proposing import inside, propose
from actions.turn import Turn
from nlu.understanding import Times

SHOWN = 3
"""More visits than this in one text would be a wall of words."""

SOON = timedelta(hours=4)
"""So shortly before a visit staff hear at once that nobody comes; else the next reminder's turn does."""

SURE = 0.8
"""Below this confidence a visit is called off only after a yes."""


def reschedule(turn: Turn) -> None:
    """Another time for the visit: to what was asked for, or to the next openings."""
    if turn.visit is None:
        propose(turn, turn.understanding.times)
        return
    mentioned = turn.mentioned_service()
    if mentioned and mentioned.id != turn.visit.service and turn.state.asked != "offer_to_move":
        turn.say("another_service")
        turn.do(HandOver("change_of_service", silent=False))
        turn.ask(None, offered=())
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
    elif turn.heard.confidence >= SURE and len(turn.visits_meant) == 1:
        turn.do(CancelVisit(turn.visit.id))
        turn.ask("offer_to_book", offered=(), moving=None, called_off=True)
    else:
        ask_to_call_off(turn)


def ask_to_call_off(turn: Turn) -> None:
    """Call it off? A yes does."""
    assert turn.visit is not None
    turn.say(
        "confirm_call_off",
        service=turn.service_name(turn.visit.service),
        opening=turn.opening_text(turn.visit.start),
    )
    turn.ask("confirm_cancel", offered=(), moving=None)


def confirm(turn: Turn) -> None:
    """A yes to a reminder; one that names another time wants that time."""
    assert turn.visit is not None
    times, start, zone = turn.understanding.times, turn.visit.start, turn.context.business.zone
    if times.windows and not any(inside(start, window, zone) for window in times.windows):
        reschedule(turn)
        return
    turn.do(Confirm(turn.visit.id))
    turn.say("thanks_for_confirming", day=wording.day(start.astimezone(ZoneInfo(zone))))
    turn.ask(None, offered=(), moving=None, reminded=None, cannot_come=False, parted=True)


def cannot_come(turn: Turn) -> None:
    """A no to a reminder: another time, or call it off? A time that is named with it is looked for."""
    assert turn.visit is not None
    times = _but_for_the_present_time(turn)
    zone = turn.context.business.zone
    if times.windows and not all(inside(turn.visit.start, window, zone) for window in times.windows):
        reschedule(turn)
        return
    visit = turn.visit
    if visit.start - turn.context.now <= SOON:
        turn.do(HandOver("cannot_come", silent=False))
    turn.say("cannot_come")
    turn.ask("which_time", offered=(), moving=visit.id, service=visit.service, cannot_come=True)


def keep(turn: Turn) -> None:
    """The visit stays as it is."""
    assert turn.visit is not None
    turn.say(
        "kept", service=turn.service_name(turn.visit.service), opening=turn.opening_text(turn.visit.start)
    )
    turn.ask(None, offered=(), moving=None, wanted=Times(), cannot_come=False)


def check(turn: Turn) -> None:
    """When is my appointment?"""
    if turn.visit is None:
        turn.say("no_visit")
        turn.say("invite")
        turn.ask("offer_to_book")
    else:
        for visit in turn.visits_meant[:SHOWN]:
            turn.say(
                "your_visit",
                service=turn.service_text(visit.service),
                opening=turn.opening_text(visit.start),
            )


def _but_for_the_present_time(turn: Turn) -> Times:
    """ "Move thursday's to friday" names two times; the one at which the visit stands is not wanted."""
    assert turn.visit is not None
    times, start, zone = wish(turn), turn.visit.start, turn.context.business.zone
    others = tuple(window for window in times.windows if not inside(start, window, zone))
    return replace(times, windows=others) if len(times.windows) > 1 else times
