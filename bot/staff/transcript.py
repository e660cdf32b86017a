"""The transcript as a list of items in order of time: texts as bubbles, everything else as notices."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from urllib.parse import urlsplit

from bot.staff import moments, words
from bot.staff.standing import first_names
from data import settings
from data.models import Appointment, AuditEvent, Callback, Handoff, Message
from data.profile import Profile
from data.queries import audit
from data.queries.inbox import names_of
from data.queries.transcripts import Transcript
from scheduler import by_staff, noticed

NOT_SHOWN = frozenset({"looked", "replied"})
"""Acts of staff that the transcript does not tell apart: a reply is there as a text."""


@dataclass(frozen=True, slots=True)
class Item:
    """One entry. `key` is its id on the page; `version` changes with anything that it shows.

    `side` is `in`, `bot`, `staff` or `notice`.
    """

    key: str
    at: datetime
    side: str
    time: str
    words: str
    who: str = ""
    kind: str = ""
    channel: str = ""
    heard: str = ""
    rule: str = ""
    state: str = ""
    fate: str = ""
    steps: tuple[tuple[str, str], ...] = ()
    media: tuple[str | None, ...] = ()
    tone: str = ""
    day: str = ""
    version: str = field(default="", compare=False)


def items(rows: Transcript, theirs: str) -> list[Item]:
    """All entries, oldest first, with the days between them; `theirs` is the contact's zone."""
    zone = rows.business.timezone
    found = [_text(rows, text, zone, theirs) for text in rows.texts]
    begins = found[0].at if rows.more and found else None
    notices = [note for note in _notices(rows, zone, theirs) if begins is None or note.at >= begins]
    ordered = sorted([*found, *notices], key=lambda item: (item.at, item.side == "notice", item.key))
    return list(_by_day(ordered, zone))


def _by_day(ordered: list[Item], zone: str) -> Iterator[Item]:
    last = ""
    for item in ordered:
        today = moments.day(item.at, zone)
        shown = replace(item, day=today if today != last else "")
        last = today
        version = hashlib.blake2b(repr(shown).encode(), digest_size=6).hexdigest()
        yield replace(shown, version=version)


def _text(rows: Transcript, text: Message, zone: str, theirs: str) -> Item:
    at = text.created_at if text.direction == "in" else (text.sent_at or text.created_at)
    if text.direction == "in":
        return Item(
            key=f"text-{text.id}",
            at=at,
            side="in",
            time=moments.time_of_day(at, zone, theirs),
            words=text.body,
            who=words.who(names_of(rows.contact.persons), rows.contact.phone),
            channel=text.channel,
            heard=words.understood(text.understanding),
            rule=text.rule or "",
            state=text.state,
            media=tuple(_openable(url) for url in text.media),
        )
    by_staff = text.kind == "staff"
    return Item(
        key=f"text-{text.id}",
        at=at,
        side="staff" if by_staff else "bot",
        time=moments.time_of_day(at, zone, theirs),
        words=text.body,
        who=rows.staff.get(text.staff_user_id or 0, "Staff") if by_staff else "Assistant",
        kind=_kind(rows, text),
        channel=text.channel,
        state=text.state,
        fate=words.fate(text),
        steps=tuple(_steps(rows, text, zone)),
    )


def _kind(rows: Transcript, text: Message) -> str:
    """What a text was for; of a campaign's, which one it was, and what it appealed to."""
    touch = rows.touches.get(text.touch_id or 0)
    if touch is None:
        return words.KINDS.get(text.kind, "")
    angle = f", {words.plain(touch.angle)}" if touch.angle else ""
    return f"campaign text {touch.step}{' B' if touch.variant == 'b' else ''}{angle}"


def _steps(rows: Transcript, text: Message, zone: str) -> Iterator[tuple[str, str]]:
    """What happened to a text of ours, with times: queued, sent, then the provider's receipts."""
    yield "Queued", moments.full(text.created_at, zone)
    if text.state == "queued" and text.due_at is not None and text.due_at > text.created_at:
        yield "Leaves", f"{moments.full(text.due_at, zone)} at the earliest"
    if text.sent_at is not None:
        yield "Sent", moments.full(text.sent_at, zone)
    for event in rows.events.get(text.id, []):
        if event.status in ("delivered", "read", "failed", "undelivered"):
            yield event.status.capitalize(), moments.full(event.created_at, zone)
    if text.attempts > 1:
        yield "Tries", str(text.attempts)


def _openable(url: str) -> str | None:
    """An address of the provider's own; anything else is named and not linked."""
    there, provider = urlsplit(url), urlsplit(settings.get().twilio_api_base_url)
    host = there.hostname or ""
    own = (there.scheme, there.netloc) == (provider.scheme, provider.netloc)
    theirs = there.scheme == "https" and (host == "twilio.com" or host.endswith(".twilio.com"))
    return url if own or theirs else None


