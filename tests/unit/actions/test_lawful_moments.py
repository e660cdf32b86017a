"""Fifty thousand contacts, zones, states, moments, changes of the clock: nothing proactive at a wrong hour.

Promise 5, through the very guard that every text passes (actions.guards.may_leave), against an oracle that
is written otherwise (lawful_oracle.py), for the shipped table and for tables of owners.
"""

from __future__ import annotations

import random
from collections import Counter
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from hypothesis import given, settings
from hypothesis import strategies as st
from lawful_oracle import Oracle, zone_named

from actions.guards import LONGEST_VALIDITY, MARGIN, Drop, Leave, Standing, Wait, may_leave
from actions.lawful_table import SHIPPED, LawfulTable, parse
from data.message_states import KINDS
from data.whereabouts import Whereabouts, zones_of

CASES = 50_000
BEGIN, END = datetime(2026, 1, 1, tzinfo=UTC), datetime(2028, 1, 1, tzinfo=UTC)
PROACTIVE = tuple(name for name, kind in KINDS.items() if kind.proactive)
STATES = ("AL", "LA", "MS", "CT", "FL", "MD", "MA", "OK", "KY", "MI", "MN", "NM", "NV", "PA", "IL", "CA",
          "RI", "TX", "SD", "NJ", "WA", "NY", "AK", "HI", "AZ", "IN", "ID", "OR",
          "ND", "ON", "BC")  # fmt: skip
ZONES = ("America/New_York", "America/Chicago", "America/Denver", "America/Phoenix", "America/Los_Angeles",
         "America/Anchorage", "America/Adak", "Pacific/Honolulu", "America/St_Johns", "America/Puerto_Rico",
         "America/Sao_Paulo", "America/Santiago", "Europe/London", "Europe/Berlin", "Europe/Lisbon",
         "Africa/Casablanca", "Africa/Cairo", "Asia/Beirut", "Asia/Kathmandu", "Asia/Tokyo",
         "Australia/Lord_Howe", "Australia/Sydney", "Pacific/Auckland", "Pacific/Chatham",
         "Pacific/Kiritimati")  # fmt: skip
COUNTRIES = ("US", "US", "US", "CA", "GB", "DE", "AU", "NZ", "BR", "MX", "RU", "FR")

Tables = list[tuple[LawfulTable, Oracle]]


def somebody(chance: random.Random) -> Whereabouts:
    """A contact as an import may bring one: with a zone, a state, a postal code, or the number alone."""
    number = f"+1{chance.randrange(201, 990)}555{chance.randrange(100, 200):04d}"
    match chance.randrange(7):
        case 0:
            return zones_of(number)
        case 1:
            return zones_of(number, state=chance.choice(STATES))
        case 2:
            return zones_of(number, postal_code=f"{chance.randrange(100_000):05d}")
        case 3:
            return zones_of(number, timezone=chance.choice(ZONES), state=chance.choice(STATES))
        case 4:
            return Whereabouts((), "unknown", None, chance.choice(COUNTRIES))
        case _:
            zones = tuple(chance.sample(ZONES, chance.randint(1, 3)))
            return Whereabouts(zones, "number", None, chance.choice(COUNTRIES))


@lru_cache(maxsize=100)
def changes_of(zone: str) -> tuple[datetime, ...]:
    """The days on which a zone's clock changes."""
    days = [BEGIN + timedelta(days=day) for day in range((END - BEGIN).days)]
    offsets = [day.astimezone(zone_named(zone)).utcoffset() for day in days]
    return tuple(days[i - 1] for i in range(1, len(days)) if offsets[i] != offsets[i - 1]) or (BEGIN,)


