"""The campaign soak: a large list through three touches over simulated weeks, while workers die.

What reached whom is counted at the phones; how it ended, in the rows.
"""

from __future__ import annotations

import tempfile
import time
from datetime import timedelta
from pathlib import Path

from services import postgresql
from sqlalchemy import func, select

from data import clock
from data.db import reading
from data.enrollment_outcomes import OUTCOMES
from data.figures import check, funnel
from data.models import Enrollment
from soak.outreach_count import count
from soak.outreach_people import STOPS, Contact, make_up
from soak.outreach_play import STOPS_WITHIN, Play
from soak.outreach_world import Waits, running
from soak.report import Asked, Report

CONTACTS = 20_000
KILLS = 60
SEED = 1
PER_SECOND = 200.0
LONGEST = 3 * 3600.0
"""Seconds after which it counts as never ending."""

NEVER = (
    "a touch twice",
    "a touch after a reply",
    "a text after STOP",
    "a touch after a visit or booking",
    "a text at a wrong hour",
    "an opt-out without a confirmation",
)


def main(asked: Asked) -> bool:
    """One campaign on PostgreSQL; whether all of it held."""
    report = Report("outreach", asked.out)
    print(f"\n{CONTACTS:,} contacts, three touches, {KILLS} kills, seed {SEED}, postgresql", flush=True)
    with tempfile.TemporaryDirectory(prefix="rekindle-outreach-") as folder, postgresql.running() as cluster:
        soak(Path(folder), cluster.url(cluster.create()), report, CONTACTS, KILLS, SEED)
    report.keep()
    return report.held


def soak(
    folder: Path,
    database_url: str,
    report: Report,
    contacts: int,
    kills: int,
    seed: int,
    *,
    waits: Waits = Waits(),  # noqa: B008 - frozen
    longest: float = LONGEST,
) -> None:
    """Play it to its end and judge it."""
    people = make_up(contacts, seed, clock.real().date())
    with running(folder, people, database_url, per_second=PER_SECOND, waits=waits) as machines:
        play = Play(machines, people, seed, kills)
        enrolled, began = play.launch(), time.monotonic()
        report.claim("enrolled", enrolled == len(people), f"{enrolled} of {len(people)}")
        first, told = clock.now(), began
        while not play.over and time.monotonic() - began < longest:
            play.tick()
            time.sleep(0.05)
            if time.monotonic() - told > 60:
                told = time.monotonic()
                print(
                    f"    {told - began:5.0f} s, {clock.now():%d %b %H:%M}, {len(play.arrivals)} touches",
                    flush=True,
                )
        took = time.monotonic() - began
        weeks = (clock.now() - first) / timedelta(days=7)
        report.claim(
            "it came to its end", play.over, f"{weeks:.1f} weeks in {took:.0f} s, {play.jumps} jumps"
        )
        _tell(play, people, report)


def _tell(play: Play, people: list[Contact], report: Report) -> None:
    report.claim("workers killed", play.killed.total() >= play.kills, str(play.killed.total()))
    counts, wrong = count(play.machines.phones.everything(), people, play.came)
    for name in NEVER:
        report.claim(name, not wrong.get(name), str(len(wrong.get(name, []))))
        for line in wrong.get(name, [])[:10]:
            report.detail(line)
    late = _after_pauses(play)
    report.claim(
        f"touches later than {STOPS_WITHIN:g} s after a pause",
        not late,
        f"{late} in {len(play.paused)} pauses",
    )
    with reading() as session:
        ended = dict(
            session.execute(
                select(Enrollment.outcome, func.count())
                .where(Enrollment.campaign_id == play.campaign)
                .group_by(Enrollment.outcome)
            ).all()
        )
        faults = check(session, play.campaign)
        rows = funnel(session, play.campaign)
    named = sum(many for outcome, many in ended.items() if outcome in OUTCOMES)
    wished = sum(play.wrote[text] for text in STOPS)
    stopped = ended.get("opted_out", 0)
    report.claim("opt-outs that ended as such", stopped >= wished, f"{stopped}, {wished} of them by text")
    report.claim("contacts with an outcome", named == len(people), f"{named} of {len(people)}")
    report.claim(
        "the funnel adds up to the row", not faults, "; ".join(faults) or f"{rows[0].enrolled} enrolled"
    )
    sent = rows[0].sent
    report.claim("reached by the phones' count and by ours", sent == counts["contacts reached"],
                 f"{counts['contacts reached']} and {sent}")  # fmt: skip
    for outcome, many in sorted(ended.items(), key=lambda item: -item[1]):
        report.figure(f"ended as {outcome}", str(many))
    for name, many in sorted(counts.items()):
        report.figure(name, str(many))
    report.figure("wrote", ", ".join(f"{what!r} {many}" for what, many in play.wrote.most_common()))
    report.figure("came by another road", str(len(play.came)))
    report.figure(
        "paused by itself", ", ".join(f"{why} {many}" for why, many in play.braked.items()) or "never"
    )


def _after_pauses(play: Play) -> int:
    return sum(
        pause.at + STOPS_WITHIN < at < (pause.until or pause.at)
        for pause in play.paused
        for at, _ in play.arrivals
    )
