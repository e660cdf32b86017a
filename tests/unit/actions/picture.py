"""Hand-made pictures for deciding: the sample business, a contact, a calendar, and what was understood."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache

from actions.calendars import Span
from actions.context import BusinessFacts, ContactFacts, Context, Faq, PersonFacts, Visit
from actions.decide import decide
from actions.decision import Decision
from actions.state import State
from data.business_file import SAMPLE, read_file
from data.whereabouts import Whereabouts
from nlu.understanding import Gated, Heard, Times, Understanding, Window

ZONE = "America/New_York"
NOW = datetime(2026, 3, 5, 15, 0, tzinfo=UTC)
"""Thursday, 10:00 in New York."""


@cache
def business() -> BusinessFacts:
    """The sample business."""
    file = read_file(SAMPLE)
    faq = tuple(Faq(entry.topic, entry.question, entry.answer, entry.service) for entry in file.faq)
    return BusinessFacts(1, file.name, file.phone, file.address, file.timezone, file.profile, faq)


def picture(
    *,
    busy: tuple[Span, ...] | None = (),
    visits: tuple[Visit, ...] = (),
    persons: tuple[PersonFacts, ...] = (PersonFacts(1, "Sample", "cleaning"),),
    last_service: str | None = "cleaning",
    now: datetime = NOW,
    **other: object,
) -> Context:
    """What the mind may know; a contact in New York who had a cleaning, and an empty calendar."""
    contact = ContactFacts(
        1,
        tuple(person.first_name for person in persons),
        ZONE,
        Whereabouts((ZONE,), "timezone", "NY", "US"),
        last_service,
        None,
        persons,
    )
    return Context(now, business(), contact, busy, visits, **other)  # type: ignore[arg-type]


def local(month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    """A naive local moment of 2026."""
    return datetime(2026, month, day, hour, minute)


def at(month: int, day: int, hour: int, minute: int = 0) -> datetime:
    """A moment of 2026 in New York, in UTC; March 8 is the day on which the clock springs forward."""
    offset = 4 if (month, day) >= (3, 8) else 5
    return (local(month, day, hour, minute) + timedelta(hours=offset)).replace(tzinfo=UTC)


def visit(month: int = 3, day: int = 9, hour: int = 15, **other: object) -> Visit:
    """A cleaning that stands."""
    start = at(month, day, hour)
    return replace(Visit(7, "cleaning", start, start + timedelta(minutes=45)), **other)  # type: ignore[arg-type]


def moment(month: int, day: int, hour: int, minute: int = 0) -> Window:
    """A named time."""
    start = local(month, day, hour, minute)
    return Window(start, start + timedelta(minutes=1), "minute")


def whole(month: int, day: int) -> Window:
    """A named day."""
    return Window(local(month, day), local(month, day) + timedelta(days=1), "day")


def hears(
    *intents: str | Heard,
    text: str = "",
    windows: tuple[Window, ...] = (),
    excluded: tuple[Window, ...] = (),
    choice: int | None = None,
    gated: Gated | None = None,
    rung: str = "model",
) -> Understanding:
    """What was understood; "question.price" names a topic."""
    heard = tuple(
        one if isinstance(one, Heard) else Heard(*[*one.split("."), None][:2])  # type: ignore[arg-type]
        for one in intents
    )
    return Understanding(text, heard, gated or Gated(), Times(windows, excluded), choice, rung)  # type: ignore[arg-type]


def play(context: Context, *said: Understanding, state: State | None = None) -> list[Decision]:
    """Decide about one text after the other; the state goes through its JSON each time, as in service."""
    decisions: list[Decision] = []
    state = state or State(asked="offer_to_book")
    for one in said:
        decision = decide(State.from_json(state.to_json()), one, context)
        decisions.append(decision)
        state = decision.state
    return decisions


def last(context: Context, *said: Understanding, state: State | None = None) -> Decision:
    """The decision about the last text."""
    return play(context, *said, state=state)[-1]
