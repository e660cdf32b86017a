"""What may be done to a merge field on its way into a text, and what happens where it has no value."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from jinja2 import Undefined, pass_context
from jinja2.runtime import Context

from actions.words import since as since_words
from actions.words.merge_fields import UnusableText


class Missing(Undefined):
    """A field that this contact has no value for: empty in a condition, an error where it would be said."""

    __slots__ = ()

    @property
    def field(self) -> str:
        """What it is called."""
        return str(self._undefined_name)


def said(value: object) -> object:
    """What a field puts into the text. Raises UnusableText where that would be a hole, or no words."""
    if isinstance(value, Missing):
        raise UnusableText(f"{value.field} has no value for this contact, and the text no fallback")
    if isinstance(value, date | Mapping):
        raise UnusableText("a date needs | since or | short_date, and extra the name of a column")
    return "" if isinstance(value, Undefined) else value


def _or_else(value: object, instead: str = "") -> object:
    """The value, or these words where there is none."""
    return instead if isinstance(value, Missing) or value in ("", None) else value


@pass_context
def _since(context: Context, value: object) -> object:
    if not value:
        return value
    return since_words.since(_as_date(value), context["today"], context.get("country", "US"))


@pass_context
def _short_date(context: Context, value: object) -> object:
    return since_words.short_date(_as_date(value), context["today"]) if value else value


def _first(value: object) -> object:
    """The first word, such as "Mary" of "Mary Ann"."""
    return str(value).split(maxsplit=1)[0] if value and str(value).split() else value


def _cased(change: str) -> object:
    def cased(value: object) -> object:
        return getattr(str(value), change)() if value else value

    return cased


FILTERS = {
    "or_else": _or_else,
    "default": _or_else,
    "since": _since,
    "short_date": _short_date,
    "first": _first,
    "lower": _cased("lower"),
    "upper": _cased("upper"),
    "capitalize": _cased("capitalize"),
    "trim": _cased("strip"),
}
"""All the filters there are."""


def _as_date(value: object) -> date:
    if isinstance(value, date):
        return value
    raise UnusableText(f"{str(value)[:40]!r} is no date")
