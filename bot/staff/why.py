"""In three lines why somebody is coming, or not: what brought them back, what they asked, what stands now.

Read from the rows, so that whoever opens a visit from the calendar need not read the talk first.
"""

from __future__ import annotations

from collections.abc import Iterator

from bot.staff import moments, words
from bot.staff.transcript import service_name
from data.models import Message
from data.models.booking import LIVE
from data.queries.transcripts import Transcript

MOST_TOPICS = 4
"""More than these would be no line any more."""

UNNAMED = frozenset({"bot", "who_is_this"})
"""Topics that everybody asks and nobody needs to know of."""


def in_short(rows: Transcript, theirs: str) -> Iterator[tuple[str, str]]:
    """What each line is about, and the line; `theirs` is the contact's zone. Nothing before they answer."""
    written = [text for text in rows.texts if text.direction == "in"]
    if not written:
        return
    if not rows.more:
        yield "Came back", _came(rows, written[0])
    if topics := _topics(written):
        yield "Asked about", ", ".join(topics)
    yield "Now", _now(rows, theirs)


def _came(rows: Transcript, first: Message) -> str:
    before = [text for text in rows.texts if text.direction == "out" and text.id < first.id]
    opener = next((text for text in reversed(before) if text.kind in ("touch", "callback")), None)
    if opener is None:
        return "wrote without being written to"
    zone = rows.business.timezone
    days = (moments.local(first.created_at, zone).date() - moments.local(opener.created_at, zone).date()).days
    after = {0: "the same day", 1: "a day later"}.get(days, f"{days} days later")
    if opener.kind == "callback":
        return f"answered the text they had asked for, {after}"
    names = {enrollment.id: campaign.name for campaign, enrollment in rows.campaigns}
    campaign = names.get(opener.enrollment_id or 0)
    return f"answered {f'“{campaign}”' if campaign else 'our text'}, {after}"


def _topics(written: list[Message]) -> list[str]:
    """What was asked, each once, in the order in which it came up."""
    heard = (one for text in written for one in (text.understanding or {}).get("intents", ()))
    named = (topic for intent, topic, *_ in heard if intent == "question" and topic not in UNNAMED)
    return list(dict.fromkeys(words.plain(topic) for topic in named if topic))[:MOST_TOPICS]


def _now(rows: Transcript, theirs: str) -> str:
    standing = sorted((visit for visit in rows.visits if visit.state in LIVE), key=lambda one: one.start_at)
    if not standing:
        outcome = words.outcome(rows.conversation.outcome)
        return outcome.says or outcome.words
    visit = standing[0]
    when = moments.visit(visit.start_at, rows.business.timezone, theirs)
    return f"{service_name(rows, visit.service)}, {when}"