def _notices(rows: Transcript, zone: str, theirs: str) -> Iterator[Item]:
    def note(key: str, at: datetime, said: str, tone: str = "plain") -> Item:
        return Item(key, at, "notice", moments.time_of_day(at, zone), said, tone=tone)

    name = first_names(rows)
    for handoff in rows.handoffs:
        yield note(f"handoff-{handoff.id}", handoff.created_at, _handed(handoff, name), _tone(handoff))
    for visit in rows.visits:
        yield note(f"visit-{visit.id}", visit.created_at, _booked(rows, visit, zone, theirs), "good")
    for callback in rows.callbacks:
        yield note(
            f"callback-{callback.id}", callback.created_at, _later(callback, name, zone, theirs), "cool"
        )
    for row in rows.suppressions:
        said = words.SUPPRESSED.get(row.reason, "must not be texted.")
        where = "" if row.channel == "all" else f" On {row.channel} only."
        source = words.SOURCES.get(row.source, row.source)
        if row.created_at >= rows.conversation.created_at:
            yield note(
                f"suppression-{row.id}", row.created_at, f"{name} {said}{where} Noted {source}.", "dim"
            )
        if row.lifted_at is not None:
            yield note(f"lifted-{row.id}", row.lifted_at, f"{name} asked to be texted again.", "good")
    yield from (note(f"act-{act.id}", act.created_at, said, "staff") for act, said in _acts(rows, rows.acts))


def _acts(rows: Transcript, acts: list[AuditEvent]) -> Iterator[tuple[AuditEvent, str]]:
    for act in acts:
        if act.action in NOT_SHOWN:
            continue
        staff = rows.staff.get(act.staff_user_id or 0, "Staff")
        match act.action:
            case by_staff.MOVED:
                before, after = (_moment(rows, act, edge) for edge in ("before", "after"))
                said = f"{staff} moved the appointment from {before} to {after}."
            case by_staff.CANCELLED:
                said = f"{staff} cancelled the appointment on {_moment(rows, act, 'before')}."
            case noticed.MOVED:
                before, after = (_moment(rows, act, edge) for edge in ("before", "after"))
                said = f"Moved in the calendar: from {before} to {after}."
            case noticed.DELETED:
                said = (
                    f"Deleted in the calendar: {_moment(rows, act, 'before')}. The appointment is called off."
                )
            case noticed.ELSEWHERE:
                said = "The calendar has an event with this number: no openers any more."
            case audit.CALLED:
                said = f"{first_names(rows)} called the number that texts."
            case audit.EXPORTED:
                said = f"{staff} took out everything that is kept of them."
            case audit.SALE_ENTERED:
                said = f"{staff} entered a sale of {act.detail.get('amount', '')}."
            case "took over":
                said = f"{staff} took over. The assistant is silent."
            case "handed back":
                said = f"{staff} handed back to the assistant."
            case "marked as done":
                said = f"{staff} marked it as done. The assistant goes on."
            case "reopened":
                said = f"{staff} reopened the conversation: {act.detail.get('reason', '')}"
            case other:
                said = f"{staff} {other}."
        yield act, said


def _moment(rows: Transcript, act: AuditEvent, edge: str) -> str:
    return moments.visit(datetime.fromisoformat(act.detail[edge]), rows.business.timezone)


def _handed(handoff: Handoff, name: str) -> str:
    return f"{name} {words.handoff(handoff.reason)}."


def _tone(handoff: Handoff) -> str:
    return "alarm" if handoff.urgent else "warm"


def _booked(rows: Transcript, visit: Appointment, zone: str, theirs: str) -> str:
    service = service_name(rows, visit.service)
    when = moments.visit(visit.start_at, zone, theirs)
    match visit.state:
        case "booked":
            return f"Booked: {service}, {when}.{_since(visit)}"
        case "moving" if visit.new_start_at is not None:
            return f"Being moved: {service}, {when}, to {moments.visit(visit.new_start_at, zone, theirs)}."
        case state:
            return f"Appointment, {words.VISITS.get(state, state)}: {service}, {when}."


def _since(visit: Appointment) -> str:
    """What has come of a visit that stands."""
    if visit.no_show_at is not None:
        return " Nobody came."
    if visit.clash_at is not None:
        return " Something else stands at that time in the calendar."
    return " Confirmed." if visit.confirmed_at is not None else ""


def _later(callback: Callback, name: str, zone: str, theirs: str) -> str:
    when = moments.visit(callback.due_at, zone, theirs)
    match callback.state:
        case "sent":
            return f"Callback for {name}, sent {when}."
        case "cancelled":
            return f"Callback for {name} on {when}, no longer needed."
        case _:
            return f"Callback set: {name} gets one text on {when}."


def service_name(rows: Transcript, service_id: str | None) -> str:
    """The service as the business calls it."""
    found = Profile.model_validate(rows.business.profile).service(service_id)
    return found.name if found else words.plain(service_id or "appointment")
