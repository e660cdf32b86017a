"""How a sequence ends for a contact: every enrollment gets one of these names, in the end."""

from __future__ import annotations

OUTCOMES = {
    "replied": "answered",
    "booked": "has a visit, by this road or another",
    "visited": "came in by another road",
    "called": "called the number that texted",
    "declined": "said no",
    "opted_out": "wants no more texts",
    "wrong_number": "the number is somebody else's",
    "undeliverable": "texts do not arrive",
    "with_staff": "a person has the conversation",
    "no_reply": "the whole sequence met silence",
    "not_sent": "something that is no doing of the contact's kept the first text from leaving",
    "cut_short": "something that is no doing of the contact's ended the sequence after a text",
    "withdrawn": "the campaign was ended, or the contact taken out of it",
    "erased": "was erased on request",
}
"""Name -> what it means, for staff."""

BY_REASON = {
    "replied": "replied",
    "booked": "booked",
    "booked_elsewhere": "booked",
    "superseded": "booked",
    "visited": "visited",
    "called": "called",
    "declined": "declined",
    "opt_out": "opted_out",
    "do_not_contact": "opted_out",
    "wrong_number": "wrong_number",
    "undeliverable": "undeliverable",
    "staff_took_over": "with_staff",
    "with_staff": "with_staff",
    "unhappy": "with_staff",
    "frozen": "with_staff",
    "finished": "no_reply",
    "campaign_ended": "withdrawn",
    "erased": "erased",
}
"""Why it ended (Enrollment.stopped_reason) -> its outcome; what is not named is `not_sent` or `cut_short`."""


def outcome_of(reason: str, *, any_sent: bool) -> str:
    """The outcome of an enrollment that ends for this reason, after at least one text or none."""
    return BY_REASON.get(reason) or ("cut_short" if any_sent else "not_sent")
