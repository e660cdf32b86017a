"""Thousands of random conversations against the pure core: whatever is said, no promise is broken.

1,000 in the ordinary run, 50,000 in `make soak`; REKINDLE_CONVERSATIONS=50000 plays as many here. A failure
names its seed, and REKINDLE_CONVERSATION=seed plays that one alone.
"""

from __future__ import annotations

import os
import random
import re
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from actions.calendars import Span
from actions.context import Context, PersonFacts, Visit
from actions.decide import decide, wants_calendar
from actions.decision import Book, CancelVisit, Close, Decision, Freeze, HandOver, Move, Suppress
from actions.state import State
from nlu.pending import WAVERING
from nlu.understanding import Gated, Heard, Near, Times, Understanding, Window
from tests.unit.actions.picture import NOW, ZONE, business, picture

CONVERSATIONS = int(os.environ.get("REKINDLE_CONVERSATIONS", "1000"))
ALONE = os.environ.get("REKINDLE_CONVERSATION")
HORIZON = 10
"""Days; a short horizon keeps a conversation under a few milliseconds."""

TURNS = 12
INTENTS = (
    "book", "book", "choose", "choose", "choose", "other_times", "affirm", "affirm", "deny", "not_now",
    "question", "question", "reschedule", "cancel_appointment", "check_appointment", "thanks", "greet",
    "goodbye", "out_of_scope",
)  # fmt: skip
ENDING = ("not_interested", "human", "complaint", "wrong_number", "stop", "emergency")
SELDOM = 0.05
"""How often something is said that ends the talk: it is to go on for a while."""

TOPICS = ("price", "parking", "hours", "bot", "who_is_this", "how_got_number", "reviews", "duration", None)
TEXTS = (
    "hello there", "ok", "never mind", "asap please", "both of us", "Ana", "ben please", "a whitening",
    "anything later?", "anything earlier?", "same time", "give me a sec", "not sure", "the usual",
    "wow that's a bit steep", "i never have time", "gotta ask my wife", "i hate needles", "running late",
    "let me look at my calendar", "not me but my sister might", "friday instead",
    "the first one", "the second", "the earliest you have",
)  # fmt: skip
FOR_A_PERSON = ("my mother passed away", "hola, quiero una cita", "my lawyer will call", "what is my copay")
HOUSEHOLD = (PersonFacts(1, "Ana", "cleaning"), PersonFacts(2, "Ben"))
REASONS = {"opted_out", "wrong_number", "person", "declined", "booked", "quiet"}


