"""Booking: offering openings, taking the choice, yes and no to what was offered."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from actions.decision import Book, CancelVisit, Move
from actions.handlers import changing, closing, later, social
from actions.meaning import wish
from actions.offers import Offer
from actions.proposing import inside, propose, put, still_open, still_wanted, visit_in_the_way
from actions.turn import Turn
from actions.wishes import asks_for_others, drops_the_matter, wants_the_soonest
from data.profile import Service
from nlu.pending import WAVERING
from nlu.understanding import Times, Window


def book(turn: Turn) -> None:
    """Somebody wants to come. Who has a visit already is asked whether to move it, unless it is another's."""
    times = wish(turn)
    if turn.state.moving is None and (visit := visit_in_the_way(turn)):
        turn.say(
            "already_booked", service=turn.service_text(visit.service), opening=turn.opening_text(visit.start)
        )
        turn.ask("offer_to_move", wanted=times)
        return
    afresh = bool(times) or wants_the_soonest(turn.understanding.text)
    propose(turn, times if afresh else still_wanted(turn))


def other_times(turn: Turn) -> None:
    """None of those: what was asked for now, or something other than what was offered."""
    state, times = turn.state, wish(turn)
    if state.asked == "callback_time":
        later.not_now(turn) if times else turn.say("which_time")
    elif state.asked is None and turn.visit:
        changing.reschedule(turn)
    elif drops_the_matter(turn.understanding.text) and not times:
        drop(turn)
    elif _wants_another_service(turn):
        propose(turn, times if times else still_wanted(turn))
    elif times:
        propose(turn, times, avoid=state.offered)
    elif state.asked == "confirm_time" or not state.offered or state.refused:
        turn.say("which_time")
        turn.ask("which_time")
    else:
        propose(turn, still_wanted(turn), avoid=state.offered)
        turn.ask(turn.state.asked, refused=True)


def choose(turn: Turn) -> None:
    """One of the offered openings, by number, by word or by its time; else a time of their own.

    Only a plain answer (it has a `choice`) books at once. A longer text that merely names the time of an
    offered opening may mean anything ("nothing on friday afternoon?"): it gets that opening put once more.
    """
    state, times, choice = turn.state, wish(turn), turn.understanding.choice
    if state.asked == "callback_time":
        later.not_now(turn) if times else social.not_understood(turn)
    elif (
        state.moving is not None and drops_the_matter(turn.understanding.text) and _is_about_the_present(turn)
    ):
        changing.keep(turn)  # "never mind, tuesday is fine"
    elif state.asked in ("which_service", "which_person"):
        told_what_was_asked(turn)
    elif choice is not None and turn.understanding.has("other_times"):
        other_times(turn)  # "what about friday morning, anything else there?"
    elif choice is not None and state.offered and abs(choice) <= len(state.offered):
        opening, service = state.offered[choice - 1 if choice > 0 else choice], _talked_about(turn)
        if turn.heard.confidence > WAVERING or service is None:
            take(turn, opening)
        else:
            put(turn, service, Offer((opening,), "fits"))
    elif state.offered and turn.heard.confidence <= WAVERING and turn.understanding.rung == "pending":
        _ask_which(turn)
    elif times.windows and state.offered and asks_for_others(turn.understanding.text):
        propose(turn, times, avoid=state.offered)
    elif times.windows and state.offered:
        meant = _meant(turn, times)
        if meant and len(meant) < len(state.offered) and (service := _talked_about(turn)):
            put(turn, service, Offer(meant, "fits"))
        else:
            propose(turn, times)
    elif turn.visit and state.asked is None:
        plain = turn.understanding.rung == "pending"
        social.all_right(turn) if plain and not times else changing.reschedule(turn)
    elif times:
        propose(turn, times)
    elif state.offered and state.asked == "which_opening":
        _ask_which(turn)
    else:
        propose(turn, still_wanted(turn))


def told_what_was_asked(turn: Turn) -> None:
    """The answer to "who is it for?" or "what is it for?"."""
    times = turn.understanding.times
    asked_what = turn.state.asked == "which_service"
    propose(turn, times if times else still_wanted(turn), any_service=asked_what)


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
            turn.ask("offer_to_book", offered=(), called_off=True)
        case "offer_to_move":
            changing.reschedule(turn)
        case "confirm_appointment" if turn.visit:
            changing.confirm(turn)
        case "which_time" if state.cannot_come and turn.visit and not times:
            changing.ask_to_call_off(turn)  # "another time, or shall I call it off?" "yes"
        case "which_service" | "which_person":
            told_what_was_asked(turn)
        case "anything_else":
            turn.say("which_time") if times else turn.say("greeting")
            turn.ask("offer_to_book")
        case "callback_time" if not times:
            social.all_right(turn)
        case "callback_time":
            later.not_now(turn)
        case _ if turn.visit and not times:
            social.all_right(turn)
        case _:
            book(turn)


