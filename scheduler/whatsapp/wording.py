"""A touch as a WhatsApp template: its variables filled for one contact, and what the transcript says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from actions.words.brief import Brief
from actions.words.prices import price_of
from actions.words.template import UnusableText, from_braces, render
from data.models import Business, Contact, Person, WhatsAppTemplate
from scheduler.gather import profile_of
from scheduler.outreach.wording import fields_of, put_in_words
from scheduler.whatsapp.rules import PLACE, UnusableVariables, check, filled


@dataclass(frozen=True, slots=True)
class Templated:
    """What goes out: the provider fills `content_sid` with `content_variables`; `text` is how that reads."""

    text: str
    content_sid: str
    content_variables: dict[str, str]
    cost: float | None
    """Estimated, in the business's currency; None: no price is known."""


def word_template(
    template: WhatsAppTemplate,
    brief: Brief,
    business: Business,
    contact: Contact,
    person: Person | None,
    openings: Sequence[datetime] = (),
    *,
    today: date | None = None,
) -> Templated:
    """The template in words for this contact. Raises UnusableText (a place stays empty, or
    NamesHealth) and SaysNever.

    Each variable is a template of ours over the same merge fields as a touch by SMS; a line break in what
    fills it becomes a space, since WhatsApp takes none.
    """
    fields, variables = fields_of(contact, person, business, brief, openings, today), dict[str, str]()

    def say(values: Mapping[str, object]) -> str:
        variables.update(_variables(template, values))
        return filled(template.body, variables)

    text = put_in_words(say, fields, brief, business)
    cost = price_of(1, contact.country, "whatsapp", profile_of(business))
    return Templated(text, template.content_sid, variables, cost)


def _variables(template: WhatsAppTemplate, fields: Mapping[str, object]) -> dict[str, str]:
    """What fills each place. Raises UnusableText."""
    variables = {}
    for name in dict.fromkeys(PLACE.findall(template.body)):
        ours = template.variables.get(name)
        if not ours:
            raise UnusableText(f"nothing says what fills {{{{{name}}}}}")
        value = " ".join(render(from_braces(str(ours)), fields).split())
        try:
            check(name, value)
        except UnusableVariables as error:
            raise UnusableText(str(error)) from None
        variables[name] = value
    return variables
