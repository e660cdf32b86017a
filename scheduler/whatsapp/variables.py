"""What fills the places of a WhatsApp template: checked when it is kept, so that nothing fails at sending."""

from __future__ import annotations

from collections.abc import Mapping

from actions.words.merge_fields import FIELDS
from actions.words.template import UnusableText, from_braces, parse
from scheduler.whatsapp.rules import PLACE


def checked(body: str, given: Mapping[str, str]) -> dict[str, str]:
    """The variables for a template with this body, as templates of ours. Raises UnusableText.

    Each place of the body needs one; one for a place that does not exist is a slip of the pen.
    """
    places = list(dict.fromkeys(PLACE.findall(body)))
    for place in places:
        if place not in given:
            raise UnusableText(f"nothing says what fills {{{{{place}}}}}: give it with --variable {place}=…")
    for place, ours in given.items():
        if place not in places:
            raise UnusableText(f"the template has no {{{{{place}}}}}")
        unknown = parse(from_braces(ours)).fields - set(FIELDS)
        if unknown:
            raise UnusableText(f"{{{{{place}}}}}: {min(unknown)} is not a field")
    return {place: given[place] for place in places}
