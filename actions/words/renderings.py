"""What a template may come out as: with all its fields, with none, and at its longest."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from itertools import product

from actions.words.about import About
from actions.words.brief import Brief
from actions.words.merge_fields import EXTRA, UnusableText
from actions.words.step import Step
from actions.words.template import from_braces, parse, render

ALWAYS = frozenset({"business", "phone"})
"""Fields that every contact has."""

MOST_TRIED = 6
"""With more optional fields than these, not all combinations are looked at: all, none, and all but one."""

_PLACE = re.compile(r"\{\{ ?(\w+) ?\}\}")


def renderings(template: str, brief: Brief, about: About, day: int = 0) -> list[str]:
    """The texts that the template may become, the fullest first; those that cannot be said left out.

    Raises UnusableText where the template cannot be read at all.
    """
    source = from_braces(template)
    parsed = parse(source)
    full = sample(brief, about, day)
    if parsed.columns:
        known = _columns(full)
        full[EXTRA] = {column: known.get(column) or "x" * 20 for column in parsed.columns}
    optional = sorted((parsed.fields - ALWAYS - {EXTRA}) & full.keys())
    optional += sorted(f'{EXTRA}["{column}"]' for column in parsed.columns)
    texts = []
    for absent in _absences(optional):
        try:
            texts.append(render(source, _without(full, absent)))
        except UnusableText:
            continue
    return list(dict.fromkeys(texts))


def in_general(about: About) -> About:
    """Without the longest values of real contacts: what one row of a list says is no fault of the words."""
    return replace(about, longest={})


def longest(template: str, brief: Brief, about: About, day: int = 0) -> str | None:
    """The longest of them; None where it cannot be said."""
    return max(renderings(template, brief, about, day), key=len, default=None)


def whatsapp_template(step: Step) -> str:
    """The step's words on WhatsApp, with our own templates in place of {{1}}, {{2}} …; "" for none."""
    words = step.whatsapp
    if words is None:
        return ""
    return _PLACE.sub(lambda place: words.variables.get(place.group(1), ""), words.body)


def sample(brief: Brief, about: About, day: int = 0) -> dict[str, object]:
    """A value for each field, rather long; the brief's own where it has any."""
    today = about.today + timedelta(days=day)
    months = 30 if about.oldest_months is None else about.oldest_months
    fields: dict[str, object] = {
        "first_name": "Christopher",
        "last_name": "Montgomery",
        "business": about.business,
        "phone": "(212) 555-0100",
        "last_service": None if about.health_trade else max(about.services, key=len, default="last service"),
        "last_visit": _months_before(today, months),
        "months_away": months,
        "offer": brief.offer or None,
        "offer_terms": brief.terms or None,
        "offer_until": brief.expires_on,
        "why_now": brief.why_now or None,
        "openings": "Tue 12:30pm or Thu 11:30am",
        EXTRA: {},
    }
    return fields | dict(about.longest) | {"today": today, "country": about.country}


def _absences(optional: list[str]) -> Iterator[frozenset[str]]:
    if len(optional) <= MOST_TRIED:
        for choice in product((False, True), repeat=len(optional)):
            yield frozenset(name for name, absent in zip(optional, choice, strict=True) if absent)
        return
    yield frozenset()
    yield frozenset(optional)
    for name in optional:
        yield frozenset({name})
        yield frozenset(optional) - {name}


def _without(full: dict[str, object], absent: frozenset[str]) -> dict[str, object]:
    if not absent:
        return full
    left = {name: value for name, value in _columns(full).items() if f'{EXTRA}["{name}"]' not in absent}
    return {name: "" if name in absent else value for name, value in full.items()} | {EXTRA: left}


def _columns(fields: dict[str, object]) -> dict[str, object]:
    columns = fields[EXTRA]
    return dict(columns) if isinstance(columns, dict) else {}


def _months_before(day: date, months: int) -> date:
    return day - timedelta(days=round(months * 30.44) + 1)
