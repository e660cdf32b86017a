"""What the mind may know when it decides: a frozen picture of the business, the contact and the calendar."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from actions.calendars import Span
from actions.lawful_table import LawfulTable
from data.profile import Profile, Service
from data.whereabouts import Whereabouts


@dataclass(frozen=True, slots=True)
class Faq:
    """One of the owner's answers."""

    topic: str
    question: str
    answer: str
    service: str | None = None


@dataclass(frozen=True, slots=True)
class BusinessFacts:
    """The business as contacts are told about it. Visits are read and offered in its zone."""

    id: int
    name: str
    phone: str
    address: str
    zone: str
    profile: Profile
    faq: tuple[Faq, ...] = ()
    country: str = "US"
    """ISO code: whose public holidays are kept."""
    lawful: LawfulTable | None = None
    """The lawful hours in force; None: those shipped."""


@dataclass(frozen=True, slots=True)
class PersonFacts:
    """One of the people behind a number."""

    id: int
    first_name: str
    last_service: str | None = None


@dataclass(frozen=True, slots=True)
class ContactFacts:
    """The number and its people. `zone` is the likeliest of `where`; callbacks go by it.

    `last_service` is that of the number's people where only one is known; in a household each has its own.
    """

    id: int
    first_names: tuple[str, ...]
    zone: str
    where: Whereabouts
    last_service: str | None = None
    preferred_time: str | None = None
    persons: tuple[PersonFacts, ...] = ()

    @property
    def is_household(self) -> bool:
        """Whether a visit must say whose it is: several people, told apart by their names."""
        return len({person.first_name for person in self.persons if person.first_name}) > 1


@dataclass(frozen=True, slots=True)
class Visit:
    """A live appointment; `start` and `end` aware. `person`: whose it is, where that is known."""

    id: int
    service: str
    start: datetime
    end: datetime
    person: int | None = None


@dataclass(frozen=True, slots=True)
class Context:
    """Everything that deciding may look at. `now` is aware; `busy` None means the calendar cannot be read.

    `ours`: the part of `busy` that we have booked, or hold for others.
    `before_others`: openings that were put to other contacts a moment ago: free, but others come first.
    `taken`: the opening chosen last has gone in the meantime, so that others are offered with an apology.
    """

    now: datetime
    business: BusinessFacts
    contact: ContactFacts
    busy: tuple[Span, ...] | None = ()
    visits: tuple[Visit, ...] = ()
    bot_texts_last_hour: int = 0
    has_media: bool = False
    taken: bool = False
    ours: tuple[Span, ...] = ()
    before_others: tuple[datetime, ...] = ()

    @property
    def business_now(self) -> datetime:
        """Now, in the business's zone."""
        return self.now.astimezone(ZoneInfo(self.business.zone))

    @property
    def services(self) -> tuple[Service, ...]:
        """What can be booked."""
        return self.business.profile.services
