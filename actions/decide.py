"""Deciding: state, understanding and context in; one reply, effects and the next state out. Pure.

Several intents in one text are all served: what stands alone first (a stop, a person, a wrong number),
else the questions, then the one thing to be done, and social noise only where nothing else was said.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from actions.context import Context
from actions.decision import Decision, HandOver
from actions.handlers import booking, changing, closing, later, people, questions, social
from actions.proposing import propose
from actions.state import State
from actions.turn import Turn
from nlu.ladder import UNSURE
from nlu.understanding import Heard, Understanding

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

SOCIAL: dict[str, Handler] = {
    "thanks": social.thanks,
    "greet": social.greet,
    "goodbye": social.goodbye,
    "out_of_scope": social.not_understood,
}
"""Only where nothing else was said."""

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
    elif context.has_media and not understanding.text.strip():
        people.media(turn)
    elif understanding.confidence < UNSURE and not understanding.times:
        social.not_understood(turn)
    else:
        _serve(turn)
    return turn.decision()


def offer_again(state: State, understanding: Understanding, context: Context) -> Decision:
    """The opening that was chosen has gone in the meantime: an apology and other openings, at once."""
    turn = Turn(state, understanding, context)
    turn.say("taken")
    propose(turn, understanding.times)
    return turn.decision()


def wants_calendar(state: State, understanding: Understanding) -> bool:
    """Whether deciding may need to know what is free; asking a calendar costs time."""
    return (
        bool(understanding.times)
        or state.asked in ("which_opening", "which_time", "which_service", "confirm_time")
        or understanding.has("book", "choose", "other_times", "reschedule", "affirm", "deny")
    )


def _serve(turn: Turn) -> None:
    heard = {one.intent: one for one in reversed(turn.understanding.heard)}
    alone = next((intent for intent in ALONE if intent in heard), None)
    if alone:
        _run(turn, heard[alone], ALONE[alone])
        return
    asked = [one for one in turn.understanding.heard if one.intent == "question"][:QUESTIONS]
    for one in asked:
        _run(turn, one, questions.question)
    doing = next((one for one in turn.understanding.heard if one.intent in DOING), None)
    if turn.state.asked == "which_service" and turn.mentioned_service():
        doing = Heard("choose")  # whatever else it sounded like, it names the service that was asked for
    if doing:
        _run(turn, doing, DOING[doing.intent])
    elif asked:
        _return_to_the_point(turn)
    else:
        social_one = turn.understanding.heard[0]
        _run(turn, social_one, SOCIAL.get(social_one.intent, social.not_understood))


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
        case None | "offer_to_book" | "anything_else" if not turn.visit and not turn.state.invited:
            turn.say("invite")
            turn.ask("offer_to_book", invited=True)
        case _:
            pass
