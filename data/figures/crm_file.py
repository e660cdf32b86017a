"""Outcomes as a file for the CRM's import: one row for each id that it knows a contact by."""

from __future__ import annotations

from datetime import datetime
from typing import TextIO
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from data.figures.csv_cells import write_rows
from data.models import Business
from data.queries.crm import standings

HEADER = ("crm_id", "phone", "outcome", "at", "next_appointment", "opted_out", "contact_id")


def write_outcomes(
    session: Session,
    business: Business,
    file: TextIO,
    *,
    since: datetime | None = None,
    campaign_id: int | None = None,
) -> int:
    """Write how it stands with everybody who was written to; how many rows there were.

    Moments are those of the business's zone, with their offset.
    """
    rows = (
        (one.crm_id, one.phone, one.outcome, one.at, one.next_appointment, one.opted_out, one.contact_id)
        for one in standings(session, business.id, since=since, campaign_id=campaign_id)
    )
    return write_rows(file, HEADER, rows, ZoneInfo(business.timezone), plain=("phone",))
