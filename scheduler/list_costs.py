"""What the sequence to a list costs at most, and on how many days it leaves. Pure but for the clock.

Reckoned with the shipped starter for lapsed customers, each text at its longest, and with nobody answering:
the real campaign costs less, since whoever answers gets no further touch.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from actions.lawful_hours import NoLawfulTimeError, closes_at, next_lawful
from actions.lawful_table import LawfulTable, table_of
from actions.words.about import About
from actions.words.brief import Brief
from actions.words.library import Starter, catalogue
from actions.words.prices import price_of
from actions.words.renderings import longest
from actions.words.sms_segments import count
from data import clock
from data.audit_list.findings import Findings
from data.models import Business, Sender
from data.profile import Profile
from data.whereabouts import Source, Whereabouts

LONGEST_CAMPAIGN = 366
"""Days that are looked ahead."""

PACE = 1.0
"""SMS segments a second where no sender is known: a long code's (facts.md)."""

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Owner:
    """What the audit must know of the business; `name` is empty where none is loaded."""

    business: Business
    profile: Profile
    name: str
    per_second: float
    per_day: int | None
    table: LawfulTable

    @property
    def pace(self) -> str:
        """The sender's pace, in words."""
        daily = f", at most {self.per_day:,} SMS segments a day" if self.per_day else ""
        return f"{self.per_second:g} a second{daily}"


@dataclass(frozen=True, slots=True)
class Cost:
    """Of the whole sequence: `texts` and `sms_segments` at most, `money` None where a price is not known.

    `each` are the SMS segments of each touch; `unpriced` numbers are in countries without a known price.
    """

    touches: int
    texts: int
    sms_segments: int
    each: tuple[int, ...]
    last_day: int
    money: float | None
    unpriced: int


def owner_of(business: Business | None, sender: Sender | None) -> Owner:
    """The facts of a business and its sender; of none, a business in the United States is assumed."""
    if business is None:
        plain = Profile(services=(), hours=(), opener="", callback="")
        nobody = Business(
            name="", phone="", address="", country="US", timezone="America/New_York", trade="",
            profile=plain.model_dump(mode="json"),
        )  # fmt: skip
        return Owner(nobody, plain, "", PACE, None, table_of(None))
    return Owner(
        business,
        Profile.model_validate(business.profile),
        business.name,
        sender.per_second if sender else PACE,
        sender.per_day if sender else None,
        table_of(business.lawful_table),
    )


def cost_of(found: Findings, owner: Owner) -> Cost:
    """What it costs to send the whole sequence to everybody worth texting."""
    starter = _starter(owner)
    each = tuple(_segments(touch.text, owner) for touch in starter.touches)
    countries = Counter[str]()
    for (_, _, _, country), numbers in found.places.items():
        countries[country] += numbers
    money, unpriced = 0.0, 0
    for country, numbers in countries.items():
        prices = [price_of(segments, country, "sms", owner.profile) for segments in each]
        if any(price is None for price in prices):
            unpriced += numbers
        else:
            money += numbers * sum(price or 0.0 for price in prices)
    return Cost(
        touches=len(each),
        texts=found.worth_texting * len(each),
        sms_segments=found.worth_texting * sum(each),
        each=each,
        last_day=starter.touches[-1].day,
        money=None if unpriced == found.worth_texting and unpriced else round(money, 2),
        unpriced=unpriced,
    )


def days_of_sending(found: Findings, owner: Owner, cost: Cost) -> tuple[int | None, int | None]:
    """Days until the last first touch has left, and until the last touch of all has; None: not in a year."""
    if not found.worth_texting:
        return 0, 0
    places = {
        Whereabouts(zones, _source(source), state, country): numbers
        for (zones, source, state, country), numbers in found.places.items()
    }
    hours = _Hours(owner)
    first = _days(places, cost.each[0], owner, hours)
    sequence = _days(places, sum(cost.each), owner, hours)
    if first is None or sequence is None:
        return first, None
    return first, max(first + cost.last_day, sequence)


def _days(places: dict[Whereabouts, int], segments: int, owner: Owner, hours: _Hours) -> int | None:
    """Days until `segments` SMS segments have left to each number, each in its own lawful hours."""
    left = {place: numbers * segments for place, numbers in places.items()}
    today = clock.now().astimezone(ZoneInfo(owner.business.timezone)).date()
    for number in range(LONGEST_CAMPAIGN):
        day = today + number * _DAY
        sent = 0
        # the sender is shared: what leaves in the shortest window is no more there for the longer ones
        for seconds, place in sorted(
            ((hours.seconds(place, day), place) for place in left), key=lambda item: item[0]
        ):
            room = int(seconds * owner.per_second) - sent
            if owner.per_day is not None:
                room = min(room, owner.per_day - sent)
            leaving = max(0, min(left[place], room))
            left[place] -= leaving
            sent += leaving
        left = {place: rest for place, rest in left.items() if rest}
        if not left:
            return number + 1
    return None


class _Hours:
    """How many seconds of a day are lawful somewhere; beyond a fortnight the week repeats itself."""

    def __init__(self, owner: Owner) -> None:
        self._owner = owner
        self._begins = clock.now().astimezone(ZoneInfo(owner.business.timezone)).date()
        self._known: dict[tuple[Whereabouts, date], float] = {}

    def seconds(self, place: Whereabouts, day: date) -> float:
        """Lawful seconds of `day`, a day of the business's zone."""
        while (day - self._begins).days >= 14:
            day -= 7 * _DAY
        if (place, day) not in self._known:
            self._known[place, day] = self._count(place, day)
        return self._known[place, day]

    def _count(self, place: Whereabouts, day: date) -> float:
        zone = ZoneInfo(self._owner.business.timezone)
        begins = datetime.combine(day, time(), zone).astimezone(UTC)
        ends = datetime.combine(day + _DAY, time(), zone).astimezone(UTC)
        now, total = max(begins, clock.now()), 0.0
        while now < ends:
            try:
                now = next_lawful(now, place, self._owner.table)
            except NoLawfulTimeError:
                return total
            closes = closes_at(now, place, self._owner.table)
            if now >= ends or closes is None:
                return total
            total += (min(closes, ends) - now).total_seconds()
            now = closes
        return total


def _starter(owner: Owner) -> Starter:
    return catalogue("lapsed_customer", 6, owner.profile.health_trade)[0]


def _segments(text: str, owner: Owner) -> int:
    """The SMS segments of a text at its longest."""
    about = About(
        business=owner.name or "Example Dental",
        today=clock.now().astimezone(ZoneInfo(owner.business.timezone)).date(),
        country=owner.business.country,
        health_trade=owner.profile.health_trade,
        services=tuple(service.name for service in owner.profile.services),
        oldest_months=18,
    )
    return count(longest(text, Brief(), about) or text).segments


def _source(name: str) -> Source:
    known: tuple[Source, ...] = ("timezone", "state", "postal_code", "number")
    return next((source for source in known if source == name), "unknown")
