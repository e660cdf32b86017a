"""The text of a touch for one contact, on the channel that it goes by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from actions.words.brief import Brief
from actions.words.template import UnusableText
from data.models import Business, Campaign, Contact, Person, Touch, WhatsAppTemplate
from scheduler.outreach.wording import NamesHealth, SaysNever, uses_openings, word
from scheduler.whatsapp.wording import word_template

WHATSAPP = "whatsapp"

UNUSABLE = (UnusableText, SaysNever)
"""What ends a contact's sequence here, and nobody else's."""


def why(error: Exception) -> str:
    """The reason of an enrollment that ends because of it."""
    if isinstance(error, SaysNever):
        return "says_never"
    return "names_health" if isinstance(error, NamesHealth) else "unusable_text"


@dataclass(frozen=True, slots=True)
class Composed:
    """What is said, what it is billed as, and on WhatsApp the template that says it."""

    body: str
    segments: int
    cost: float | None
    content_sid: str | None = None
    content_variables: dict[str, str] | None = None


def compose(
    channel: str,
    touch: Touch,
    template: WhatsAppTemplate | None,
    campaign: Campaign,
    business: Business,
    contact: Contact,
    person: Person | None,
    openings: Sequence[datetime] = (),
) -> Composed:
    """A touch in words. Raises UnusableText or SaysNever."""
    brief = brief_of(campaign)
    if channel == WHATSAPP and template is not None:
        made = word_template(template, brief, business, contact, person, openings)
        return Composed(made.text, 1, made.cost, made.content_sid, made.content_variables)
    worded = word(touch, brief, business, contact, person, openings)
    return Composed(worded.text, worded.sms_segments, worded.cost)


def names_openings(channel: str, touch: Touch, template: WhatsAppTemplate | None) -> bool:
    """Whether the text holds live openings, which are read just before it leaves."""
    if channel == WHATSAPP and template is not None:
        return any(_names_openings(str(words)) for words in template.variables.values())
    return _names_openings(touch.template)


@lru_cache(maxsize=512)
def _names_openings(words: str) -> bool:
    try:
        return uses_openings(words)
    except UnusableText:
        return False


def brief_of(campaign: Campaign) -> Brief:
    """The campaign's brief; an empty one where it has none."""
    return Brief.from_json(campaign.brief or {})


def person_of(contact: Contact, person_id: int | None) -> Person | None:
    """Whose history the words draw on."""
    return next((person for person in contact.persons if person.id == person_id), None)
