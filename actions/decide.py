"""Deciding: state, understanding and context in; one reply, effects and the next state out. Pure.

Several intents in one text are all served: what stands alone first (a stop, a person, a wrong number),
else the questions, then the one thing to be done, and social noise only where nothing else was said.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from actions import objections
from actions.context import Context
from actions.decision import Decision, HandOver
from actions.delicate import matter
from actions.handlers import booking, changing, closing, delicate, later, people, questions, social
from actions.proposing import propose, still_wanted
from actions.state import State
from actions.turn import Turn
from actions.wishes import (
    announces_a_question,
    is_on_the_way,
    is_undecided,
    wants_a_moment,
    wants_the_soonest,
)
from nlu.understanding import UNSURE, Heard, Understanding

Handler = Callable[[Turn], None]

ALONE: dict[str, Handler] = {
    "stop": closing.doubtful_stop,
    "emergency": people.urgent,
    "wrong_number": closing.wrong_number,
    "complaint": people.complaint,
    "human": people.human,
    "not_interested": closing.not_interested,
}
"""Served alone, the first that was heard in this order: beside these nothing else matters."""

DOING: dict[str, Handler] = {
    "book": booking.book,
    "choose": booking.choose,
    "other_times": booking.other_times,
    "reschedule": changing.reschedule,
    "cancel_appointment": changing.call_off,
    "check_appointment": changing.check,
    "not_now": later.not_now,
    "affirm": booking.affirm,
    "deny": booking.deny,
}
"""One of these in a turn: the likeliest."""

DELICATE: dict[str, Handler] = {
    "bereavement": delicate.bereavement,
    "minor": delicate.minor,
    "erasure": delicate.erasure,
    "clinical": delicate.regulated("clinical"),
    "coverage": delicate.regulated("coverage"),
    "legal": delicate.regulated("legal"),
    "financial": delicate.regulated("financial"),
    "machine": delicate.no_person,
    "tapback": delicate.no_person,
    "spanish": delicate.spanish,
}
"""Known by their wording (actions/tables/delicate.toml), before anything that a model may hear in them."""

SOCIAL: dict[str, Handler] = {
    "thanks": social.thanks,
    "greet": social.greet,
    "goodbye": social.goodbye,
    "out_of_scope": social.not_understood,
}
"""Only where nothing else was said."""

FINAL = {"not_interested": 0.7, "wrong_number": 0.7}
"""What ends things for good must be heard at least so surely; else it is asked back."""

HEARD_AGAIN = 3
"""Hearing the very same text once more after so many times, the bot takes it for a machine's."""

SAME_AGAIN = 2
"""Having said the very same twice already, a person looks instead: nobody is helped by a third time."""

BARE_SERVICE = 3
"""Words: "the whitening please"."""

QUESTIONS = 2
"""More answers than this in one text would be a wall of words."""


def decide(state: State, understanding: Understanding, context: Context) -> Decision:
    """What to say and do about one text, or about a burst of texts read as one."""
    turn = Turn(state, understanding, context)
    if context.bot_texts_last_hour >= context.business.profile.bot_texts_per_hour:
        turn.do(HandOver("loop"))
    elif understanding.gated.emergency in ("life", "self_harm"):
        people.emergency(turn)
    elif understanding.gated.opt_out:
        closing.doubtful_stop(turn)
    elif turn.state.heard_again >= HEARD_AGAIN:
        social.hand_over(turn, "loop")
    elif context.has_media and not understanding.text.strip():
        people.media(turn)
    elif kind := matter(understanding.text, context.contact.first_names):
        DELICATE[kind](turn)
    elif is_on_the_way(understanding.text) and people.expected(turn):
        people.on_the_way(turn)
    elif objection := objections.answerable(turn):
        objections.answer(turn, *objection)
    elif wants_a_moment(understanding.text):
        turn.say("take_your_time")
    elif announces_a_question(understanding.text):
        turn.say("go_ahead")
    elif is_undecided(understanding.text):
        turn.say("no_rush")
    elif _is_unsure(turn):
        social.not_understood(turn)
    else:
        _serve(turn)
    decision = turn.decision()
    if decision.state.repeated >= SAME_AGAIN and not decision.effects:
        turn = Turn(state, understanding, context)
        social.hand_over(turn, "loop")
        decision = turn.decision()
    return decision


