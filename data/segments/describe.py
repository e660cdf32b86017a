"""A segment's rule in one sentence, as an owner would say it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from data.profile import Profile
from data.segments.columns import ColumnIs
from data.segments.rule import Around, Between, Dormant, Rule

DATES = {
    "due_on": "the date when something is due",
    "last_visit": "the last visit",
    "quoted_on": "a quote",
    "enquired_on": "an enquiry",
}
"""The dates that a person has, in words."""

WHO = {"customer": "Customers", "lead": "Leads"}
TRACES = {"visit": "visited", "quote": "been quoted", "enquiry": "enquired"}


def describe(rule: Rule, profile: Profile | None = None) -> str:
    """Such as "Customers who have not visited for 3 to 12 months; last time: Cleaning; tier A or B".

    The profile gives services their names and amounts their currency.
    """
    said = "; ".join(_parts(rule, profile))
    who = WHO[rule.relationship[0]] if len(set(rule.relationship)) == 1 else "Everybody"
    if not said:
        return f"{who} with a reason on record to text them"
    return f"{who}, {said}" if said.startswith("also ") else f"{who} {said}"


def _parts(rule: Rule, profile: Profile | None) -> Iterator[str]:
    if rule.dormant is not None:
        yield _dormant(rule.dormant)
    if rule.around is not None:
        yield _around(rule.around)
    if rule.services:
        yield f"last time: {_or(_service(each, profile) for each in rule.services)}"
    if rule.value is not None:
        yield f"having spent {_between(rule.value, profile.currency if profile else '')}"
    if rule.visits is not None:
        yield f"with {_between(rule.visits)} visits"
    if rule.tiers:
        yield f"tier {_or(rule.tiers)}"
    if where := (*rule.postal_prefixes, *rule.states, *rule.countries):
        yield f"in {_or(where)}"
    if rule.basis:
        yield f"on the basis of {_or({'relationship': 'a relationship'}.get(one, one) for one in rule.basis)}"
    for condition in rule.columns:
        yield column(condition)
    if rule.over_18_months:
        yield "also those silent for over 18 months"
    if rule.never_converted:
        yield "also leads who never came"


def column(condition: ColumnIs) -> str:
    """Such as: whose “Plan” is Family."""
    said = [
        f"is {condition.equals}" if condition.equals is not None else "",
        f"is {_or(condition.one_of)}" if condition.one_of else "",
        f"holds {condition.contains}" if condition.contains is not None else "",
        f"is less than “{condition.below_column}”" if condition.below_column is not None else "",
        f"is {_between(Between(at_least=condition.at_least, at_most=condition.at_most))}"
        if condition.at_least is not None or condition.at_most is not None
        else "",
        f"is from {condition.from_date} on" if condition.from_date else "",
        f"is up to {condition.to_date}" if condition.to_date else "",
    ]
    return f"whose “{condition.column}” {' and '.join(each for each in said if each)}"


def _service(service: str, profile: Profile | None) -> str:
    found = profile.service(service) if profile else None
    return found.name if found else service


def _dormant(dormant: Dormant) -> str:
    done = _or(TRACES[trace] for trace in dormant.since)
    undated = ", or of whom no date is known" if dormant.undated else ""
    if dormant.to_months is None:
        return f"who have not {done} for {_months(dormant.from_months)} or more{undated}"
    if not dormant.from_months:
        return f"who have {done} within the last {_months(dormant.to_months)}{undated}"
    return f"who have not {done} for {dormant.from_months} to {_months(dormant.to_months)}{undated}"


def _months(many: int) -> str:
    return "1 month" if many == 1 else f"{many} months"


def _around(around: Around) -> str:
    of = DATES.get(around.day_of, f"the date in “{around.day_of}”")
    unless = ", unless they have come since" if around.unless_visited_since else ""
    first, last = around.from_day, around.to_day
    if first * last > 0:
        nearer, farther = sorted((abs(first), abs(last)))
        span = (farther, nearer) if first < 0 else (nearer, farther)
        which = "before" if first < 0 else "after"
        return f"now {_days(span[0])} to {_days(span[1])} {which} {of}{unless}"
    if not first:
        return f"now within {_days(last)} after {of}{unless}"
    if not last:
        return f"now within {_days(-first)} before {of}{unless}"
    return f"now {_days(-first)} before to {_days(last)} after {of}{unless}"


def _days(many: int) -> str:
    if many >= 730 and many % 365 == 0:
        return f"{many // 365} years"
    return "1 day" if many == 1 else f"{many} days"


def _between(limits: Between, unit: str = "") -> str:
    least, most = _amount(limits.at_least, unit), _amount(limits.at_most, unit)
    if least and most:
        return f"{least} to {most}" if least != most else least
    return f"at least {least}" if least else f"at most {most}" if most else "any number of"


def _amount(value: float | None, unit: str) -> str:
    return f"{value:,g} {unit}".strip() if value is not None else ""


def _or(items: Iterable[str]) -> str:
    listed = list(items)
    return listed[0] if len(listed) == 1 else f"{', '.join(listed[:-1])} or {listed[-1]}"
