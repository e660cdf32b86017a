"""What the pages of outreach call things: reasons, fields, stages, files, states."""

from __future__ import annotations

from bot.staff.words import Label, plain
from data.queries import audit

REFUSED = {
    "no_phone": "No phone number",
    "invalid_phone": "No valid phone number",
    "duplicate_in_file": "Twice in the list",
    "duplicate_existing": "Known already, nothing new",
    "no_basis": "No basis for texting them",
    "basis_expired": "The basis has expired",
    "opted_out": "Marked as opted out",
    "suppressed": "Must not be texted",
    "do_not_contact": "On the do-not-contact list",
    "region": "No basis in their region",
    "line_type": "Not a number that takes texts",
}
"""Why a row of a list is refused (contracts.md)."""

FIELDS = {
    "phone": "Phone number",
    "email": "E-mail address",
    "timezone": "Time zone",
    "last_visit": "Last visit",
    "last_service": "Last service",
    "value": "What they have spent",
    "relationship": "Customer or lead",
    "contact_basis": "Why they may be texted",
    "basis_date": "Since when",
    "opted_out": "Opted out",
    "booked_until": "Booked until",
    "preferred_time": "Preferred time",
    "crm_id": "Number in your own system",
    "quoted_on": "Date of a quote",
    "enquired_on": "Date of an enquiry",
    "due_on": "Date when something is due",
    "visits": "How many visits",
    "unhappy": "Openly unhappy",
}
"""The fields that a column of a list may hold; the others are called as they are."""

NOT_NOW = {
    "unhappy": "Openly unhappy: call them",
    "booked": "Booked ahead",
    "not_dormant": "Have been there too recently",
    "undated": "Nobody knows since when they have been away",
    "over_18_months": "Away for over 18 months, without consent",
    "never_converted": "Leads who never came, without consent",
}
"""Why a number that may be texted is not texted for now (scheduler/list_audit.py)."""

AVERAGE = {
    "value": "as you said",
    "profile": "your average sale",
    "list": "the mean of the list's own values",
}
"""Where the average comes from that an audit reckons with."""

STAGES = {
    "sent": "Got a text",
    "delivered": "Arrived",
    "replied": "Answered",
    "conversing": "Talked",
    "booked": "Booked",
    "attended": "Came",
    "opted_out": "Opted out",
    "failed": "Did not arrive",
}
"""The columns of a funnel (data/figures)."""

EXPORTS = {
    "enrollments": "Everybody, with the outcome",
    "dead-numbers": "Dead numbers",
    "opt-outs": "Opt-outs",
    "texts": "Texts",
    "figures": "Figures",
    "money": "Money",
}
"""The files of a campaign."""

CAMPAIGNS = {
    "draft": Label("Draft", "plain", "Not launched yet."),
    "running": Label("Running", "good", "Texts leave within lawful hours."),
    "paused": Label("Paused", "warm", "Nothing of it leaves."),
    "done": Label("Ended", "dim", "Over for good."),
}

CAMPAIGN_ACTS = {
    audit.CAMPAIGN_MADE: "made it",
    audit.CAMPAIGN_WORDS_CHANGED: "changed its words",
    audit.CAMPAIGN_REHEARSED: "played it through",
    audit.CAMPAIGN_APPROVED: "approved its words",
    audit.CAMPAIGN_LAUNCHED: "launched it",
    audit.CAMPAIGN_RELEASED: "released the rest",
    audit.CAMPAIGN_PAUSED: "paused it",
    audit.CAMPAIGN_RESUMED: "resumed it",
    audit.CAMPAIGN_ENDED: "ended it",
}
"""What was done with a campaign, behind somebody's name."""

PAUSED = {
    "staff": "paused by staff",
    "opt_outs": "paused by itself: too many want no more texts",
    "delivery": "paused by itself: too many texts do not arrive",
    "filtered": "paused by itself: carriers filter its texts as spam",
    "budget": "paused by itself: the budget is spent",
    "pilot": "the pilot is through: read its report, then release the rest",
    "words_changed": "paused because words were changed",
}
"""Why a campaign is paused (Campaign.paused_reason)."""


def refused(reason: str) -> str:
    """Why a row of a list is refused, in a few words."""
    return REFUSED.get(reason, plain(reason).capitalize())
