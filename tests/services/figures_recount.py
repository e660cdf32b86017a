"""The figures once more, by brute force: plain Python over raw rows, written without a look at the SQL."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from data import crypto
from data.models import (
    Appointment,
    Business,
    Contact,
    Enrollment,
    Message,
    Person,
    Sale,
    Suppression,
    Touch,
)

DAY = timedelta(days=1)


class Recount:
    """Everything that is asked of one campaign, counted one row at a time."""

    def __init__(self, session: Session, campaign: int, now: datetime) -> None:
        self.now = now

        def rows(model: Any) -> list[Any]:
            return list(session.scalars(select(model).order_by(model.id)))

        self.enrollments = {e.id: e for e in rows(Enrollment)}
        self.mine = [e for e in self.enrollments.values() if e.campaign_id == campaign]
        self.messages, self.visits, self.sales = rows(Message), rows(Appointment), rows(Sale)
        self.persons, self.contacts = rows(Person), {c.id: c for c in rows(Contact)}
        self.steps = {t.id: t.step for t in rows(Touch)}
        business = rows(Business)[0]
        self.zone, self.key = ZoneInfo(business.timezone), business.hash_key
        self.outs = {
            s.phone_hash: s.created_at for s in rows(Suppression) if s.reason == "opt_out" and not s.lifted_at
        }
        self.left: dict[int, list[Message]] = defaultdict(list)
        for message in self.messages:
            if message.kind == "touch" and message.sent_at:
                self.left[message.contact_id].append(message)
        for touches in self.left.values():
            touches.sort(key=lambda m: (m.sent_at, m.id))

    def latest(self, contact: int, at: datetime) -> Message | None:
        before = [m for m in self.left[contact] if m.sent_at <= at]
        return before[-1] if before else None

    def latest_on(self, contact: int, day: date) -> Message | None:
        before = [m for m in self.left[contact] if self.day(m.sent_at) <= day]
        return before[-1] if before else None

    def day(self, at: datetime) -> date:
        return at.astimezone(self.zone).date()

    def first(self, touch: Message) -> datetime:
        return min(m.sent_at for m in self.left[touch.contact_id] if m.enrollment_id == touch.enrollment_id)

    def key_of(self, by: str) -> Callable[[Enrollment, Message | None], str]:
        return {
            "": lambda e, m: "",
            "variant": lambda e, m: e.variant,
            "tier": lambda e, m: e.tier,
            "touch": lambda e, m: str(self.steps[m.touch_id]),
            "channel": lambda e, m: m.channel,
        }[by]

    def funnel(self, by: str) -> dict[str, dict[str, Any]]:
        key = self.key_of(by)
        ids = {e.id for e in self.mine}
        sets: dict[str, dict[str, set[int]]] = defaultdict(lambda: defaultdict(set))
        replies: dict[str, dict[int, list[Any]]] = defaultdict(lambda: defaultdict(list))

        def note(what: str, touch: Message) -> None:
            sets[key(self.enrollments[touch.enrollment_id], touch)][what].add(touch.enrollment_id)

        if by in ("", "variant", "tier"):
            for e in self.mine:
                sets[key(e, None)]["enrolled"].add(e.id)
        failing: list[Message] = []
        for m in self.messages:
            if m.kind == "touch" and m.enrollment_id in ids:
                note("enrolled", m)
                if m.sent_at:
                    note("sent", m)
                if m.state in ("delivered", "read"):
                    note("delivered", m)
                if m.state in ("failed", "undelivered"):
                    failing.append(m)
            if m.direction == "in":
                touch = self.latest(m.contact_id, m.created_at)
                if touch and touch.enrollment_id in ids and m.created_at < touch.sent_at + 30 * DAY:
                    note("replied", touch)
                    name = key(self.enrollments[touch.enrollment_id], touch)
                    replies[name][touch.enrollment_id].append((m.created_at, touch.sent_at))
        for m in failing:
            if m.enrollment_id not in sets[key(self.enrollments[m.enrollment_id], m)]["delivered"]:
                note("failed", m)
        for visit in self.booked():
            touch = self.latest(visit.contact_id, visit.created_at)
            assert touch
            if touch.enrollment_id in ids:
                note("booked", touch)
                if stands(visit) and visit.end_at <= self.now:
                    note("attended", touch)
                if visit.no_show_at:
                    note("no_show", touch)
        for touch in self.came_back():
            if touch.enrollment_id in ids:
                note("returned", touch)
        for contact in list(self.left):
            at = self.outs.get(crypto.keyed_hash(self.key, self.contacts[contact].phone))
            touch = self.latest(contact, at) if at else None
            if touch and at and touch.enrollment_id in ids and at < touch.sent_at + 30 * DAY:
                note("opted_out", touch)
        counted = {}
        for name, found in sets.items():
            waits = [min(pairs) for pairs in replies[name].values()]
            counted[name] = {
                "enrolled": len(found["enrolled"]),
                "sent": len(found["sent"]),
                "delivered": len(found["delivered"]),
                "failed": len(found["failed"]),
                "replied": len(found["replied"]),
                "conversing": sum(len(pairs) >= 2 for pairs in replies[name].values()),
                "booked": len(found["booked"]),
                "attended": len(found["attended"]),
                "no_show": len(found["no_show"] - found["attended"]),
                "returned": len(found["returned"] - found["booked"]),
                "opted_out": len(found["opted_out"]),
                "median_reply": nearest([at - sent for at, sent in waits], 50),
                "p90_reply": nearest([at - sent for at, sent in waits], 90),
            }
        return counted

    def booked(self) -> list[Appointment]:
        found = []
        for visit in self.visits:
            failed = visit.state == "failed" or (visit.state == "cancelling" and visit.ends_as == "failed")
            touch = self.latest(visit.contact_id, visit.created_at)
            if touch and not failed and visit.created_at < self.first(touch) + 60 * DAY:
                found.append(visit)
        return found

    def came_back(self) -> list[Message]:
        found = []
        for person in self.persons:
            if person.last_visit:
                touch = self.latest_on(person.contact_id, person.last_visit)
                if touch and person.last_visit < self.day(self.first(touch)) + 60 * DAY:
                    found.append(touch)
        for e in self.mine:
            if e.ended_at and (e.outcome == "visited" or e.stopped_reason == "booked_elsewhere"):
                touch = self.latest(e.contact_id, e.ended_at)
                if touch and touch.enrollment_id == e.id and e.ended_at < self.first(touch) + 60 * DAY:
                    found.append(touch)
        return found

    def revenue(self, days: int) -> tuple[int, float, int]:
        ids = {e.id for e in self.mine}
        count, cents, paid, visiting = 0, 0, set(), set()
        for sale in self.sales:
            touch = self.latest_on(sale.contact_id, sale.sold_on)
            if touch is None or touch.enrollment_id not in ids:
                continue
            since = (sale.sold_on - self.day(self.first(touch))).days
            if since < 90:
                paid.add(touch.enrollment_id)
            if since < days:
                count, cents = count + 1, cents + round(sale.amount * 100)
        for visit in self.booked():
            touch = self.latest(visit.contact_id, visit.created_at)
            assert touch
            if (
                stands(visit)
                and touch.enrollment_id in ids
                and visit.start_at < self.first(touch) + days * DAY
            ):
                visiting.add(touch.enrollment_id)
        return count, cents / 100, len(visiting - paid)

    def spend(self) -> dict[str, float]:
        ids = {e.id for e in self.mine}
        total: dict[str, float] = defaultdict(float)
        for m in self.messages:
            if m.direction != "out":
                continue
            if m.kind == "touch":
                if m.enrollment_id not in ids or not (m.sent_at or m.cost_known):
                    continue
                what = "touches"
            else:
                touch = self.latest(m.contact_id, m.sent_at) if m.sent_at else None
                if touch is None or touch.enrollment_id not in ids or m.sent_at >= touch.sent_at + 30 * DAY:
                    continue
                what = "talk"
            total[what] += m.cost or 0.0
            total["known"] += (m.cost or 0.0) if m.cost_known else 0.0
            total["texts"] += 1
            total["unpriced"] += m.cost is None
        return {k: round(total[k], 6) for k in ("touches", "talk", "known", "texts", "unpriced")}


def stands(visit: Appointment) -> bool:
    """Whether the contact is expected, or was there."""
    return visit.state in ("booking", "booked", "moving", "restoring") and not visit.no_show_at


def nearest(waits: list[timedelta], percent: int) -> timedelta | None:
    """The smallest wait that so many percent do not exceed."""
    for wait in sorted(waits):
        if sum(other <= wait for other in waits) * 100 >= percent * len(waits):
            return wait
    return None
