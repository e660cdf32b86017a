"""Why the business may text somebody: consent, or a relationship that is young enough where it counts.

The rules are tables/bases.csv (country, state, kind, months, source; a state's row goes before its country's,
0 months = never enough). What was decided, since a list seldom says it outright:

- Consent counts everywhere and holds until it is withdrawn, unless the row itself names an end ("until …").
- A relationship counts only in a country of the table, from its last dated trace on: the newest of last
  visit, date of the basis, and a date in the basis' own words. The day on which the period ends still counts.
- Without any wording, a last visit or a last service shows a purchase; of a lead, a dated visit shows an
  enquiry, and so does a dated quote or enquiry of anybody. Where the purchase is too long ago, a later
  enquiry may still count. The word "customer" in the column of the relationship alone shows nothing.
- A purchase that is claimed or shown without any date is taken, and recorded as undated; an enquiry without
  a date is not, since nobody could say whether its few months are over.
- An explicit no is a no, whatever else the row says; so is a wording that nobody understands where the
  basis should stand, for it may well be a no. What wordings claim: claims.py.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cache, lru_cache

from data.imports.claims import Claim, claim_of
from data.imports.fields import read_date
from data.imports.words import table

_DATE = re.compile(r"\d{4}-\d{1,2}-\d{1,2}|\d{1,2}[/.]\d{1,2}[/.]\d{2,4}|(?:19|20)\d{6}(?!\d)")
_UNTIL = re.compile(r"(?i)\b(?:until|till|expires?(?: on)?|valid (?:to|until)|through|ends?(?: on)?)\W*$")


@dataclass(slots=True)
class Basis:
    """A basis as it is recorded. `kind` is `consent` or `relationship`; the last day of it still counts."""

    kind: str
    evidence: str
    given_on: date | None
    expires_on: date | None


@dataclass(frozen=True, slots=True)
class NoBasis:
    """Why a row may not be texted: `no_basis`, `basis_expired` or `region`, with a sentence."""

    reason: str
    detail: str


@dataclass(slots=True)
class Facts:
    """What a row says about its basis. `claim` is its own wording, `where` the row for the evidence."""

    country: str
    claim: str
    relationship: str | None
    last_visit: date | None
    last_service: str | None
    basis_date: date | None
    where: str
    enquired_on: date | None = None
    """The newest of their quotes, consultations and enquiries."""
    state: str | None = None
    """The state's code where it is known or must be assumed."""
    unread: str = ""
    """What stood in the date columns and could not be read."""


def find_basis(facts: Facts, today: date, *, day_first: bool) -> Basis | NoBasis:
    """The basis that a row gives, or why it gives none, on `today` (a date in the business's zone)."""
    claim = claim_of(facts.claim)
    given, until = dates_in(facts.claim, day_first)
    if claim in ("none", "withdrawn"):
        return NoBasis("no_basis", f"the list itself says “{facts.claim}”, so there is no basis to text them")
    if claim == "unclear":
        return NoBasis("no_basis", _what_is_missing(facts))
    if claim == "consent":
        evidence = f"“{facts.claim}”, {facts.where}"
        return _in_force(Basis("consent", evidence, facts.basis_date or given, until), today)
    kind = _relationship(facts, claim)
    if kind is None:
        return NoBasis("no_basis", _what_is_missing(facts))
    found = _by_relationship(facts, kind, claim, given, until, today)
    if isinstance(found, NoBasis) and kind == "purchase" and facts.enquired_on:
        asked = _by_relationship(replace(facts, last_visit=None), "enquiry", None, None, until, today)
        return asked if isinstance(asked, Basis) else found
    return found


