"""The merge fields that a text may use, and what each of them says."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

FIELDS: Mapping[str, str] = MappingProxyType(
    {
        "first_name": "the contact's first name; nobody's in a household",
        "last_name": "the contact's last name; nobody's in a household",
        "business": "the name of the business",
        "phone": "the number of the business, as people write it",
        "last_service": "what they came for last, by its name; never in a health trade",
        "last_visit": "the date of their last visit; write {{ last_visit | since }}",
        "months_away": "how many whole months ago that was",
        "offer": "the brief's offer",
        "offer_terms": "the brief's terms",
        "offer_until": "the last day of the offer; write {{ offer_until | short_date }}",
        "why_now": "the brief's reason to write now",
        "openings": "one or two live openings; empty where the calendar cannot be read",
        "extra": 'a column of the list that is not one of ours: {{ extra["Column"] }}',
    }
)

MAY_BE_EMPTY = frozenset({"first_name", "last_name"})
"""Without a value they simply fall out of the text, and the greeting is mended."""

NEVER_IN_HEALTH = frozenset({"last_service"})
"""What a proactive text of a health trade may not name: a treatment is health data (45 CFR 164.508)."""

OFFER = frozenset({"offer", "offer_terms", "offer_until"})
"""Fields that name the brief's offer: never after its last day."""

EXTRA = "extra"
"""The field that is looked into with brackets."""


class UnusableText(ValueError):
    """The template cannot become a text; the message says why, in a sentence for whoever writes it."""
