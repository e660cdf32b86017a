"""A segment's rule: whom an owner means, as data. Pure; everything named must hold, what is left out is open.

Kept as JSON in Segment.rule and Campaign.rule (`rule.as_json()`), read with `Rule.model_validate`. A rule
never sees age, health, or origin guessed from a name (data/segments/columns.py).
"""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from pydantic import Field, ValidationError, field_validator, model_validator

from data.segments.columns import ColumnIs, Part, date_in, refuse_telling
from data.segments.dormancy import OLD_MONTHS, TRACES, Trace, last_active, months_before
from data.segments.facts import Facts
from data.segments.score import Weights
from data.segments.where import country_code, state_of

Relationship = Literal["customer", "lead"]
Basis = Literal["consent", "relationship"]
Tier = Literal["A", "B", "C"]

OWN_DATES = ("due_on", "last_visit", "quoted_on", "enquired_on")
"""The dates that a person has; any other name means a column of the list."""


class Between(Part):
    """A range of amounts, both ends included; who has none is outside. Money in the business's currency."""

    at_least: float | None = None
    at_most: float | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Between:
        if self.at_least is not None and self.at_most is not None and self.at_least > self.at_most:
            raise ValueError("at_least is more than at_most")
        return self

    def holds(self, amount: float | None) -> bool:
        """Whether an amount lies in it."""
        if amount is None:
            return False
        return (self.at_least is None or amount >= self.at_least) and (
            self.at_most is None or amount <= self.at_most
        )


class Dormant(Part):
    """Silent for so many months, `from_months` included, `to_months` not; `since`: what counts as a sign."""

    from_months: int = Field(default=0, ge=0, le=1200)
    to_months: int | None = Field(default=None, gt=0, le=1200)
    since: tuple[Trace, ...] = Field(default=TRACES, min_length=1)
    undated: bool = False
    """Take those, too, of whom no date is known."""

    @model_validator(mode="after")
    def _in_order(self) -> Dormant:
        if self.to_months is not None and self.to_months <= self.from_months:
            raise ValueError("to_months must be more than from_months")
        return self

    def holds(self, facts: Facts, today: date) -> bool:
        """Whether somebody has been silent for so long."""
        day = last_active(facts, self.since)
        if day is None:
            return self.undated
        if self.to_months is not None and day <= months_before(today, self.to_months):
            return False
        return day <= months_before(today, self.from_months)


class Around(Part):
    """Today lies between `from_day` and `to_day`, counted from a date: day 0 is the date, -30 a month ahead.

    The date is one of OWN_DATES, or else a column of the list (a product's purchase: its age in days).
    """

    day_of: str = "due_on"
    from_day: int = Field(default=-30, ge=-20_000, le=20_000)
    to_day: int = Field(default=30, ge=-20_000, le=20_000)
    unless_visited_since: bool = False
    """Leave out who has come after that date: a quote that they took up."""
    day_first: bool = False

    @model_validator(mode="after")
    def _makes_sense(self) -> Around:
        if self.from_day > self.to_day:
            raise ValueError("from_day comes after to_day")
        if self.day_of not in OWN_DATES:
            refuse_telling(self.day_of)
        return self

    def holds(self, facts: Facts, today: date) -> bool:
        """Whether it is the time for this person."""
        if self.day_of in OWN_DATES:
            day: date | None = getattr(facts, self.day_of)
        else:
            day = date_in(facts.extra, self.day_of, self.day_first)
        if day is None or not self.from_day <= (today - day).days <= self.to_day:
            return False
        return not (self.unless_visited_since and facts.last_visit is not None and facts.last_visit > day)


