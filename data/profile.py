"""The business's own facts and wishes, as it edits them: hours, services, texts. Nothing is invented beyond.

Kept as JSON in Business.profile and as YAML in data/samples/business.yml; checked here, once, on the way in.
"""

from __future__ import annotations

from datetime import date, time
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer


def _as_time(value: object) -> object:
    """24:00 means the end of the day; YAML reads an unquoted 9:00 as 540 (minutes, base 60)."""
    if isinstance(value, int):
        value = f"{value // 60:02d}:{value % 60:02d}"
    return "00:00" if value == "24:00" else value


Clock = Annotated[time, BeforeValidator(_as_time), PlainSerializer(lambda t: t.strftime("%H:%M"))]


class _Fact(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class OpenHours(_Fact):
    """Open from `start` to `end` (local) on these weekdays, 1 = Monday."""

    days: tuple[int, ...]
    start: Clock
    end: Clock


class DayOverride(_Fact):
    """One date with hours of its own; no ranges = closed."""

    day: date
    ranges: tuple[tuple[Clock, Clock], ...] = ()


class Service(_Fact):
    """Something that can be booked."""

    id: str
    name: str
    minutes: int = Field(gt=0, le=24 * 60)
    price: str | None = None
    """As the owner writes it, currency included."""
    words: tuple[str, ...] = ()
    """Other words that contacts use for it."""


class Brakes(_Fact):
    """When a campaign pauses by itself, over the last `last` texts of it whose fate is known."""

    last: int = Field(default=200, gt=0)
    opt_outs_above: float = Field(default=0.03, ge=0, le=1)
    delivered_below: float = Field(default=0.95, ge=0, le=1)
    filtered_above: float = Field(default=0.01, ge=0, le=1)
    """The share of texts that carriers filtered (30007)."""
    least: int = Field(default=50, gt=0)
    """Of fewer texts nothing is concluded."""


class Profile(_Fact):
    """What the owner decides. Every number is minutes, days or texts, as its name says."""

    services: tuple[Service, ...]
    hours: tuple[OpenHours, ...]
    overrides: tuple[DayOverride, ...] = ()
    """Dates with hours of their own; they win over the weekly hours and over holidays."""
    closed_on_holidays: bool = True
    """Whether the public holidays of the business's country are closed. An override opens a single one."""
    holiday_region: str = ""
    """The state or the like whose own holidays count too, such as `CA`; empty: the nationwide ones alone."""
    most_per_day: int | None = Field(default=None, gt=0)
    """At most so many appointments begin on one day of the business's zone; none: as many as fit."""
    step_minutes: int = Field(default=30, gt=0)
    buffer_before_minutes: int = 0
    buffer_after_minutes: int = 0
    notice_minutes: int = 60
    horizon_days: int = Field(default=60, gt=0, le=180)

    health_trade: bool = False
    """Proactive texts and calendar titles then name no treatment."""
    service_in_calendar: bool = False
    """Name the service in the calendar event, too, for whoever may see that calendar."""
    opener: str
    """With {first_name}, {business}; must say that an assistant writes, and how to opt out."""
    callback: str
    """The one text of a callback."""
    emergency_text: str = ""
    """With {emergency_number}, {phone}; empty: the shipped one."""
    emergency_number: str = "911"
    crisis_text: str = ""
    """Said where somebody may harm themselves; with {emergency_number}, {phone}."""
    urgent_text: str = ""
    """For pain and the like: with {phone}, {answer_by}."""

    callback_after_days: int = Field(default=28, gt=0)
    """When to write again to somebody who says "not now" and names no time."""
    nudge_after_hours: int = Field(default=20, ge=0, le=7 * 24)
    """How long a silence over a time lasts before one short text asks once more; 0 = never."""
    reminder_minutes: tuple[Annotated[int, Field(ge=30, le=14 * 24 * 60)], ...] = (1440, 120)
    """How long before a visit its contact is reminded, in minutes: once for each; none = never."""
    no_show_follow_up: bool = True
    """Whether a contact whom staff mark as not having come gets one kind text that offers another time."""
    tell_calendar_changes: bool = False
    """Whether contacts are told when their visit is moved or deleted in the calendar itself."""
    bot_texts_per_hour: int = Field(default=12, gt=0)
    """More than this to one contact in an hour means a loop with another machine: a person looks."""
    collect_seconds: int = Field(default=4, ge=0)
    """How long to wait for a second text before answering the first."""
    answer_within_minutes: int = 60
    """How soon staff answer during opening hours, as contacts are told."""
    average_sale: float | None = Field(default=None, gt=0)
    """What a contact who comes back is worth on average, in `currency`; the owner's estimate."""
    currency: str = "USD"
    text_price: float | None = Field(default=None, ge=0)
    """What one segment costs; none: by the contact's country (data/tables/text_prices.csv)."""
    touch_gap_days: int = Field(default=3, ge=3)
    """Two touches of a sequence are never closer than this."""
    most_touches_in_30_days: int = Field(default=4, gt=0)
    """Over all campaigns: what the business starts with one contact in 30 days; callbacks and reminders,
    which were asked for, do not count."""
    most_proactive_per_day: int = Field(default=3, gt=0)
    """Of any kind, to one contact in 24 hours (Florida: Fla. Stat. 501.616(6))."""
    brakes: Brakes = Brakes()
    texts: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    """The owner's own wording, by the name of the reply (actions/replies/texts.yml)."""

    @property
    def wording(self) -> dict[str, tuple[str, ...]]:
        """All the owner's own wording, by the name of the reply."""
        named = {"emergency": self.emergency_text, "crisis": self.crisis_text, "urgent": self.urgent_text}
        return self.texts | {name: (text,) for name, text in named.items() if text}

    def service(self, service_id: str | None) -> Service | None:
        """The service of that id."""
        return next((service for service in self.services if service.id == service_id), None)

    @property
    def open_days(self) -> frozenset[int]:
        """The weekdays with any hours, 1 = Monday."""
        return frozenset(day for hours in self.hours for day in hours.days)
