"""What a rule asks for and no contact has: said before an owner wonders why nobody is meant."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute, Session

from data.models import Contact, Person
from data.queries.saved_segments import extra_columns
from data.segments.rule import OWN_DATES, Rule

FIELDS: dict[str, tuple[InstrumentedAttribute[object], str]] = {
    "last_visit": (Person.last_visit, "a last visit"),
    "quoted_on": (Person.quoted_on, "the date of a quote"),
    "enquired_on": (Person.enquired_on, "the date of an enquiry"),
    "due_on": (Person.due_on, "a date when something is due"),
    "last_service": (Person.last_service, "a last service"),
    "value": (Person.value, "a value"),
    "visits": (Person.visits, "a number of visits"),
}
"""Field of the import -> its column, and how a contact without it is spoken of."""

OF_TRACE = {"visit": "last_visit", "quote": "quoted_on", "enquiry": "enquired_on"}


def lacking(session: Session, business_id: int, rule: Rule) -> list[str]:
    """A sentence for each thing that the rule needs and that no contact has."""
    said = [
        f"No contact has {FIELDS[field][1]}: give the list a column {field}."
        for field in _fields(rule)
        if not _anybody_has(session, business_id, field)
    ]
    if wanted := _columns(rule):
        there = {name.strip().casefold() for name in extra_columns(session, business_id)}
        said += [
            f"No list has had a column “{name}”: name the one that says it in yours."
            for name in wanted
            if name.strip().casefold() not in there
        ]
    return said


def _fields(rule: Rule) -> list[str]:
    wanted = []
    if rule.dormant is not None and not rule.dormant.undated:
        traces = [OF_TRACE[trace] for trace in rule.dormant.since]
        wanted += traces if len(traces) == 1 else []  # of several, one is enough
    if rule.around is not None and rule.around.day_of in OWN_DATES:
        wanted.append(rule.around.day_of)
    for asked, field in ((rule.services, "last_service"), (rule.value, "value"), (rule.visits, "visits")):
        if asked:
            wanted.append(field)
    return list(dict.fromkeys(wanted))


def _columns(rule: Rule) -> list[str]:
    named = [each for one in rule.columns for each in (one.column, one.below_column) if each]
    if rule.around is not None and rule.around.day_of not in OWN_DATES:
        named.append(rule.around.day_of)
    return list(dict.fromkeys(named))


def _anybody_has(session: Session, business_id: int, field: str) -> bool:
    column, _ = FIELDS[field]
    wanted = (
        select(Person.id)
        .join(Contact, Contact.id == Person.contact_id)
        .where(Contact.business_id == business_id, column.is_not(None))
        .limit(1)
    )
    return session.scalar(wanted) is not None
