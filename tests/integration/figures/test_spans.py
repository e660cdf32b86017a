"""Moments and days in SQL are what Python says, at every edge and over the changes of the clock."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import literal, select, union_all

from data import clock
from data.clock import HandClock
from data.db import reading
from data.figures.spans import Spans
from data.models.base import Moment

NOW = datetime(2026, 12, 1, 12, 0, tzinfo=UTC)
TICK = timedelta(microseconds=1)
ZONES = ("America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Africa/Casablanca", "UTC")


def edges(zone: str) -> list[datetime]:
    """Around local midnights, and around both changes of New York's clocks."""
    midnights = [datetime(2026, m, d, tzinfo=ZoneInfo(zone)) for m, d in ((1, 1), (3, 8), (6, 30), (11, 1))]
    changes = [datetime(2026, 3, 8, 7, tzinfo=UTC), datetime(2026, 11, 1, 6, tzinfo=UTC)]
    exact = [at.astimezone(UTC) for at in midnights + changes]
    return [at + shift for at in exact for shift in (-TICK, timedelta(), TICK, timedelta(hours=1))]


@pytest.mark.database
def test_days_and_spans_are_those_of_the_zone_to_the_microsecond() -> None:
    clock.use(HandClock(NOW))
    with reading() as session:
        for zone in ZONES:
            moments = edges(zone)
            spans = Spans(session, zone, datetime(2025, 12, 1, 0, 0, 30, tzinfo=UTC))
            given = union_all(*(select(literal(at, Moment()).label("at")) for at in moments)).subquery()
            at = given.c.at
            asked = select(at, spans.day(at), spans.later(at, 30), spans.day_later(spans.day(at), 60))
            for moment, day, later, day_later in session.execute(asked):
                local: date = moment.astimezone(ZoneInfo(zone)).date()
                assert (day, later) == (local, moment + timedelta(days=30)), (zone, moment)
                assert day_later == local + timedelta(days=60)
