"""Why a contact is left out of a campaign, in words for screens."""

from __future__ import annotations

REASONS = {
    "not_in_segment": "not meant by the rule",
    "other_tier": "of another tier",
    "never_converted": "a lead who never came, and has not consented",
    "over_18_months": "silent for more than 18 months, and has not consented",
    "opt_out": "opted out",
    "wrong_number": "the number is somebody else's",
    "undeliverable": "texts do not arrive",
    "do_not_contact": "on a do-not-contact list",
    "promised_last": "was told that a text is the last one",
    "no_basis": "no reason on record to text them",
    "basis_expired": "the reason to text them has expired",
    "unattested": "from a list that nobody has vouched for",
    "unhappy": "openly unhappy: for a personal call",
    "declined": "said no",
    "booked": "has a visit ahead",
    "with_staff": "a person has the conversation",
    "already_in_it": "in this campaign already",
    "in_a_campaign": "in another campaign",
    "in_conversation": "wrote lately, or is to be called back",
    "reassigned": "the number has changed hands",
    "archived": "two sequences without a reply",
    "cooling_off": "left alone for a while after a sequence",
    "recently_contacted": "texted lately",
    "frequency_cap": "has had as many texts as the owner allows in 30 days",
    "no_lawful_time": "no hour is lawful in all the zones the number might be in",
    "campaign_ended": "the campaign was ended meanwhile",
    "busy": "was just being worked on",
}
"""Why a contact is left out -> what that means, for screens."""