@dataclass
class Talk:
    """One conversation: a contact who says anything, and a small world that does what is decided."""

    dice: random.Random
    context: Context
    state: State = field(default_factory=lambda: State(asked="offer_to_book"))
    ended: str | None = None
    same: int = 0
    before: str | None = None

    def hear(self) -> Understanding:
        """Something that might be said now, likely or not."""
        dice, offered = self.dice, len(self.state.offered)
        intents = [dice.choice(ENDING if dice.random() < SELDOM else INTENTS)]
        intents += [dice.choice(INTENTS)] if dice.random() < 0.15 else []
        heard = tuple(
            Heard(
                intent,
                dice.choice(TOPICS) if intent == "question" else None,
                self._confidence(),
                near=self._near(),
            )
            for intent in dict.fromkeys(intents)
        )
        choice = None
        if "choose" in intents and offered and dice.random() < 0.7:
            choice = dice.choice([-1, *range(1, offered + 1), offered + 1])
        gated = Gated()
        if dice.random() < 0.02:
            gated = Gated(
                *dice.choice([("doubtful", None), (None, "life"), (None, "self_harm"), (None, "urgent")])
            )
        rung = "pending" if choice is not None and dice.random() < 0.8 else "model"
        text = dice.choice(FOR_A_PERSON if dice.random() < 0.01 else TEXTS)
        return Understanding(text, heard, gated, self._times(), choice, rung)

    def take(self, said: Understanding) -> Decision:
        """Decide, check every promise, and let the world follow."""
        held = State.from_json(self.state.to_json())
        assert held == self.state, "a state must survive its JSON"
        decision = decide(held, said, self.context)
        if not wants_calendar(held, said):
            blind = decide(held, said, replace(self.context, busy=None))
            assert blind == decision, "what was decided depends on a calendar that nobody asked for"
        self._check(said, decision)
        self._follow(decision)
        return decision

    def _near(self) -> tuple[Near, ...]:
        """How near it comes to the owner's entries, as far as that was measured."""
        if self.dice.random() < 0.5:
            return ()
        entries = range(len(self.context.business.faq))
        near = [Near(entry, self.dice.choice([0.1, 0.3, 0.5, 0.64, 0.66, 0.9])) for entry in entries]
        return tuple(sorted(near, key=lambda one: -one.likeness))

    def _confidence(self) -> float:
        return self.dice.choice([1.0, 0.9, 0.7, 0.55, WAVERING, 0.4])

    def _times(self) -> Times:
        def window() -> Window:
            day = self.context.business_now.replace(tzinfo=None, hour=0, minute=0)
            day += timedelta(days=self.dice.randint(-2, HORIZON + 4))
            hour = self.dice.randint(7, 18)
            start = day.replace(hour=hour)
            return self.dice.choice(
                [
                    Window(day, day + timedelta(days=1), "day"),
                    Window(day, day + timedelta(days=7), "week"),
                    Window(start, start + timedelta(minutes=1), "minute"),
                    Window(start, start + timedelta(hours=1), "hour"),
                    Window(start, None, "hour"),
                    Window(start, start + timedelta(hours=4), "part_of_day"),
                ]
            )

        windows = tuple(window() for _ in range(self.dice.choice([0, 0, 0, 1, 1, 2])))
        return Times(windows, (window(),) if self.dice.random() < 0.1 else ())

    def _check(self, said: Understanding, decision: Decision) -> None:
        reply, effects = decision.reply, decision.effects
        moved = (self.state.moving, decision.state.moving)
        assert reply is None or 0 < len(reply) <= 640, "a reply is short"
        if said.gated.emergency in ("life", "self_harm"):
            assert decision.kind == "emergency"
            assert any(isinstance(effect, Freeze) for effect in effects)
            assert not decision.state.offered, "nothing is offered in an emergency"
        if said.gated.opt_out:
            assert said.gated.emergency or reply is None, "a doubtful stop is met with silence"
        for opening in decision.state.offered:
            if opening not in self.state.offered:
                self._is_open(opening, decision.state.service or "cleaning", moved)
        for effect in effects:
            if isinstance(effect, Book | Move):
                assert effect.start in self.state.offered, "only what was offered is booked"
                self._is_open(effect.start, decision.state.service or "cleaning", moved)
                assert reply is None or "booked" not in reply, "the calendar confirms, not the bot"
            if isinstance(effect, Book) and len(self.context.contact.persons) == 1:
                assert not self.context.visits, "nobody gets a second visit"
            if isinstance(effect, Book) and len(self.context.contact.persons) > 1:
                assert effect.person is not None, "in a household a visit is somebody's"
        self._names_nothing_else(reply or "", decision)
        self.same = self.same + 1 if reply and reply == self.before and not effects else 0
        self.before = reply or self.before
        assert self.same < 2, "the same is not said three times in a row"

    def _is_open(self, opening: datetime, service_id: str, moved: tuple[int | None, ...]) -> None:
        assert self.context.busy is not None, "nothing is offered while the calendar cannot be read"
        profile = self.context.business.profile
        service = profile.service(service_id)
        assert service is not None
        start = opening.astimezone(ZoneInfo(ZONE))
        end = start + timedelta(minutes=service.minutes)
        assert opening >= self.context.now + timedelta(minutes=profile.notice_minutes), "notice is kept"
        assert opening <= self.context.now + timedelta(days=profile.horizon_days)
        assert any(
            start.isoweekday() in hours.days and hours.start <= start.time() and end.time() <= hours.end
            for hours in profile.hours
        ), "inside the hours"
        moving = {visit.start for visit in self.context.visits if visit.id in moved}
        for span in self.context.busy:
            if span.start not in moving:
                assert end <= span.start or start >= span.end, "not busy"

    def _names_nothing_else(self, reply: str, decision: Decision) -> None:
        """Every opening that a reply lists is one that is offered, every price one of the owner's."""
        zone = ZoneInfo(ZONE)
        listed = re.findall(r"^\d\) (\w+ \w+ \d+), (\S+ ?[ap]?m?)", reply, re.MULTILINE)
        assert len(listed) in (0, len(decision.state.offered))
        for (day, clock), opening in zip(listed, decision.state.offered, strict=False):
            local = opening.astimezone(zone)
            assert day == f"{local:%a %b} {local.day}"
            assert clock in (
                "noon",
                f"{local.hour % 12 or 12}:{local:%M} {'am' if local.hour < 12 else 'pm'}",
            )
        owned = {price for entry in self.context.business.faq for price in re.findall(r"\$\d+", entry.answer)}
        assert set(re.findall(r"\$\d+", reply)) <= owned

    def _follow(self, decision: Decision) -> None:
        """The world after the decision, as scheduler/apply.py and scheduler/visits.py make it."""
        self.state = decision.state
        visits, busy = self.context.visits, self.context.busy
        for effect in decision.effects:
            match effect:
                case Book():
                    visits = (
                        *visits,
                        Visit(len(visits) + 1, effect.service, effect.start, effect.end, effect.person),
                    )
                    busy = (*(busy or ()), Span(effect.start, effect.end))
                    self._settled(None)
                case Move():
                    old = next(visit for visit in visits if visit.id == effect.visit)
                    busy = (*(s for s in busy or () if s.start != old.start), Span(effect.start, effect.end))
                    visits = tuple(
                        replace(v, start=effect.start, end=effect.end) if v.id == effect.visit else v
                        for v in visits
                    )
                    self._settled(None)
                case CancelVisit():
                    gone = next(visit for visit in visits if visit.id == effect.visit)
                    busy = tuple(span for span in busy or () if span.start != gone.start)
                    visits = tuple(visit for visit in visits if visit.id != effect.visit)
                    self._settled("offer_to_book")
                case Suppress():
                    self.ended = "wrong_number"
                case HandOver(silent=True):
                    self.ended = "person"
                case Close():
                    self.ended = self.ended or "declined"
        now = self.context.now + timedelta(minutes=self.dice.choice([1, 5, 60, 600, 3000]))
        visits = tuple(sorted((v for v in visits if v.end > now), key=lambda v: v.start))
        self.context = replace(self.context, now=now, visits=visits, busy=busy)

    def _settled(self, asked: str | None) -> None:
        self.state = replace(self.state, asked=asked, offered=(), moving=None, service=None, parted=False)