def some_moment(chance: random.Random, where: Whereabouts) -> datetime:
    """Any moment, or one around a change of the clock, or one close to the edge of somebody's window."""
    moment = BEGIN + timedelta(seconds=chance.randrange(int((END - BEGIN).total_seconds())))
    zone = chance.choice(where.zones or ZONES[:8])
    kind = chance.randrange(3)
    if kind == 0:
        return moment
    if kind == 1:
        moment = chance.choice(changes_of(zone)) + timedelta(hours=chance.randint(-30, 54))
    edge = chance.choice((7, 8, 9, 10, 12, 17, 18, 19, 20, 21))
    local = moment.astimezone(zone_named(zone)).replace(hour=edge, minute=0, second=0, microsecond=0)
    return local.astimezone(UTC) + timedelta(
        seconds=chance.choice((-1, 0, 1, -59, 31, -3600, chance.randint(0, 3600)))
    )


def own_table(chance: random.Random) -> str:
    """A table as an owner may write one: narrower than the shipped one in places of their choice."""
    rows = ["country,state,weekdays,start,end,holidays,source"]

    def row(country: str, state: str, days: str) -> None:
        start, end = (
            chance.choice(("08:00", "08:30", "11:00")),
            chance.choice(("12:15", "18:00", "20:59", "21:00")),
        )
        rows.append(f"{country},{state},{days},{start},{end},{chance.choice(('yes', 'no'))},an owner")

    row("*", "*", "1-7")
    row("*", "unknown", chance.choice(("1-5", "1-6")))
    for country in chance.sample(sorted(set(COUNTRIES)), 3):
        row(country, "*", chance.choice(("1-5", "1-7", "2-6")))
    for state in chance.sample(STATES[:-2], 8):
        row("US", state, "1-5")
        row("US", state, "6")
    return "\n".join(rows)


def tables(chance: random.Random) -> Tables:
    texts = [SHIPPED.read_text(encoding="utf-8"), *(own_table(chance) for _ in range(8))]
    return [(parse(text), Oracle(text)) for text in texts]


def see(kind: str, where: Whereabouts, moment: datetime, table: LawfulTable, oracle: Oracle) -> str:
    """Ask the guard, and hold its answer against the oracle; returns what it was."""
    verdict = may_leave(kind, "sms", Standing(), where, moment, table)
    match verdict:
        case Leave(valid_for):
            assert oracle.allows(moment, where), "it leaves at a wrong hour"
            assert valid_for is not None
            assert timedelta(0) < valid_for <= LONGEST_VALIDITY
            assert oracle.allows(moment + valid_for, where), "the provider may still send it at a wrong hour"
            assert oracle.allows(moment + valid_for / 2, where), "the window is not one piece"
            return "leaves"
        case Wait(until):
            assert until > moment
            assert not (oracle.allows(moment, where) and oracle.allows(moment + 2 * MARGIN, where)), "held up"
            assert oracle.allows(until, where), "it waits for a wrong hour"
            return "waits"
        case Drop(reason):
            assert reason == "no_lawful_time"
            assert not oracle.allows(moment, where)
            return "never"


def test_none_of_fifty_thousand_texts_leaves_at_an_hour_that_is_wrong_anywhere_the_number_might_be():
    chance = random.Random(20260305)
    known, people = tables(chance), [somebody(chance) for _ in range(1_500)]
    seen: Counter[str] = Counter()
    for case in range(CASES):
        where = people[case % len(people)]
        moment = some_moment(chance, where)
        table, oracle = known[0] if case % 2 else chance.choice(known)
        seen[see(chance.choice(PROACTIVE), where, moment, table, oracle)] += 1
    assert min(seen["leaves"], seen["waits"]) > CASES / 5, f"too few of either to show anything: {seen}"


TABLES = tables(random.Random(5))


@settings(max_examples=100)
@given(st.integers(0, 2**32), st.sampled_from(range(len(TABLES))), st.sampled_from(PROACTIVE))
def test_a_text_that_would_leave_at_a_wrong_hour_is_found_in_its_smallest_form(
    seed: int, which: int, kind: str
):
    chance = random.Random(seed)
    where = somebody(chance)
    see(kind, where, some_moment(chance, where), *TABLES[which])
