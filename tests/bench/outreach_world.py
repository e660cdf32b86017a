"""Lists of contacts for the bench of outreach, enrolled or already in the outbox, where it is day."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from itertools import count

from sqlalchemy import func, insert, select, update

from data import clock
from data.db import reading, writing
from data.models import Business, Campaign, Contact, ContactBasis, Enrollment, Message, Person, Touch
from scheduler import wake as waker
from scheduler.app import app
from scheduler.heartbeat import SWEEP
from scheduler.jobs import Job

OPENER = (
    "Hi {{ first_name }}, this is the automated assistant of {{ business }}. It has been a while: shall I "
    "look for a time for you? Reply STOP to opt out."
)
LIMIT = 300.0
_numbers = count(1_000)
_campaigns = count(1)


def zone() -> str:
    """A zone in which it is early afternoon."""
    return f"Etc/GMT{datetime.now(UTC).hour - 13:+d}"


def enrolled(number: int, *, due_in: timedelta = timedelta(0)) -> int:
    """A running campaign of one touch with so many new contacts in its queue; its id."""
    with writing() as session:
        business = session.scalars(select(Business)).one()
        campaign = Campaign(business_id=business.id, name=f"bench {next(_campaigns)}", state="running")
        session.add(campaign)
        session.flush()
        session.add(Touch(campaign_id=campaign.id, step=1, template=OPENER))
        first = next(_numbers)
        phones = [f"+4479460{n:05d}" for n in [first, *(next(_numbers) for _ in range(number - 1))]]
        here = zone()
        session.execute(
            insert(Contact),
            [
                {
                    "business_id": business.id,
                    "phone": phone,
                    "country": "GB",
                    "timezone": here,
                    "zones": [here],
                    "zones_source": "timezone",
                }
                for phone in phones
            ],
        )
        ids = session.scalars(select(Contact.id).where(Contact.phone.in_(phones))).all()
        session.execute(insert(Person), [{"contact_id": one, "first_name": "Sam"} for one in ids])
        session.execute(
            insert(ContactBasis),
            [{"contact_id": one, "kind": "relationship", "evidence": "x"} for one in ids],
        )
        session.execute(
            insert(Enrollment),
            [
                {
                    "campaign_id": campaign.id,
                    "contact_id": one,
                    "score": float(one % 100),
                    "queued": not due_in,
                    "due_at": clock.now() + due_in,
                }
                for one in ids
            ],
        )
        return campaign.id


def in_the_outbox(number: int) -> int:
    """The same with its texts in the outbox already."""
    campaign = enrolled(number)
    with writing() as session:
        business = session.scalars(select(Business)).one()
        touch = session.scalars(select(Touch.id).where(Touch.campaign_id == campaign)).one()
        rows = session.execute(
            select(Enrollment.id, Contact.id.label("contact"), Contact.phone)
            .join(Contact, Contact.id == Enrollment.contact_id)
            .where(Enrollment.campaign_id == campaign)
        ).all()
        session.execute(
            insert(Message),
            [
                {
                    "business_id": business.id,
                    "contact_id": row.contact,
                    "direction": "out",
                    "channel": "sms",
                    "kind": "touch",
                    "from_address": "+12125550100",
                    "to_address": row.phone,
                    "body": OPENER,
                    "state": "queued",
                    "due_at": clock.now(),
                    "enrollment_id": row.id,
                    "touch_id": touch,
                    "once": f"touch:{row.id}:1",
                    "segments": 1,
                }
                for row in rows
            ],
        )
        session.execute(
            update(Enrollment).where(Enrollment.campaign_id == campaign).values(queued=False, next_step=0)
        )
    return campaign


def waiting(number: int) -> int:
    """So many whose day has not come."""
    return enrolled(number, due_in=timedelta(days=3))


def wake(_campaign: int) -> None:
    """As the sweep does."""
    with reading() as session:
        business = session.scalars(select(Business.id)).one()
    waker.wake([Job("outreach", business), *(Job("dispatch", n) for n in (1, 2))])


def sweep() -> None:
    """As beat does."""
    app.send_task(SWEEP, queue="sweeps")


def send(campaign: int) -> float:
    """Let the workers send it all; texts a second from the wake-up to the last one at the provider."""
    began = time.perf_counter()
    wake(campaign)
    swept = began
    while (left := _left(campaign)) > 0:
        if time.perf_counter() - began > LIMIT:
            raise TimeoutError(f"{left} texts have not left")
        if time.perf_counter() - swept > 5:
            sweep()
            swept = time.perf_counter()
        time.sleep(0.05)
    took = time.perf_counter() - began
    end()
    return _sent(campaign) / took


def end() -> None:
    """Nothing of the campaigns so far is to be done any more."""
    with writing() as session:
        session.execute(update(Campaign).values(state="paused"))


def _left(campaign: int) -> int:
    with reading() as session:
        of_it = Enrollment.campaign_id == campaign
        stands = session.scalar(select(func.count()).select_from(Enrollment).where(of_it, Enrollment.queued))
        unsent = session.scalar(
            select(func.count())
            .select_from(Message)
            .join(Enrollment, Enrollment.id == Message.enrollment_id)
            .where(of_it, Message.sent_at.is_(None))
        )
    return (stands or 0) + (unsent or 0)


def _sent(campaign: int) -> int:
    with reading() as session:
        return (
            session.scalar(
                select(func.count())
                .select_from(Message)
                .join(Enrollment, Enrollment.id == Message.enrollment_id)
                .where(Enrollment.campaign_id == campaign, Message.sent_at.is_not(None))
            )
            or 0
        )
