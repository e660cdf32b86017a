"""The fast search for openings against one that looks at every minute, on cases that nobody chose.

A thousand cases; `make soak` plays twenty thousand others (tests/soak/openings.py).
"""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import openings_minute_by_minute as slow
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.cli.openings_command import answer_to

ZONES = {
    "America/New_York": ("2026-03-08", "2026-11-01"),
    "Europe/Berlin": ("2026-03-29", "2026-10-25"),
    "Australia/Lord_Howe": ("2026-04-05", "2026-10-04"),
    "America/Havana": ("2026-03-08", "2026-11-01"),
    "America/St_Johns": ("2026-03-08", "2026-11-01"),
    "America/Santiago": ("2026-04-05", "2026-09-06"),
    "Pacific/Auckland": ("2026-04-05", "2026-09-27"),
    "Asia/Kolkata": ("2026-06-10",),
    "Asia/Kathmandu": ("2026-06-10",),
    "America/Phoenix": ("2026-03-08",),
}

clocks = st.one_of(
    st.sampled_from(
        ["00:00", "01:00", "01:30", "01:50", "02:00", "02:15", "02:30", "03:00", "09:00", "12:00", "17:00"]
    ),
    st.sampled_from(["22:00", "23:30", "23:59"]),
    st.integers(0, 1439).map(lambda m: f"{m // 60:02d}:{m % 60:02d}"),
)
ranges = st.builds(
    lambda start, end: {"start": start, "end": end}, clocks, st.one_of(clocks, st.just("24:00"))
)


@st.composite
def cases(draw):
    zone = draw(st.sampled_from(sorted(ZONES)))
    day = date.fromisoformat(draw(st.sampled_from(ZONES[zone])))
    midnight = datetime.combine(day, datetime.min.time())

    def moment(low=-1440, high=2 * 1440):
        at = midnight + timedelta(minutes=draw(st.integers(low, high)))
        if draw(st.booleans()):
            return at.isoformat()
        return at.replace(
            tzinfo=ZoneInfo(draw(st.sampled_from(["UTC", zone, "America/Chicago"])))
        ).isoformat()

    def spans(count, *, whole_days=False):
        found = []
        for _ in range(draw(st.integers(0, count))):
            start = midnight + timedelta(minutes=draw(st.integers(-1440, 2 * 1440)))
            end = start + timedelta(minutes=draw(st.sampled_from([5, 7, 15, 30, 45, 60, 90, 240, 1440])))
            if whole_days and draw(st.integers(0, 2)) == 0:
                last = start.date() + timedelta(days=draw(st.sampled_from([0, 0, 1])))
                found.append({"start": start.date().isoformat(), "end": last.isoformat()})
            else:
                tz = ZoneInfo(zone)
                found.append(
                    {
                        "start": start.replace(tzinfo=tz).isoformat(),
                        "end": (end + timedelta(hours=2)).replace(tzinfo=tz).isoformat(),
                    }
                )
        return found

    case = {
        "timezone": zone,
        "now": moment(-1440, 720),
        "from": moment(-1440, 720),
        "to": moment(),
        "busy": spans(6, whole_days=True),
        "duration_min": draw(st.sampled_from([5, 20, 30, 45, 50, 60, 90, 240])),
        "step_min": draw(st.sampled_from([5, 7, 10, 12, 15, 20, 25, 30, 40, 45, 50, 60, 90, 120, 180])),
        "buffer_before_min": draw(st.sampled_from([0, 0, 5, 10, 30])),
        "buffer_after_min": draw(st.sampled_from([0, 0, 5, 15, 45])),
        "notice_min": draw(st.sampled_from([0, 0, 17, 60, 600])),
    }
    if draw(st.integers(0, 4)) == 0:
        case["open"] = spans(5)
    else:
        days = st.lists(st.integers(1, 7), min_size=1, max_size=7, unique=True)
        rules = st.builds(lambda days, hours: {"days": days, **hours}, days, ranges)
        case["hours"] = draw(st.lists(rules, min_size=1, max_size=4))
        if draw(st.booleans()):
            before = case["hours"][0]
            case["hours"].append({"days": before["days"], "start": before["end"], "end": draw(clocks)})
            if before["end"] == "24:00":
                case["hours"][-1]["start"] = "00:00"
        overridden = st.integers(-2, 2).map(lambda off: (day + timedelta(days=off)).isoformat())
        case["overrides"] = draw(
            st.lists(
                st.builds(
                    lambda day, ranges: {"date": day, "ranges": ranges},
                    overridden,
                    st.lists(ranges, max_size=2),
                ),
                max_size=2,
            )
        )
    return case


@settings(
    max_examples=400,  # twenty thousand in `make soak`
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(cases())
def test_the_openings_found_are_those_that_a_look_at_every_minute_finds(case):
    assert answer_to(json.dumps(case)) == {"openings": slow.openings(case)}
