"""What the owner of the list does in the campaign soaks: write, approve, launch, go on, upload anew."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from data import clock, imports
from data.db import reading, writing
from data.models import Business, Campaign, Enrollment, StaffUser
from scheduler.campaigns import lifecycle
from scheduler.campaigns.plan import Plan, PlannedTouch
from scheduler.campaigns.words import fingerprint_of
from soak.outreach_people import OUTSIDE, Contact, write_list

OWNER = "Owner"
ZONE = ZoneInfo("America/New_York")

TOUCHES = (
    PlannedTouch(
        day=0,
        text="Hi {{ first_name }}, this is the automated assistant of {{ business }}. It has been a while "
        "since we saw you, and we would love to have you back. Shall I find you a time? Reply STOP to opt "
        "out.",
    ),
    PlannedTouch(
        day=5,
        text="Hi {{ first_name }}, the automated assistant of {{ business }} once more. Evenings and "
        "mornings are both possible. Shall I look for a time that suits you? Reply STOP to opt out.",
    ),
    PlannedTouch(
        day=12,
        text="Hi {{ first_name }}, the automated assistant of {{ business }}. Whenever you would like a "
        "time, a short answer is enough. Shall I find you one? Reply STOP to opt out.",
    ),
)
"""Each with words by which it is known at the phone (outreach_count.MARKS)."""


def upload(people: list[Contact], folder: Path) -> int:
    """Hand over the list; how many of it were accepted."""
    write_list(people, folder / "list.csv")
    return imports.run(folder / "list.csv", report=folder / "refused.csv", attested_by=OWNER).accepted


def launch() -> tuple[int, int]:
    """Write, approve and launch a campaign for everybody: its id, and how many are enrolled."""
    with writing() as session:
        business = session.scalars(select(Business)).one()
        staff = StaffUser(business_id=business.id, email="o@example.com", name=OWNER, password_hash="x")
        session.add(staff)
        session.flush()
        plan = Plan(touches=TOUCHES, in_business_hours=False)
        campaign = lifecycle.new(session, business.id, "outreach", plan)
        lifecycle.note_dry_run(session, campaign, fingerprint_of(session, campaign))
        lifecycle.approve(session, campaign, staff)
        row = campaign.id
    return row, lifecycle.launch(row).enrolled


def state(campaign: int) -> tuple[str, str | None]:
    """Whether it runs, and why it is paused."""
    with reading() as session:
        row = session.get_one(Campaign, campaign)
        return row.state, row.paused_reason


def pause(campaign: int) -> None:
    """Nothing of it leaves from now on."""
    with writing() as session:
        lifecycle.pause(session, session.get_one(Campaign, campaign))


def resume(campaign: int) -> None:
    """On again."""
    with writing() as session:
        lifecycle.resume(session, session.get_one(Campaign, campaign))


def still_in(campaign: int) -> int:
    """For how many it has not ended yet."""
    open_ones = select(func.count()).where(
        Enrollment.campaign_id == campaign, Enrollment.state.in_(("active", "held"))
    )
    with reading() as session:
        return session.scalar(open_ones) or 0


def list_comes_anew(people: list[Contact], folder: Path) -> dict[str, datetime]:
    """The owner's own system knows of visits and bookings: whose, and since when it is known here."""
    some = [one for one in people if one.does in OUTSIDE]
    write_list(some, folder / "later.csv", came=clock.now().astimezone(ZONE).date())
    imports.run(folder / "later.csv", report=folder / "later-refused.csv", attested_by=OWNER)
    return {one.phone: clock.now() for one in some}
