"""From rows to words: the text of a touch for one contact, what it is billed as, and what it costs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

import phonenumbers

from actions.words.brief import Brief, says_never
from actions.words.greeting import greeting_name
from actions.words.health import names_health, services_of, tells_health
from actions.words.merge_fields import EXTRA, MAY_BE_EMPTY, NEVER_IN_HEALTH, OFFER
from actions.words.opening_words import in_words
from actions.words.prices import price_of
from actions.words.since import months_between
from actions.words.sms_segments import count
from actions.words.template import UnusableText, from_braces, parse, render
from data import clock
from data.models import Business, Contact, Person, Touch
from scheduler.gather import profile_of


class SaysNever(ValueError):
    """The text, filled in, holds a phrase of the brief's never-say list; `phrase` says which."""

    def __init__(self, phrase: str) -> None:
        super().__init__(f"the text says {phrase!r}, which the brief rules out")
        self.phrase = phrase


class NamesHealth(UnusableText):
    """The text, filled in, names a treatment or a condition, in a health trade; `words` says which."""

    def __init__(self, words: Sequence[str]) -> None:
        super().__init__(f'it names a treatment or a condition ("{words[0]}")')
        self.words = tuple(words)


@dataclass(frozen=True, slots=True)
class Worded:
    """A text that may be queued. `cost`: estimated, in the business's currency; None: no price is known."""

    text: str
    sms_segments: int
    cost: float | None


def uses_openings(template: str) -> bool:
    """Whether the text names live openings. Raises UnusableText."""
    return "openings" in parse(from_braces(template)).fields


def word(
    touch: Touch,
    brief: Brief,
    business: Business,
    contact: Contact,
    person: Person | None,
    openings: Sequence[datetime] = (),
    *,
    today: date | None = None,
) -> Worded:
    """A touch in words for this contact. Raises UnusableText (NamesHealth is one) and SaysNever.

    `person` is the one whose history the words draw on (Enrollment.person_id). A household is greeted by
    nobody's name.
    """
    fields = fields_of(contact, person, business, brief, openings, today)
    template = from_braces(touch.template)
    text = put_in_words(lambda values: render(template, values), fields, brief, business)
    segments = count(text).segments
    return Worded(text, segments, price_of(segments, contact.country, "sms", profile_of(business)))


def put_in_words(
    say: Callable[[Mapping[str, object]], str],
    fields: Mapping[str, object],
    brief: Brief,
    business: Business,
) -> str:
    """What `say` makes of the fields, held once more against what must not leave.

    A cell of a list may hold anything. Where it brings a treatment or a condition into the text of a health
    trade, it counts as empty: the text's own fallback stands in for it. Raises NamesHealth where there is
    none, or the text still names one, SaysNever, and what `say` raises.
    """
    text = say(fields)
    if named := health_in(text, business):
        try:
            text = say(_discreet(fields, business))
        except UnusableText:
            raise NamesHealth(named) from None
        if named := health_in(text, business):
            raise NamesHealth(named)
    if phrase := says_never(brief, text):
        raise SaysNever(phrase)
    return text


def health_in(text: str, business: Business) -> list[str]:
    """What of a finished text names a treatment or a condition; [] outside the health trades."""
    profile = profile_of(business)
    return names_health(text, services_of(profile), business.name) if profile.health_trade else []


def _discreet(fields: Mapping[str, object], business: Business) -> dict[str, object]:
    """The fields without what came from a list and names a treatment or a condition, also beside a name."""
    services = services_of(profile_of(business))
    extra = fields[EXTRA]
    columns = extra.items() if isinstance(extra, Mapping) else ()
    kept = {name: cell for name, cell in columns if not names_health(str(cell), services)}
    named = {name: "" for name in MAY_BE_EMPTY if names_health(str(fields[name]), services)}
    return {**fields, EXTRA: kept, **named}


def fields_of(
    contact: Contact,
    person: Person | None,
    business: Business,
    brief: Brief,
    openings: Sequence[datetime] = (),
    today: date | None = None,
) -> dict[str, object]:
    """Every merge field with this contact's value, None where there is none. `today`: the business's day.

    After its last day there is no offer; in a health trade there is no last service, and no column whose
    name tells of treatments or conditions.
    """
    profile = profile_of(business)
    today = today or clock.now().astimezone(ZoneInfo(business.timezone)).date()
    household = len(contact.persons) > 1
    named = None if household else person or (contact.persons[0] if contact.persons else None)
    service = profile.service(person.last_service) if person else None
    last_visit = person.last_visit if person else None
    fields: dict[str, object] = {
        "first_name": greeting_name(named.first_name) if named else "",
        "last_name": greeting_name(named.last_name) if named else "",
        "business": business.name,
        "phone": spoken_number(business.phone, business.country),
        "last_service": _mid_sentence(service.name) if service else None,
        "last_visit": last_visit,
        "months_away": months_between(last_visit, today) if last_visit else None,
        "offer": brief.offer or None,
        "offer_terms": brief.terms or None,
        "offer_until": brief.expires_on,
        "why_now": brief.why_now or None,
        "openings": in_words(openings, business.timezone, today) or None,
        "extra": person.extra if person else {},
        "today": today,
        "country": contact.country,
    }
    if profile.health_trade:
        services = services_of(profile)
        columns = person.extra if person else {}
        told = {name: cell for name, cell in columns.items() if not tells_health(name, services)}
        fields |= dict.fromkeys(NEVER_IN_HEALTH) | {EXTRA: told}
    if brief.expires_on is not None and brief.expires_on < today:
        fields |= dict.fromkeys(OFFER)
    return fields


@lru_cache(maxsize=256)
def spoken_number(phone: str, country: str) -> str:
    """A number as people of that country write it; as it stands where it cannot be read."""
    try:
        number = phonenumbers.parse(phone, country)
    except phonenumbers.NumberParseException:
        return phone
    home = phonenumbers.region_code_for_number(number) == country
    form = phonenumbers.PhoneNumberFormat
    return phonenumbers.format_number(number, form.NATIONAL if home else form.INTERNATIONAL)


def _mid_sentence(name: str) -> str:
    """Oil change -> oil change; MOT test stays."""
    return name if name[:2].isupper() else name[:1].lower() + name[1:]
