"""Random rows of campaigns: touches, variants, texts in all states, replies, appointments, sales, by a seed.

Moments fall on the edges of the figures' windows far more often than life would have it.
"""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from data import business_file, crypto
from data.enrollment_outcomes import OUTCOMES
from data.models import (
    Appointment,
    Business,
    CalendarConnection,
    Campaign,
    Contact,
    Conversation,
    Enrollment,
    Message,
    Person,
    Sale,
    Segment,
    Suppression,
    Touch,
)

BEGINS = datetime(2026, 1, 5, 14, 0, tzinfo=UTC)
NOW = datetime(2026, 6, 1, 16, 30, tzinfo=UTC)
STATES = (
    "delivered",
    "delivered",
    "delivered",
    "read",
    "sent",
    "failed",
    "undelivered",
    "unknown",
    "cancelled",
)
VISITS = ("booked", "booked", "booked", "booking", "moving", "cancelling", "cancelled", "failed")
Row = dict[str, Any]


class Rows:
    """Fills a database; `contacts` and what belongs to them come from `seed` alone."""

    def __init__(self, session: Session, seed: int, contacts: int) -> None:
        self.session, self.dice = session, random.Random(seed)
        self.business = self._business()
        self.campaigns = self._campaigns()
        self.calendar = session.query(CalendarConnection).first().id  # type: ignore[union-attr]
        self.messages: list[Row] = []
        self.visits: list[Row] = []
        self.sales: list[Row] = []
        self.opted_out: set[int] = set()
        self._people(contacts)
        for number in range(1, contacts + 1):
            self._life(number)
        for model, rows in ((Message, self.messages), (Appointment, self.visits), (Sale, self.sales)):
            if rows:
                session.execute(insert(model), rows)
        session.flush()

    def _business(self) -> Business:
        business = business_file.load(self.session, business_file.read_file(business_file.SAMPLE))
        business.profile = business.profile | {"average_sale": 150.0}
        self.session.flush()
        return business

    def _campaigns(self) -> list[int]:
        segment = Segment(business_id=self.business.id, name="Lapsed", rule={})
        self.session.add(segment)
        self.session.flush()
        made = []
        for n, of_segment in enumerate((segment.id, segment.id, None)):
            campaign = Campaign(
                business_id=self.business.id, name=f"C{n}", state="running", segment_id=of_segment,
                created_at=BEGINS - timedelta(days=1), differs_in="angle",
            )  # fmt: skip
            self.session.add(campaign)
            self.session.flush()
            made.append(campaign.id)
        self.touch = {}
        for campaign_id in made:
            for step in (1, 2, 3):
                for variant in "ab":
                    touch = Touch(
                        campaign_id=campaign_id, step=step, variant=variant, template="x", day=5 * step
                    )
                    self.session.add(touch)
                    self.session.flush()
                    self.touch[campaign_id, step, variant] = touch.id
        return made

    def _people(self, contacts: int) -> None:
        dice, rows, persons, talks = self.dice, [], [], []
        for n in range(1, contacts + 1):
            rows.append({"id": n, "business_id": self.business.id, "phone": f"+1212{n:07d}", "zones": []})
            persons += (
                {"contact_id": n, "last_visit": self._maybe_day(0.2), "crm_id": f"c{n}"}
                for _ in range(dice.choice((1, 1, 1, 2)))
            )
            talks.append({"business_id": self.business.id, "contact_id": n, "state": {}, "outcome": "open"})
            if dice.random() < 0.12:
                talks[-1]["outcome"] = "opted_out"
                self.opted_out.add(n)
            elif dice.random() < 0.1:
                talks[-1]["outcome"] = dice.choice(("undeliverable", "wrong_number"))
        for model, made in ((Contact, rows), (Person, persons), (Conversation, talks)):
            self.session.execute(insert(model), made)

    def _suppress(self, contact: int, at: datetime) -> None:
        self.session.add(
            Suppression(
                business_id=self.business.id,
                phone_hash=crypto.keyed_hash(self.business.hash_key, f"+1212{contact:07d}"),
                reason=self.dice.choice(("opt_out", "opt_out", "do_not_contact")),
                source="text",
                created_at=at,
                lifted_at=NOW if self.dice.random() < 0.05 else None,
            )
        )

    def _life(self, contact: int) -> None:
        dice = self.dice
        for campaign in dice.sample(self.campaigns, dice.choice((1, 1, 1, 2, 3))):
            self._enroll(contact, campaign)
        mine = [row["sent_at"] for row in self.messages if row["contact_id"] == contact and row["sent_at"]]
        if contact in self.opted_out:
            self._suppress(contact, self._near(mine, 30))
        for _ in range(dice.choice((0, 0, 0, 1, 1, 2, 3))):
            self._text(contact, self._near(mine, 30), direction="in", kind="text", state="handled")
        for _ in range(dice.choice((0, 0, 1))):
            at = self._near(mine, 30)
            self._text(
                contact, at, kind=dice.choice(("reply", "reminder", "staff")), state="sent", sent_at=at
            )
        for _ in range(dice.choice((0, 0, 0, 0, 1, 1, 2))):
            self._visit(contact, self._near(mine, 60))
        for _ in range(dice.choice((0, 0, 0, 0, 1, 2))):
            self.sales.append(
                {
                    "business_id": self.business.id,
                    "contact_id": contact,
                    "amount": dice.randrange(100, 90_000) / 100,
                    "sold_on": self._near(mine, dice.choice((30, 60, 90))).date(),
                    "source": "staff",
                    "reference": f"r{len(self.sales)}",
                }
            )

    def _enroll(self, contact: int, campaign: int) -> None:
        dice = self.dice
        state = dice.choice(("active", "held", "finished", "finished", "stopped", "stopped"))
        over = state in ("finished", "stopped")
        enrollment = Enrollment(
            campaign_id=campaign, contact_id=contact, state=state, variant=dice.choice("ab"),
            tier=dice.choice("ABC"), outcome=dice.choice(sorted(OUTCOMES)) if over else None,
            stopped_reason=dice.choice(("booked_elsewhere", "replied", None)) if over else None,
            ended_at=self._moment(90) if over else None,
        )  # fmt: skip
        self.session.add(enrollment)
        self.session.flush()
        at = self._moment(60)
        for step in range(1, dice.randrange(1, 5)):
            if step > 3:
                break
            state = dice.choice(STATES)
            took = state in ("delivered", "read", "sent", "undelivered") or (state == "failed" and step == 2)
            self._text(
                contact, at, kind="touch", state=state, sent_at=at if took else None,
                enrollment_id=enrollment.id, channel=dice.choice(("sms", "sms", "whatsapp")),
                touch_id=self.touch[campaign, step, enrollment.variant],
                error_code=dice.choice(("30003", "30007")) if state in ("failed", "undelivered") else None,
            )  # fmt: skip
            at += dice.choice((timedelta(), timedelta(hours=1), timedelta(days=5), timedelta(days=31)))

    def _text(self, contact: int, at: datetime, **given: Any) -> None:
        out = given.get("direction", "out") == "out"
        row = {
            "business_id": self.business.id, "contact_id": contact, "direction": "out", "channel": "sms",
            "from_address": "", "to_address": "", "body": "", "media": [], "created_at": at, "sent_at": None,
            "enrollment_id": None, "touch_id": None, "error_code": None,
            "cost": self.dice.choice((None, 0.0079, 0.0158)) if out else None,
            "cost_known": out and self.dice.random() < 0.5,
        }  # fmt: skip
        self.messages.append(row | given)

    def _visit(self, contact: int, made: datetime) -> None:
        dice = self.dice
        start = made + timedelta(days=dice.choice((1, 5, 30, 60)))
        state = dice.choice(VISITS)
        self.visits.append(
            {"business_id": self.business.id, "contact_id": contact, "calendar_connection_id": self.calendar,
             "service": "cleaning", "start_at": start, "end_at": start + timedelta(minutes=45),
             "timezone": self.business.timezone, "event_id": f"e{len(self.visits)}", "state": state,
             "ends_as": dice.choice(("cancelled", "failed")), "created_at": made,
             "no_show_at": start + timedelta(hours=2) if dice.random() < 0.2 else None}
        )  # fmt: skip

    def _moment(self, within: int) -> datetime:
        """Some moment in so many days, now and then just before or after a local midnight."""
        at = BEGINS + timedelta(
            days=self.dice.randrange(within), microseconds=self.dice.randrange(86_400_000_000)
        )
        if self.dice.random() < 0.2:
            midnight = at.replace(hour=self.dice.choice((4, 5)), minute=0, second=0, microsecond=0)
            at = midnight + self.dice.choice((-1, 0, 1)) * timedelta(microseconds=1)
        return at

    def _near(self, touches: list[datetime], days: int) -> datetime:
        """Some moment, mostly after a touch, and often on the very edge of what still belongs to it."""
        dice = self.dice
        if not touches or dice.random() < 0.15:
            return self._moment(140)
        edge = dice.choice(
            (timedelta(), timedelta(days=days), timedelta(hours=dice.randrange(24 * (days + 5))))
        )
        return dice.choice(touches) + edge + dice.choice((-1, 0, 0, 1)) * timedelta(microseconds=1)

    def _maybe_day(self, chance: float) -> date | None:
        return self._moment(130).date() if self.dice.random() < chance else None
