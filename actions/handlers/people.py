"""A person is needed: asked for, complained, urgent, or simply beyond the bot."""

from __future__ import annotations

from actions.decision import Freeze, HandOver
from actions.turn import Turn


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
    profile = turn.context.business.profile
    turn.say_verbatim(profile.urgent_text.format(**emergency_values(turn)))
    turn.do(HandOver("urgent", urgent=True))
    turn.do(Freeze())
    turn.ask(None, offered=())


def emergency(turn: Turn) -> None:
    """Danger to life or self-harm: the owner's one text, the number to call, and a person at once."""
    profile = turn.context.business.profile
    harm = turn.understanding.gated.emergency == "self_harm" and profile.crisis_text
    turn.say_verbatim(
        (profile.crisis_text if harm else profile.emergency_text).format(**emergency_values(turn))
    )
    turn.kind = "emergency"
    turn.do(HandOver("emergency", urgent=True))
    turn.do(Freeze())
    turn.ask(None, offered=())


def media(turn: Turn) -> None:
    """A picture or a recording without words."""
    turn.say("media")
    turn.do(HandOver("media", silent=False))


def emergency_values(turn: Turn) -> dict[str, str]:
    """What the owner's emergency texts may name."""
    from actions.answer_by import answer_by
    from actions.turn import spoken_phone

    business = turn.context.business
    return {
        "business": business.name,
        "phone": spoken_phone(business.phone),
        "emergency_number": business.profile.emergency_number,
        "answer_by": answer_by(turn.context.business_now, business.profile),
    }