def _by_relationship(
    facts: Facts, kind: str, claim: Claim | None, given: date | None, until: date | None, today: date
) -> Basis | NoBasis:
    months = months_of(facts.country, facts.state, kind)
    if not months:
        where = f"{facts.country}-{facts.state}" if (facts.country, facts.state, kind) in periods() else ""
        return NoBasis(
            "region",
            f"in {where or facts.country} an earlier {kind} is not enough to be texted; consent is, and none "
            "is given",
        )
    asked = facts.enquired_on if kind == "enquiry" else None
    dates = [day for day in (facts.last_visit, facts.basis_date, asked, given) if day and day <= today]
    if not dates and kind == "enquiry":
        return NoBasis(
            "no_basis", f"an enquiry counts for {months} months only, and its date is missing{facts.unread}"
        )
    last = max(dates, default=None)
    ends = [end for end in (last and after(last, months), until) if end]
    evidence = f"{kind}: {_shown(facts, claim, last)}, {facts.where}"
    return _in_force(Basis("relationship", evidence, last, min(ends, default=None)), today, kind, months)


def _shown(facts: Facts, claim: Claim | None, last: date | None) -> str:
    if claim:
        return f"“{facts.claim}”"
    if last is None:
        return f"{facts.last_service}, undated"
    return f"last visit {last}" if last == facts.last_visit else f"on {last}"


def _relationship(facts: Facts, claim: Claim | None) -> str | None:
    """`purchase` or `enquiry`; None where nothing shows a relationship."""
    if claim == "enquiry" or (claim == "purchase" and facts.relationship == "lead"):
        return "enquiry"
    if claim == "purchase":
        return "purchase"
    if facts.relationship == "lead":
        return "enquiry" if facts.last_visit or facts.basis_date or facts.enquired_on else None
    if facts.last_visit or facts.last_service:
        return "purchase"
    return "enquiry" if facts.enquired_on else None


def _in_force(basis: Basis, today: date, kind: str = "consent", months: int = 0) -> Basis | NoBasis:
    if basis.expires_on is None or basis.expires_on >= today:
        return basis
    if basis.kind == "relationship" and basis.given_on and after(basis.given_on, months) == basis.expires_on:
        return NoBasis(
            "basis_expired",
            f"the last {kind}, on {basis.given_on}, counted for {months} months, until {basis.expires_on}; "
            "consent is needed",
        )
    return NoBasis("basis_expired", f"the list says that the basis ended on {basis.expires_on}")


def _what_is_missing(facts: Facts) -> str:
    if claim_of(facts.claim) == "unclear":
        return (
            f"“{facts.claim}” is not understood as a basis; write consent or existing customer, "
            "and since when"
        )
    if facts.unread:
        return f"there is no basis to text them{facts.unread}"
    return "there is no basis to text them: neither consent nor a last visit is given"


@lru_cache(maxsize=16384)
def dates_in(wording: str, day_first: bool) -> tuple[date | None, date | None]:
    """(since when, until when) as the wording names it."""
    since = until = None
    for match in _DATE.finditer(wording):
        day = read_date(match[0], day_first)
        if _UNTIL.search(wording[: match.start()]):
            until = day
        else:
            since = since or day
    return since, until


@lru_cache(maxsize=16384)
def after(day: date, months: int) -> date:
    """The same day so many months later, the month's last where it has no such day."""
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def months_of(country: str, state: str | None, kind: str) -> int:
    """For how many months a relationship of that kind counts there after its last trace; 0: not at all."""
    known = periods()
    months = known.get((country, state, kind)) if state else None
    return known.get((country, "", kind), 0) if months is None else months


@cache
def periods() -> Mapping[tuple[str, str | None, str], int]:
    """(country, state or "", kind) -> months for which a relationship counts after its last trace."""
    return {
        (row["country"], row["state"], row["kind"]): int(row["months"])
        for row in table("bases")
        if row["months"]
    }


@cache
def stricter_states(country: str) -> frozenset[str]:
    """The states with rows of their own: elsewhere it is not asked in which state somebody is."""
    return frozenset(state for where, state, _ in periods() if where == country and state)


def state_of_number(phone: str) -> str | None:
    """The state of a number's area code, as far as one with rules of its own (+1 only)."""
    return _area_codes().get(phone[2:5]) if phone.startswith("+1") else None


@cache
def _area_codes() -> Mapping[str, str]:
    return {code: row["state"] for row in table("area_codes_by_state") for code in row["area_codes"].split()}