def begin(seed: int) -> Talk:
    """A contact with a calendar of their own kind, all from one seed."""
    dice = random.Random(seed)
    busy: list[Span] = []
    for _ in range(dice.randint(0, 12)):
        start = NOW + timedelta(minutes=30 * dice.randint(0, 48 * HORIZON))
        busy.append(Span(start, start + timedelta(minutes=30 * dice.randint(1, 10))))
    household = dice.random() < 0.2
    context = picture(
        busy=None if dice.random() < 0.05 else tuple(busy),
        persons=HOUSEHOLD if household else (PersonFacts(1, "Sample", "cleaning"),),
        last_service=None if household or dice.random() < 0.2 else "cleaning",
    )
    profile = context.business.profile.model_copy(update={"horizon_days": HORIZON})
    return Talk(dice, replace(context, business=replace(business(), profile=profile)))


def converse(seed: int) -> str:
    """Play one conversation to its end, and say what came of it."""
    talk = begin(seed)
    for _ in range(talk.dice.randint(1, TURNS)):
        talk.take(talk.hear())
        if talk.ended:
            return talk.ended
    # whoever now says the very same for ever is another machine: the bot falls silent or calls a person
    again = talk.hear()
    for _ in range(8):
        if talk.take(replace(again, gated=Gated())).reply is None or talk.ended:
            return talk.ended or ("booked" if talk.context.visits else "quiet")
    raise AssertionError(f"no end to {again}")


def test_random_conversations_break_no_promise_and_end() -> None:
    ends: dict[str, int] = {}
    for seed in [int(ALONE)] if ALONE else range(CONVERSATIONS):
        try:
            end = converse(seed)
        except AssertionError as error:
            raise AssertionError(f"conversation {seed}: {error}") from error
        ends[end] = ends.get(end, 0) + 1
    assert set(ends) <= REASONS
    assert ALONE or len(ends) > 3, "the walk must reach all kinds of ends"


def test_the_same_conversation_is_played_the_same_way_again() -> None:
    def played(seed: int) -> list[Decision]:
        talk = begin(seed)
        return [talk.take(talk.hear()) for _ in range(4)]

    for seed in range(40):
        assert played(seed) == played(seed)
