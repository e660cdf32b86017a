"""The people of a household: one number, several visits."""

from __future__ import annotations

import re
from collections.abc import Sequence

from actions.context import PersonFacts


def named_in(text: str, persons: Sequence[PersonFacts]) -> tuple[PersonFacts, ...]:
    """The persons whose first name stands in the text, in the order of `persons`."""
    words = set(re.findall(r"[^\W\d_]+", text.casefold()))
    return tuple(
        person
        for person in persons
        if person.first_name and set(re.findall(r"[^\W\d_]+", person.first_name.casefold())) <= words
    )
