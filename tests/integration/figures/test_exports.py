"""The report and the files of a campaign: they agree with the figures, and hold nobody's words."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import pytest
from services.figures_rows import NOW, Rows
from sqlalchemy import update

from data import clock
from data.clock import HandClock
from data.db import reading, writing
from data.figures import EXPORTS, by_campaign, by_segment, check, funnel, report
from data.figures.crm_file import write_outcomes
from data.models import Business, Enrollment, Message, Person

pytestmark = pytest.mark.database


@pytest.fixture
def campaigns(database: str) -> list[int]:
    clock.use(HandClock(NOW))
    with writing() as session:
        made = Rows(session, seed=7, contacts=90).campaigns
        session.execute(update(Message).values(body="a secret word"))
        session.execute(update(Person).where(Person.contact_id == 1).values(first_name="=HYPERLINK(1)"))
        return made


def test_files_agree_with_the_figures_and_hold_no_word_of_anybody(campaigns: list[int]) -> None:
    with reading() as session:
        (whole,) = funnel(session, campaigns[0])
        page = report(session, campaigns[0], lambda code: f"meaning of {code}")
        files = {}
        for name, write in EXPORTS.items():
            file = io.StringIO(newline="")
            n = write(session, campaigns[0], file)
            files[name] = list(csv.DictReader(io.StringIO(file.getvalue(), newline="")))
            assert len(files[name]) == n
            assert "secret" not in file.getvalue()
            assert "\n=" not in file.getvalue()
            assert ",=" not in file.getvalue()
        by_touch = funnel(session, campaigns[0], by="touch")
        each = by_campaign(session, campaigns)
        segments = {row.key: row for row in by_segment(session, 1)}
        told = io.StringIO()
        assert write_outcomes(session, session.query(Business).one(), told, campaign_id=campaigns[0]) > 0
        assert write_outcomes(session, session.query(Business).one(), told, since=NOW) == 0
    assert len(files["enrollments"]) == whole.enrolled == page.outcomes.all
    assert len(files["dead-numbers"]) == page.dead_numbers > 0
    assert len(files["opt-outs"]) == whole.opted_out > 0
    assert sum(row["state"] in ("failed", "undelivered") for row in files["texts"]) == sum(
        one.texts for one in page.errors
    )
    assert page.errors[0].meaning == f"meaning of {page.errors[0].code}"
    (everybody,) = (row for row in files["figures"] if row["by"] == "all")
    assert int(everybody["replied"]) == whole.replied
    assert int(everybody["reactivated"]) == whole.reactivated
    assert page.by_touch == tuple(by_touch)
    assert page.cost_per_booking == page.spend.total / whole.booked
    assert page.next_steps
    assert (each[campaigns[0]].replied, each[campaigns[0]].booked) == (whole.replied, whole.booked)
    assert segments["Lapsed"].enrolled == each[campaigns[0]].enrolled + each[campaigns[1]].enrolled
    assert segments[""].opted_out == each[campaigns[2]].opted_out


def test_what_does_not_add_up_is_found(database: str) -> None:
    clock.use(HandClock(NOW))
    with writing() as session:
        campaign = Rows(session, seed=3, contacts=20).campaigns[0]
        session.execute(
            update(Enrollment).values(state="active", outcome=None, ended_at=None, stopped_reason=None)
        )
    with reading() as session:
        assert check(session, campaign) == []
    faults = (
        ({"outcome": "no_reply"}, "open with an outcome"),
        ({"outcome": "hm", "state": "finished"}, "without a named outcome"),
        ({"state": "stopped", "outcome": "replied", "due_at": NOW}, "still waiting"),
        ({"state": "asleep"}, "in no known state"),
    )
    for values, says in faults:
        with writing() as session:
            one = session.query(Enrollment).filter_by(campaign_id=campaign).first()
            before = {name: getattr(one, name) for name in values}
            for name, value in values.items():
                setattr(one, name, value)
        with reading() as session:
            assert any(says in found for found in check(session, campaign)), says
        with writing() as session:
            for name, value in before.items():
                setattr(session.get_one(Enrollment, one.id), name, value)
    with writing() as session:
        touch = session.query(Message).filter(Message.kind == "touch", Message.state == "delivered")
        sent = next(m for m in touch if session.get_one(Enrollment, m.enrollment_id).campaign_id == campaign)
        copy = {c.key: getattr(sent, c.key) for c in Message.__table__.columns if c.key != "id"}
        session.add(Message(**copy | {"sent_at": sent.sent_at + timedelta(seconds=1)}))
    with reading() as session:
        assert check(session, campaign) == ["1 touches left more than once"]
