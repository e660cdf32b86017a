"""One turn of a conversation while it is being decided: what was heard, and what gathers as the answer.

Handlers speak through it (`say`, `do`, `ask`). It lives inside `decide` alone: in goes a State, out comes a
Decision, and the same input always gives the same output.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import phonenumbers

from actions import wording
from actions.answer_by import answer_by
from actions.context import Context, PersonFacts, Visit
from actions.decision import Decision, Effect, HandOver
from actions.persons import named_in
from actions.replies import render
from actions.state import State
from data.profile import Service
from nlu.understanding import Heard, Understanding


class Turn:
    """What was heard (`heard`: the intent that the present handler serves), and the answer so far."""

    def __init__(self, state: State, understanding: Understanding, context: Context) -> None:
        self.before = state
        stands = {visit.id for visit in context.visits}
        # a visit that was over or called off meanwhile is no longer moved
        self.state = state if state.moving in stands else replace(state, moving=None)
        if heard := fingerprint(understanding.text.casefold().strip()):
            again = state.heard_again + 1 if heard == state.heard else 0
            self.state = replace(self.state, heard=heard, heard_again=again)
        self.understanding = understanding
        self.context = context
        self.heard: Heard = understanding.heard[0]
        self.kind = "reply"
        self._said: list[str] = []
        self._named: list[str] = []
        self._effects: list[Effect] = []

    def say(self, name: str, **values: object) -> None:
        """Add a text from texts.yml; the business's own facts are filled in."""
        business = self.context.business
        facts: dict[str, object] = {
            "business": business.name,
            "phone": spoken_phone(business.phone),
            "address": business.address,
            "answer_by": answer_by(self.context.business_now, business.profile, business.country),
            "emergency_number": business.profile.emergency_number,
        }
        own = business.profile.wording
        self._said.append(render(name, turn=self.state.turns, own=own, **(facts | values)))
        # the same in another variant is the same
        self._named.append(render(name, turn=0, own=own, **(facts | values)))

    def say_verbatim(self, text: str) -> None:
        """Add a text of the owner's as it is."""
        self._said.append(text.strip())
        self._named.append(text)

    def do(self, effect: Effect) -> None:
        """Add an effect; the same one twice counts once."""
        if effect not in self._effects:
            self._effects.append(effect)

    def ask(self, asked: str | None, **changes: Any) -> None:
        """Set the pending question and whatever else the state must remember for it."""
        same = asked == self.state.asked and "offered" not in changes
        changes.setdefault("in_touch", same and self.state.in_touch)
        self.state = replace(self.state, asked=asked, **changes)

    @property
    def awaits_staff(self) -> bool:
        """Whether this very turn calls a person."""
        return any(isinstance(effect, HandOver) for effect in self._effects)

    @property
    def visit(self) -> Visit | None:
        """The live appointment that is spoken of: whose person or day is named, else the next one."""
        return next(iter(self.visits_meant), None)

    @property
    def visits_meant(self) -> tuple[Visit, ...]:
        """The live appointments that may be spoken of: more than one where nothing tells them apart."""
        visits = self.context.visits
        if len(visits) < 2:
            return visits
        people = {person.id for person in self.persons_named}
        theirs = tuple(visit for visit in visits if visit.person in people)
        zone = ZoneInfo(self.context.business.zone)
        days = {window.start.date() for window in self.understanding.times.windows}
        then = tuple(visit for visit in visits if visit.start.astimezone(zone).date() in days)
        reminded = tuple(visit for visit in visits if visit.id == self._spoken_of())
        return theirs or then or reminded or visits

    def _spoken_of(self) -> int | None:
        """The visit that the talk is about since its reminder."""
        about_it = self.state.asked == "confirm_appointment" or self.state.cannot_come
        return self.state.reminded if about_it else None

    @property
    def persons_named(self) -> tuple[PersonFacts, ...]:
        """The people of the household whom the text names."""
        return named_in(self.understanding.text, self.context.contact.persons)

    @property
    def person(self) -> PersonFacts | None:
        """Whose visit it is about: named now, spoken of before, or the only one there is."""
        persons = self.context.contact.persons
        if len(self.persons_named) == 1:
            return self.persons_named[0]
        if len(persons) == 1:
            return persons[0]
        return next((person for person in persons if person.id == self.state.person), None)

    def opening_text(self, moment: datetime) -> str:
        """The moment in the business's zone, the zone named where the contact's differs."""
        return wording.opening(moment, self.context.business.zone, named=self.zone_differs)

    def service_text(self, service_id: str | None) -> str:
        """A service in the middle of a sentence: "a cleaning", or "your visit" where it is unknown."""
        service = self.context.business.profile.service(service_id)
        return with_article(service.name) if service else "your visit"

    def service_name(self, service_id: str | None) -> str:
        """A service behind "your": "cleaning"."""
        service = self.context.business.profile.service(service_id)
        return service.name.lower() if service else "visit"

    @property
    def zone_differs(self) -> bool:
        """Whether the contact's clock shows something else than the business's."""
        moment = self.context.now
        here, there = ZoneInfo(self.context.business.zone), ZoneInfo(self.context.contact.zone)
        return moment.astimezone(here).utcoffset() != moment.astimezone(there).utcoffset()

    def mentioned_service(self) -> Service | None:
        """The service that the text names first, by its name or one of its words."""
        return next(iter(self.mentioned_services()), None)

    def mentioned_services(self) -> tuple[Service, ...]:
        """The services that the text names, in the order in which it does."""
        named = [
            (found.start(), -len(word), service)
            for service in self.context.services
            for word in (service.name, service.id, *service.words)
            if (found := _word(word).search(self.understanding.text))
        ]
        ordered = sorted(named, key=lambda found: found[:2])
        return tuple(dict.fromkeys(service for _, _, service in ordered))

    def decision(self) -> Decision:
        """All that gathered, as one reply."""
        said = fingerprint("\n".join(self._named))
        repeated = self.before.repeated + 1 if said and said == self.before.said else 0
        state = replace(self.state, turns=self.before.turns + 1)
        if said:
            state = replace(state, said=said, repeated=repeated)
        reply = "\n\n".join(self._said) if any("\n" in text for text in self._said) else " ".join(self._said)
        return Decision(reply or None, tuple(self._effects), state, self.kind)


@lru_cache(maxsize=1024)
def _word(word: str) -> re.Pattern[str]:
    """A word of a service with the endings that people give it: cleans, cleanin. Not exam in example."""
    return re.compile(rf"(?<!\w){re.escape(word)}(?:e?s|e?d|ers?|in[gs]{{0,2}})?(?!\w)", re.IGNORECASE)


def fingerprint(text: str) -> str:
    """A short mark by which a text is known again; none of an empty one."""
    return hashlib.sha256(text.encode()).hexdigest()[:12] if text else ""


def spoken_phone(phone: str) -> str:
    """A number as people of its country write it."""
    try:
        parsed = phonenumbers.parse(phone)
    except phonenumbers.NumberParseException:
        return phone
    style = phonenumbers.PhoneNumberFormat
    return phonenumbers.format_number(
        parsed, style.NATIONAL if parsed.country_code == 1 else style.INTERNATIONAL
    )


def with_article(name: str) -> str:
    """a cleaning, an exam."""
    low = name.lower()
    return f"{'an' if low[0] in 'aeiou' else 'a'} {low}"
