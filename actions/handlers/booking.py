"""Booking: offering openings, taking the choice, yes and no to what was offered."""

from __future__ import annotations

from datetime import datetime, timedelta

from actions.decision import Book, CancelVisit, Move
from actions.handlers import changing, closing, later, social
from actions.offers import Offer
from actions.proposing import inside, propose, put
from actions.turn import Turn
from data.profile import Service


def book(turn: Turn) -> None:
    """Somebody wants to come."""
    times = turn.understanding.times
    if turn.visit and turn.state.moving is None:
        turn.say(
            "already_booked",
            service=turn.service_text(turn.visit.service),
            opening=turn.opening_text(turn.visit.start),
        )
        turn.ask("offer_to_move", wanted=times)
        return
    propose(turn, times if times else turn.state.wanted)


def other_times(turn: Turn) -> None:
    """None of those: what was asked for now, or something other than what was offered."""
    if turn.state.asked == "callback_time":
        later.not_now(turn)
    elif turn.understanding.times:
        propose(turn, turn.understanding.times)
    elif turn.state.asked == "confirm_time" or not turn.state.offered:
        turn.say("which_time")
        turn.ask("which_time")
    else:
        propose(turn, turn.state.wanted, avoid=turn.state.offered)


def choose(turn: Turn) -> None:
    """One of the offered openings, by number, by word or by its time; else a time of their own.

    Only a plain answer (it has a `choice`) books at once. A longer text that merely names the time of an
    offered opening may mean anything ("nothing on friday afternoon?"): it gets that opening put once more.
    """
    state, times, choice = turn.state, turn.understanding.times, turn.understanding.choice
    if state.asked == "callback_time":
        later.not_now(turn)
    elif state.asked == "which_service":
        service_named(turn)
    elif choice is not None and state.offered and abs(choice) <= len(state.offered):
        take(turn, state.offered[choice - 1 if choice > 0 else choice])
    elif times.windows and state.offered:
        zone = turn.context.business.zone
        meant = tuple(opening for opening in state.offered if inside(opening, times.windows[0], zone))
        if meant and len(meant) < len(state.offered) and (service := _talked_about(turn)):
            put(turn, service, Offer(meant, "fits"))
        else:
            propose(turn, times)
    elif times:
        propose(turn, times)
    elif state.offered:
        _ask_which(turn)
    elif turn.visit and state.asked is None:
        social.all_right(turn)
    else:
        propose(turn, state.wanted)


def service_named(turn: Turn) -> None:
    """The answer to "what is it for?"."""
    times = turn.understanding.times
    propose(turn, times if times else turn.state.wanted, any_service=True)


def affirm(turn: Turn) -> None:
    """Yes: to what, the pending question says."""
    state, times = turn.state, turn.understanding.times
    match state.asked:
        case "confirm_time" if state.offered and _means_the_offer(turn):
            take(turn, state.offered[0])
        case "confirm_time" | "which_opening" if times.windows:
            choose(turn)
        case "which_opening":
            _ask_which(turn)
        case "confirm_cancel" if turn.visit:
            turn.do(CancelVisit(turn.visit.id))
            turn.ask(None, offered=())
        case "offer_to_move":
            changing.reschedule(turn)
        case "which_service":
            service_named(turn)
        case "anything_else":
            turn.say("which_time") if times else turn.say("greeting")
            turn.ask("offer_to_book")
        case _ if turn.visit and not times:
            social.all_right(turn)
        case _:
            book(turn)


def deny(turn: Turn) -> None:
    """No: to what, the pending question says."""
    state, times = turn.state, turn.understanding.times
    match state.asked:
        case "confirm_time" | "which_opening" | "which_time" if times.windows:
            propose(turn, times)
        case "confirm_time" | "which_opening":
            turn.say("which_time")
            turn.ask("which_time", offered=())
        case "offer_to_book" if times.excluded and not times.windows:
            propose(turn, times)
        case "offer_to_book" if times:
            later.not_now(turn)
        case "offer_to_book" if not turn.visit:
            closing.not_interested(turn)
        case "confirm_cancel" | "offer_to_move" if turn.visit:
            turn.say(
                "kept",
                service=turn.service_name(turn.visit.service),
                opening=turn.opening_text(turn.visit.start),
            )
            turn.ask(None)
        case _:
            social.goodbye(turn)


def take(turn: Turn, opening: datetime) -> None:
    """A choice among offered openings is booked, or the visit moved, at once; the calendar confirms it."""
    service = _talked_about(turn)
    if service is None:  # the owner removed the service since it was offered
        propose(turn, turn.understanding.times, any_service=True)
        return
    end = opening + timedelta(minutes=service.minutes)
    if turn.state.moving is not None:
        turn.do(Move(turn.state.moving, opening, end))
    else:
        turn.do(Book(service.id, opening, end))
    turn.ask(None, offered=())


def _means_the_offer(turn: Turn) -> bool:
    """Whether a yes is to the one time that was put: it names no time, or that one."""
    times, zone = turn.understanding.times, turn.context.business.zone
    plain = turn.understanding.rung == "pending" or not times.windows
    return plain or inside(turn.state.offered[0], times.windows[0], zone)


def _talked_about(turn: Turn) -> Service | None:
    return turn.context.business.profile.service(turn.state.service)


def _ask_which(turn: Turn) -> None:
    turn.say("which_one" if len(turn.state.offered) > 1 else "which_time")