class Rule(Part):
    """Who is meant. `Rule()` means everybody whom the two standing limits below leave."""

    dormant: Dormant | None = None
    around: Around | None = None
    services: tuple[str, ...] = ()
    """The last service is one of these, or has one of these among its words."""
    relationship: tuple[Relationship, ...] = ()
    value: Between | None = None
    visits: Between | None = None
    tiers: tuple[Tier, ...] = ()
    """Of these tiers alone; known only once a score is, so `matches` does not look at it."""
    countries: tuple[str, ...] = ()
    """ISO codes; a country's English name is made its code."""
    states: tuple[str, ...] = ()
    """Codes of states and provinces, such as NY; a name is made its code. Others than these nobody is in."""
    postal_prefixes: tuple[str, ...] = ()
    basis: tuple[Basis, ...] = ()
    columns: tuple[ColumnIs, ...] = ()
    never_converted: bool = False
    """Take leads who never came with any basis in force; else only those who have consented."""
    over_18_months: bool = False
    """Take those silent for over 18 months with any basis in force; else only those who have consented."""
    quiet_days: int = Field(default=30, ge=0, le=365)
    """Whoever got something from us within so many days is left out for now."""
    weights: Weights | None = None
    """How the score is weighed; none: as shipped."""

    @field_validator("countries", "states", mode="before")
    @classmethod
    def _in_words(cls, words: Any) -> Any:
        if isinstance(words, list | tuple) and any(isinstance(word, bool) for word in words):
            raise ValueError("YAML takes ON and NO for yes and no; put them in quotation marks")
        return words

    @field_validator("countries")
    @classmethod
    def _known_countries(cls, words: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(country_code(word) for word in words))

    @field_validator("states")
    @classmethod
    def _known_states(cls, words: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(state_of(word)[1] for word in words))

    @model_validator(mode="after")
    def _somewhere(self) -> Rule:
        elsewhere = [
            code for code in self.states if self.countries and state_of(code)[0] not in self.countries
        ]
        if elsewhere:
            raise ValueError(
                f"{elsewhere[0]} is a state of {state_of(elsewhere[0])[0]}, which countries leaves out"
            )
        return self

    def as_json(self) -> dict[str, Any]:
        """What is kept: only what differs from everybody."""
        return self.model_dump(mode="json", exclude_defaults=True)

    @property
    def needs_extra(self) -> bool:
        """Whether it looks at columns that are not ours."""
        return bool(self.columns) or (self.around is not None and self.around.day_of not in OWN_DATES)


EVERYBODY = Rule(never_converted=True, over_18_months=True)
"""Everybody with any basis in force."""


class UnusableRule(ValueError):
    """A rule that cannot be used; the message says why in a sentence. Trying again cannot help."""


def read_rule(raw: object) -> Rule:
    """A rule from JSON or YAML. Raises UnusableRule."""
    try:
        return Rule.model_validate(raw if raw is not None else {})
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        said = first["msg"].removeprefix("Value error, ")
        raise UnusableRule(f"{where}: {said}" if where else said) from None


def matches(rule: Rule, facts: Facts, today: date) -> bool:
    """Whether a rule means this person on a day of the business."""
    return why_not(rule, facts, today) is None


def why_not(rule: Rule, facts: Facts, today: date) -> str | None:
    """`not_in_segment`, `never_converted` or `over_18_months`; None where the rule means this person."""
    if not _means(rule, facts, today):
        return "not_in_segment"
    if "consent" in facts.basis:
        return None
    if not rule.never_converted and not facts.converted:
        return "never_converted"
    if not rule.over_18_months:
        day = last_active(facts)
        if day is not None and day < months_before(today, OLD_MONTHS):
            return "over_18_months"
    return None


def _means(rule: Rule, facts: Facts, today: date) -> bool:
    """Whether all that the rule names holds, the quick questions first."""
    if rule.relationship and facts.relationship not in rule.relationship:
        return False
    if rule.countries and facts.country not in rule.countries:
        return False
    if rule.states and (facts.state or "") not in rule.states:
        return False
    if rule.postal_prefixes and not _plain(facts.postal_code).startswith(
        tuple(_plain(prefix) for prefix in rule.postal_prefixes)
    ):
        return False
    if rule.basis and facts.basis.isdisjoint(rule.basis):
        return False
    if rule.services and not _has_service(rule.services, facts.last_service):
        return False
    if rule.value is not None and not rule.value.holds(facts.value):
        return False
    if rule.visits is not None and not rule.visits.holds(facts.visits):
        return False
    if rule.dormant is not None and not rule.dormant.holds(facts, today):
        return False
    if rule.around is not None and not rule.around.holds(facts, today):
        return False
    return all(condition.holds(facts.extra) for condition in rule.columns)


def _plain(code: str | None) -> str:
    return (code or "").replace(" ", "").replace("-", "").upper()


def _has_service(services: tuple[str, ...], last: str | None) -> bool:
    held = f" {' '.join((last or '').casefold().split())} "
    return any(f" {' '.join(service.casefold().split())} " in held for service in services)