def offer_again(state: State, understanding: Understanding, context: Context) -> Decision:
    """The opening that was chosen has gone in the meantime: an apology and other openings, at once."""
    turn = Turn(state, understanding, context)
    turn.say("taken")
    propose(turn, understanding.times or still_wanted(turn))
    return turn.decision()


def wants_calendar(state: State, understanding: Understanding) -> bool:
    """Whether deciding may need to know what is free; asking a calendar costs time."""
    return (
        bool(understanding.times)
        or state.asked in ("which_opening", "which_time", "which_service", "which_person", "confirm_time")
        or understanding.has("book", "choose", "other_times", "reschedule", "affirm", "deny", "not_now")
        or understanding.rung == "model"
    )


def _is_unsure(turn: Turn) -> bool:
    heard = turn.understanding
    if heard.confidence >= UNSURE or heard.times:
        return False
    told = _what_was_asked(turn), questions.meant(turn), questions.asked_in(turn, heard.heard[0])
    return not any(told)


def _serve(turn: Turn) -> None:
    heard = {one.intent: one for one in reversed(turn.understanding.heard)}
    if chosen := questions.meant(turn):
        turn.say_verbatim(chosen.answer)
        turn.ask(turn.state.asked, close=())
        _return_to_the_point(turn)
        return
    turn.state = replace(turn.state, close=())
    alone = next((intent for intent in ALONE if intent in heard), None)
    if alone:
        unsure = heard[alone].confidence < FINAL.get(alone, 0.0)
        _run(turn, heard[alone], social.not_understood if unsure else ALONE[alone])
        return
    found = [(one, questions.asked_in(turn, one)) for one in turn.understanding.heard]
    asked = [question for _, question in found if question][:QUESTIONS]
    for one in asked:
        _run(turn, one, questions.question)
    doing = next((one for one, question in found if question is None and one.intent in DOING), None)
    if told := _what_was_asked(turn):
        doing = told
    if doing:
        _run(turn, doing, DOING[doing.intent])
    elif asked:
        _return_to_the_point(turn)
    else:
        social_one = turn.understanding.heard[0]
        _run(turn, social_one, SOCIAL.get(social_one.intent, social.not_understood))


def _what_was_asked(turn: Turn) -> Heard | None:
    """Whatever else it sounded like: a text that names the service or person that was asked for tells it.

    So does one that asks for the soonest, or is hardly more than a service, while a time is being found.
    """
    asked, words = turn.state.asked, turn.understanding.text.split()
    if asked == "which_service" and turn.mentioned_service():
        return Heard("choose")
    if asked == "which_person" and turn.persons_named:
        return Heard("choose")
    if asked == "offer_to_move" and turn.heard.intent == "affirm":
        return Heard("affirm")  # "yes, move it": nothing moves yet, a time is put first
    finding = asked in ("offer_to_book", "which_opening", "which_time", "confirm_time")
    if finding and wants_the_soonest(turn.understanding.text):
        return None if turn.understanding.rung == "pending" else Heard("book")
    if finding and len(words) <= BARE_SERVICE and "?" not in words[-1:] and turn.mentioned_service():
        return None if turn.understanding.rung == "pending" else Heard("book")
    return None


def _run(turn: Turn, heard: Heard, handler: Handler) -> None:
    turn.heard = heard
    if heard.intent not in ("out_of_scope",):
        turn.state = replace(turn.state, misunderstood=0)
    if heard.intent not in ("thanks", "goodbye", "affirm", "deny"):
        turn.state = replace(turn.state, parted=False)
    handler(turn)


def _return_to_the_point(turn: Turn) -> None:
    """A side question inside a booking comes back to the booking; before one, a time is offered."""
    match turn.state.asked:
        case "which_opening":
            turn.say("which_one")
        case "confirm_time" if turn.state.offered:
            turn.say("back_to_offer", opening=turn.opening_text(turn.state.offered[0]))
        case "which_time":
            turn.say("back_to_which_time")
        case "which_service" | "which_person":
            propose(turn, still_wanted(turn), any_service=turn.state.asked == "which_service")
        case None | "offer_to_book" | "anything_else" if not turn.visit and not turn.state.invited:
            if turn.awaits_staff:
                return  # a person answers first
            turn.say("invite")
            turn.ask("offer_to_book", invited=True)
        case _:
            pass
