"""The panel beside the transcript: the people, the number, why it may be texted, what is booked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bot.staff import moments, outreach_words, why, words
from bot.staff.transcript import service_name
from data import clock
from data.enrollment_outcomes import OUTCOMES
from data.models import Appointment, Campaign, ContactBasis, Enrollment, Person
from data.models.booking import LIVE
from data.profile import Profile
from data.queries.transcripts import Transcript


@dataclass(frozen=True, slots=True)
class Fact:
    """A line of the panel: what, how it is, and a smaller remark."""

    name: str
    value: str
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Lines that belong together."""

    title: str
    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class VisitCard:
    """A visit that stands. `version` is what staff see of it: an act on another version is refused."""

    id: int
    version: int
    when: str
    service: str
    state: str
    may_change: bool
    may_miss: bool
    missed: bool


def about(rows: Transcript, theirs: str) -> list[Group]:
    """The groups that have anything to say; `theirs` is the contact's zone."""
    titled = (
        ("In short", (Fact(*line) for line in why.in_short(rows, theirs))),
        ("Earlier", _visits(rows, theirs)),
        ("Callback", _callbacks(rows, theirs)),
        ("Who", _people(rows)),
        ("How to reach them", _number(rows, theirs)),
        ("Why you may write", _bases(rows)),
        ("Campaign", _campaigns(rows)),
        ("Sales", _sales(rows)),
    )
    groups = (Group(title, tuple(facts)) for title, facts in titled)
    return [group for group in groups if group.facts]


def visit_cards(rows: Transcript, theirs: str) -> list[VisitCard]:
    """The visits that stand, the next one first, each with what staff may do with it."""
    live = [visit for visit in rows.visits if visit.state in LIVE or visit.state == "cancelling"]
    return [_card(rows, visit, theirs) for visit in sorted(live, key=lambda visit: visit.start_at)]


def _card(rows: Transcript, visit: Appointment, theirs: str) -> VisitCard:
    settled, over = visit.state == "booked", visit.end_at < clock.now()
    begun, missed = visit.start_at <= clock.now(), visit.no_show_at is not None
    return VisitCard(
        id=visit.id,
        version=visit.version,
        when=moments.visit(visit.start_at, rows.business.timezone, theirs),
        service=service_name(rows, visit.service),
        state=("past, " if over and not missed else "") + words.standing(visit),
        may_change=settled and not over,
        may_miss=settled and begun and not missed,
        missed=settled and missed,
    )


def _visits(rows: Transcript, theirs: str) -> Iterator[Fact]:
    zone = rows.business.timezone
    for visit in (visit for visit in rows.visits if visit.state in ("cancelled", "failed")):
        yield Fact(
            service_name(rows, visit.service),
            moments.visit(visit.start_at, zone, theirs),
            words.VISITS[visit.state],
        )


def _callbacks(rows: Transcript, theirs: str) -> Iterator[Fact]:
    for callback in rows.callbacks:
        if callback.state == "pending":
            yield Fact("One text", moments.visit(callback.due_at, rows.business.timezone, theirs))


def _people(rows: Transcript) -> Iterator[Fact]:
    for person in rows.contact.persons:
        name = f"{person.first_name} {person.last_name}".strip() or "No name known"
        yield Fact(name, " · ".join(_history(rows, person)), person.email or "")


def _history(rows: Transcript, person: Person) -> Iterator[str]:
    yield words.plain(person.relationship)
    if person.last_visit:
        seen = moments.date_words(person.last_visit)
        service = f" ({service_name(rows, person.last_service)})" if person.last_service else ""
        yield f"last visit {seen}{service}"
    elif person.last_service:
        yield f"last time {service_name(rows, person.last_service)}"
    if person.booked_until:
        yield f"booked elsewhere until {moments.date_words(person.booked_until)}"


def _number(rows: Transcript, theirs: str) -> Iterator[Fact]:
    contact = rows.contact
    yield Fact("Number", words.number(contact.phone), f"answers go by {_channel(rows.conversation.channel)}")
    zones = ", ".join(_place(zone) for zone in contact.zones) or "unknown"
    source = words.ZONES_FROM.get(contact.zones_source, contact.zones_source)
    there = moments.time_of_day(clock.now(), theirs) if theirs != rows.business.timezone else ""
    yield Fact("Time zone", f"{zones}{f', now {there}' if there else ''}", source)
    if contact.preferred_time:
        yield Fact("Prefers", contact.preferred_time)
    for row in rows.suppressions:
        if row.lifted_at is None:
            what = {"opt_out": "Opted out", "do_not_contact": "Do not contact"}.get(
                row.reason, words.plain(row.reason).capitalize()
            )
            where = "every channel" if row.channel == "all" else f"{_channel(row.channel)} only"
            on = moments.date_words(moments.local(row.created_at, rows.business.timezone).date())
            yield Fact(what, where, f"{words.SOURCES.get(row.source, row.source)}, {on}")


def _bases(rows: Transcript) -> Iterator[Fact]:
    for basis in rows.bases:
        yield Fact(basis.kind.capitalize(), basis.evidence, " · ".join(_dates(basis)))


def _dates(basis: ContactBasis) -> Iterator[str]:
    if basis.given_on:
        yield f"since {moments.date_words(basis.given_on)}"
    if basis.expires_on:
        yield f"until {moments.date_words(basis.expires_on)}"


def _campaigns(rows: Transcript) -> Iterator[Fact]:
    for campaign, enrollment in rows.campaigns:
        yield Fact(campaign.name, *_stands(rows, campaign, enrollment))


def _stands(rows: Transcript, campaign: Campaign, enrollment: Enrollment) -> tuple[str, str]:
    """How far somebody is in a campaign, and a remark."""
    tier = f"tier {enrollment.tier}" if enrollment.tier else ""
    if enrollment.state == "held":
        return "waits until the pilot is released", tier
    if enrollment.state == "active":
        if campaign.state != "running":
            return f"the campaign is {outreach_words.CAMPAIGNS[campaign.state].words.lower()}", tier
        due = enrollment.due_at
        when = f", {moments.full(due, rows.business.timezone)} at the earliest" if due else ""
        return f"text {enrollment.next_step} comes next{when}", tier
    outcome = OUTCOMES.get(enrollment.outcome or "", "")
    if enrollment.state == "finished":
        return outcome or "all texts sent", ""
    reason = enrollment.stopped_reason or ""
    why = words.STOPPED.get(reason) or outcome or words.plain(reason)
    return f"stopped{f': {why}' if why else ''}", ""


def _sales(rows: Transcript) -> Iterator[Fact]:
    currency = Profile.model_validate(rows.business.profile).currency
    for sale in rows.sales:
        source = "entered by staff" if sale.source == "staff" else "from your list"
        yield Fact(f"{sale.amount:,.2f} {currency}", moments.date_words(sale.sold_on), source)


def _channel(channel: str) -> str:
    return {"sms": "SMS", "whatsapp": "WhatsApp"}.get(channel, channel)


def _place(zone: str) -> str:
    return zone.rsplit("/", 1)[-1].replace("_", " ")
