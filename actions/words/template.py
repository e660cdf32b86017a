"""Filling texts in: merge fields to words, and nothing left behind where a field is empty."""

from __future__ import annotations

import re
from collections.abc import Mapping
from string import Formatter

from jinja2 import TemplateError

from actions.words.filters import Missing
from actions.words.grammar import Parsed, parse
from actions.words.merge_fields import EXTRA, FIELDS, MAY_BE_EMPTY, UnusableText
from actions.words.plain import plain

__all__ = ["LONGEST_TEXT", "UnusableText", "from_braces", "parse", "render", "tidy"]

LONGEST_TEXT = 1600
"""Characters that the provider takes in one message (Twilio 21617)."""


def render(template: str, fields: Mapping[str, object]) -> str:
    """The text with its fields filled in, tidied. Raises UnusableText.

    `fields` holds every field that exists, None or "" where this contact has no value; "today" is the day
    that `since` counts to, "country" the contact's. A field without a value and without a fallback cannot be
    said; a first or last name falls out instead.
    """
    parsed = parse(template)
    _known(parsed, fields)
    values = {name: _value(name, fields[name]) for name in parsed.fields}
    values |= {name: fields[name] for name in ("today", "country") if name in fields}
    if parsed.columns:
        values[EXTRA] = _columns(parsed, fields.get(EXTRA))
    try:
        text = parsed.compiled.render(values)
    except TemplateError as error:
        raise UnusableText(f"the text cannot be filled in: {error}") from None
    except UnusableText:
        raise
    except (TypeError, ValueError, LookupError, AttributeError) as error:
        raise UnusableText(f"the text cannot be filled in: {error}") from None
    text = tidy(text)
    if not text:
        raise UnusableText("nothing is left of the text")
    if len(text) > LONGEST_TEXT:
        raise UnusableText(f"the text has {len(text)} characters; at most {LONGEST_TEXT} can be sent")
    return text


def from_braces(text: str) -> str:
    """A text with {first_name} (the profile's and earlier campaigns') as a template of today.

    One that is a template already stays as it is. Raises UnusableText for braces that do not pair.
    """
    if "{{" in text or "{%" in text:
        return text
    try:
        parts = list(Formatter().parse(text))
    except ValueError as error:
        raise UnusableText(f"the text cannot be read: {error}") from None
    whole = ""
    for literal, field, form, conversion in parts:
        whole += literal
        if field is None:
            continue
        if form or conversion or not field.isidentifier():
            raise UnusableText(f"{{{field}}} is not a field; there are {', '.join(FIELDS)}")
        whole += f"{{{{ {field} }}}}"
    return whole


_SPACES = re.compile(r"[ \t]{2,}")
_BEFORE_STOP = re.compile(r" +(?=[,.!?;:](?:\s|$))")
_AROUND_BREAK = re.compile(r"[ \t]*\n[ \t]*")
_STOPS = (" ,", " .", " !", " ?", " ;", " :")
_BARE = ("Hi,", "Hey,")
_GREETING = re.compile(r"\b(?:Hi|Hey),")
_BREAKS = re.compile(r"\n{3,}")


def tidy(text: str) -> str:
    """Without what an empty field leaves behind: doubled spaces, "Hi ," and "Hi," (which become "Hello,")."""
    if "  " in text or "\t" in text:
        text = _SPACES.sub(" ", text)
    if any(before in text for before in _STOPS):
        text = _BEFORE_STOP.sub("", text)
    if "\n" in text:
        text = _BREAKS.sub("\n\n", _AROUND_BREAK.sub("\n", text))
    if any(bare in text for bare in _BARE):
        text = _GREETING.sub("Hello,", text)
    return text.strip()


def _known(parsed: Parsed, fields: Mapping[str, object]) -> None:
    for name in sorted(parsed.fields):
        if name not in fields or name not in FIELDS:
            raise UnusableText(f"{name} is not a field; there are {', '.join(FIELDS)}")


def _value(name: str, value: object) -> object:
    if isinstance(value, str):
        value = " ".join(plain(value).split()) if name != "openings" else value
    if value or isinstance(value, int | float) or (name in MAY_BE_EMPTY and value == ""):
        return value
    return "" if name in MAY_BE_EMPTY else Missing(name=name)


def _columns(parsed: Parsed, extra: object) -> dict[str, object]:
    known = extra if isinstance(extra, Mapping) else {}
    found: dict[str, object] = {}
    for column in parsed.columns:
        value = known.get(column)
        value = " ".join(plain(str(value)).split()) if value is not None else ""
        found[column] = value or Missing(name=f'extra["{column}"]')
    return found
