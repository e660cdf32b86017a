"""What the screens call things: outcomes, handoffs, the fate of a text, why it did not leave."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import phonenumbers

from data.models import Appointment, Message
from scheduler.notices import WORDS as HANDOFFS
from scheduler.provider.errors import verdict


@dataclass(frozen=True, slots=True)
class Label:
    """A label, its tone (a colour in the style sheet), and a sentence for those who want to know more."""

    words: str
    tone: str
    says: str


OUTCOMES = {
    "needs_person": Label("Needs a person", "warm", "Somebody is waiting for you, or you have taken over."),
    "booked": Label("Booked", "good", "An appointment is on the calendar."),
    "callback": Label("Text later", "cool", "Asked to be texted again later; the date is set."),
    "open": Label("Talking", "cool", "Has answered; the assistant goes on."),
    "no_reply": Label("No answer yet", "plain", "Was texted and has not answered."),
    "declined": Label("Not interested", "plain", "Said no. Nothing proactive until you reopen it."),
    "cancelled": Label("Cancelled", "dim", "Had an appointment and cancelled it."),
    "opted_out": Label("Opted out", "dim", "Wants no more texts. Nobody may text them."),
    "wrong_number": Label("Wrong number", "dim", "The number belongs to somebody else."),
    "undeliverable": Label("Cannot be reached", "dim", "Texts do not arrive at this number."),
}

SUPPRESSED = {
    "opt_out": "has opted out. Nobody may text them any more.",
    "wrong_number": "is a wrong number: the person there is not your contact.",
    "undeliverable": "cannot be reached by text at this number.",
    "do_not_contact": "is on your do-not-contact list.",
    "erased": "was erased on request, and is left alone.",
}

CANCELLED = {
    "opt_out": "the contact opted out",
    "do_not_contact": "the contact is on the do-not-contact list",
    "wrong_number": "the number is somebody else's",
    "undeliverable": "the number cannot be reached",
    "staff_took_over": "you took over first",
    "with_staff": "the conversation is with staff",
    "replied": "the contact answered first",
    "declined": "the contact said no",
    "frozen": "an emergency was reported",
    "superseded": "it was no longer needed",
    "outside_whatsapp_window": "WhatsApp's 24 hours were over",
    "too_late": "it was too old to be sent",
    "no_lawful_time": "there is no hour at which it may be sent",
    "says_never": "it would have said what the brief rules out",
    "names_health": "it would have named a treatment or a condition",
    "booked_elsewhere": "the contact has been booked by another road",
    "called": "the contact called",
    "erased": "the contact was erased on request",
}

STOPPED = {
    "replied": "they answered",
    "declined": "they said no",
    "opt_out": "they opted out",
    "wrong_number": "the number is somebody else's",
    "undeliverable": "the number cannot be reached",
    "do_not_contact": "they are on the do-not-contact list",
    "superseded": "it was no longer needed",
    "booked_elsewhere": "they have been booked by another road",
    "visited": "they came by another road",
    "called": "they called",
    "booked": "they have a visit",
    "staff_took_over": "a person has taken over",
    "with_staff": "a person has the conversation",
    "frozen": "an emergency was reported",
    "unhappy": "they are unhappy",
    "campaign_ended": "the campaign was ended",
    "erased": "they were erased on request",
    "no_basis": "a newer list says that they may not be texted",
    "unusable_text": "the opener's text cannot be filled in",
    "says_never": "the text would have said what the brief rules out",
    "names_health": "the text would have named a treatment or a condition",
    "no_lawful_time": "there is no hour at which they may be written to",
}

STATES = {
    "queued": "Waiting to be sent",
    "sending": "Being sent",
    "sent": "Sent",
    "delivered": "Delivered",
    "read": "Read",
    "failed": "Not sent",
    "undelivered": "Not delivered",
    "unknown": "Not known whether it arrived",
    "cancelled": "Not sent",
}

KINDS = {
    "touch": "opener",
    "callback": "callback",
    "nudge": "nudge",
    "reminder": "reminder",
    "follow_up": "follow-up",
    "farewell": "last text",
    "emergency": "emergency text",
}

VISITS = {
    "booking": "being written to the calendar",
    "booked": "booked",
    "moving": "being moved",
    "restoring": "being put back",
    "cancelling": "being cancelled",
    "cancelled": "cancelled",
    "failed": "could not be booked",
}

SOURCES = {
    "text": "by text",
    "import": "from your list",
    "provider": "told by the provider",
    "staff": "by staff",
}

ZONES_FROM = {
    "timezone": "from your list",
    "state": "from the state on your list",
    "postal_code": "from the postal code",
    "number": "guessed from the number",
    "unknown": "not known: texts leave only when it is daytime everywhere",
}

CLOSED = {
    "price": "the price",
    "elsewhere": "goes elsewhere",
    "moved": "has moved away",
    "bad_experience": "a bad experience",
    "no_need": "no need",
}


def standing(visit: Appointment) -> str:
    """How a visit stands: booked, confirmed, nobody came."""
    if visit.state == "booked" and visit.no_show_at is not None:
        return "nobody came"
    if visit.state == "booked" and visit.clash_at is not None:
        return "booked; something else stands there too"
    if visit.state == "booked" and visit.confirmed_at is not None:
        return "confirmed"
    return VISITS.get(visit.state, visit.state)


def outcome(name: str) -> Label:
    """The label of an outcome."""
    return OUTCOMES.get(name) or Label(plain(name), "plain", "")


def handoff(reason: str) -> str:
    """What has happened, behind the contact's name: "asks for a person"."""
    return HANDOFFS.get(reason, plain(reason))


def who(names: tuple[str, ...], phone: str) -> str:
    """Sarah & Tom, or the number where no name is known."""
    return " & ".join(names) or number(phone)


def number(phone: str) -> str:
    """A number as its country writes it, with the country's code."""
    try:
        parsed = phonenumbers.parse(phone)
    except phonenumbers.NumberParseException:
        return phone
    return str(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL))


def plain(name: str) -> str:
    """A name of ours without its underscores."""
    return name.replace("_", " ")


def fate(text: Message) -> str:
    """What became of a text of ours, in a few words."""
    said = STATES.get(text.state, plain(text.state))
    if text.state == "cancelled":
        return f"{said}: {CANCELLED.get(text.cancelled_reason or '', plain(text.cancelled_reason or ''))}"
    if text.state in ("failed", "undelivered") and text.error_code:
        return f"{said}: {verdict(text.error_code).meaning} ({text.error_code})"
    return said


def understood(heard: dict[str, Any] | None) -> str:
    """What the assistant understood: question: price + book · 0.93 · model."""
    if not heard:
        return ""
    intents = heard.get("intents") or [
        [heard.get("intent", ""), heard.get("topic"), heard.get("confidence", 0)]
    ]
    named = " + ".join(f"{plain(i)}: {plain(topic)}" if topic else plain(i) for i, topic, *_ in intents[:3])
    confidence = float(heard.get("confidence") or intents[0][2] or 0)
    rung = {"none": "not understood", "pending": "answers the question"}.get(heard["rung"], heard["rung"])
    return f"{named} · {confidence:.2f} · {rung}"