def deny(turn: Turn) -> None:
    """No: to what, the pending question says."""
    state, times = turn.state, turn.understanding.times
    match state.asked:
        case "confirm_appointment" if turn.visit:
            changing.cannot_come(turn)
        case "which_time" if state.cannot_come and turn.visit and not times:
            changing.ask_to_call_off(turn)
        case "confirm_time" | "which_opening" | "which_time" if times.windows or times.excluded:
            propose(turn, times, avoid=state.offered)
        case "confirm_time" | "which_opening" if state.in_touch and not turn.visit:
            closing.not_interested(turn)
        case "confirm_time" | "which_opening" | "which_time" if drops_the_matter(turn.understanding.text):
            drop(turn)
        case "confirm_time" | "which_opening":
            turn.say("which_time")
            turn.ask("which_time")
        case "offer_to_book" if times.excluded and not times.windows:
            propose(turn, times)
        case "offer_to_book" if times:
            later.not_now(turn)
        case "offer_to_book" if not turn.visit and not state.called_off:
            closing.not_interested(turn)
        case "offer_to_move" if turn.visit and times.windows:
            changing.reschedule(turn)  # "no wait, wednesday at 1"
        case "confirm_cancel" | "offer_to_move" if turn.visit:
            changing.keep(turn)
        case "which_time" if state.moving is not None and turn.visit:
            changing.keep(turn)
        case _:
            social.goodbye(turn)


def drop(turn: Turn) -> None:
    """Never mind: nothing is booked or moved, and nobody insists."""
    if turn.state.moving is not None and turn.visit:
        changing.keep(turn)
    else:
        turn.say("all_right")
        turn.ask(None, offered=(), wanted=Times(), parted=True)


def take(turn: Turn, opening: datetime) -> None:
    """A choice among offered openings is booked, or the visit moved, at once; the calendar confirms it."""
    service = _talked_about(turn)
    who_is_open = turn.context.contact.is_household and turn.state.moving is None and turn.person is None
    if service is None or who_is_open:  # a touch offered it without asking, or the service is gone
        propose(turn, _just_then(turn, opening), any_service=True)
        return
    if not still_open(turn, service, opening):  # an answer may come days later
        if turn.context.busy is not None:
            turn.say("taken")
        propose(turn, still_wanted(turn))
        return
    end = opening + timedelta(minutes=service.minutes)
    if turn.state.moving is not None:
        turn.do(Move(turn.state.moving, opening, end))
    else:
        turn.do(Book(service.id, opening, end, turn.state.person))
    turn.ask(
        None, offered=(), wanted=Times(), refused=False, called_off=False, person=None, cannot_come=False
    )


def _just_then(turn: Turn, opening: datetime) -> Times:
    """The very time of an opening, as though it had been named: kept while the service is asked."""
    local = opening.astimezone(ZoneInfo(turn.context.business.zone)).replace(tzinfo=None)
    return Times((Window(local, local + timedelta(minutes=1), "minute"),))


def _is_about_the_present(turn: Turn) -> bool:
    """Whether every time that was named, if any, is where the visit stands already."""
    visit, zone = turn.visit, turn.context.business.zone
    return visit is not None and all(
        inside(visit.start, window, zone) for window in turn.understanding.times.windows
    )


def _means_the_offer(turn: Turn) -> bool:
    """Whether a yes is to the one time that was put: it names no time, or that one."""
    times, zone = turn.understanding.times, turn.context.business.zone
    return not times.windows or any(inside(turn.state.offered[0], window, zone) for window in times.windows)


def _meant(turn: Turn, times: Times) -> tuple[datetime, ...]:
    """The offered openings that lie in the times named; at "3" rather the one at 3:00 than that at 3:30."""
    zone = ZoneInfo(turn.context.business.zone)
    starts = {window.start for window in times.windows}
    exact = tuple(o for o in turn.state.offered if o.astimezone(zone).replace(tzinfo=None) in starts)
    return exact or tuple(
        opening
        for opening in turn.state.offered
        if any(inside(opening, window, zone.key) for window in times.windows)
    )


def _wants_another_service(turn: Turn) -> bool:
    mentioned = turn.mentioned_service()
    return mentioned is not None and mentioned.id != turn.state.service


def _talked_about(turn: Turn) -> Service | None:
    return turn.context.business.profile.service(turn.state.service)


def _ask_which(turn: Turn) -> None:
    turn.say("which_one" if len(turn.state.offered) > 1 else "which_time")
