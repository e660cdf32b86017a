"""What a segment comes to, for the command line: in words or as JSON."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from data.models import Business
    from data.segments.choosing import Chosen
    from data.segments.rule import Rule

SAMPLE = 5
"""So many of the best are shown."""


def best(session: Session, business: Business, rule: Rule, chosen: Chosen) -> list[dict[str, Any]]:
    """The first few, with what their score is made of."""
    from data.models import Contact
    from data.queries.inbox import names_of
    from data.segments.sieve import Sieve

    sieve, said = Sieve.of(session, business, rule), []
    for candidate in chosen.candidates[:SAMPLE]:
        contact = session.get_one(Contact, candidate.contact)
        parts = {
            part: None if points is None else round(points)
            for part, points, _ in sieve.parts_of(session, candidate)
        }
        who = " & ".join(names_of(contact.persons)) or contact.phone
        said.append({"who": who, "score": candidate.score, "tier": candidate.tier, "parts": parts})
    return said


def tell(facts: dict[str, Any]) -> None:
    """All of it in words."""
    from data.segments.choosing import REASONS

    tell_line(f"{facts['name']}: {facts['says']}.")
    tiers = ", ".join(f"{count} {tier}" for tier, count in facts["tiers"].items())
    of = f" ({tiers})" if tiers else ""
    tell_line(f"{facts['meant']:,} meant, {facts['ready']:,} of them may be texted now{of}.")
    for reason, count in facts["left_out"].items():
        tell_line(f"  left out, {REASONS.get(reason, reason)}: {count:,}")
    if facts["to_call"]:
        tell_line(f"{facts['to_call']:,} should be telephoned instead: they are openly unhappy.")
    for sentence in facts["lacks"]:
        tell_line(sentence)
    for one in facts["best"]:
        parts = ", ".join(
            f"{part} {points if points is not None else 'unknown'}" for part, points in one["parts"].items()
        )
        tell_line(f"  {one['tier']} {one['score']:5.1f}  {one['who']} ({parts})")


def tell_line(what: str | dict[str, Any]) -> None:
    """A line on standard output, JSON for what is no text."""
    click.echo(what if isinstance(what, str) else json.dumps(what, ensure_ascii=False))
