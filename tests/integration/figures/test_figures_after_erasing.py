"""Whoever is erased stays counted: every figure is afterwards what it was, and a recount says the same."""

from __future__ import annotations

import io
from dataclasses import asdict
from datetime import timedelta
from typing import Any

import pytest
from services.figures_recount import Recount
from services.figures_rows import NOW, Rows

from data import clock, crypto
from data.clock import HandClock
from data.db import reading, writing
from data.erasing import erase_rows
from data.figures import funnel, report
from data.figures.crm_file import write_outcomes
from data.models import Business, Contact, Conversation, Person, Suppression
from data.queries.outcomes import refresh_outcome

pytestmark = pytest.mark.database

LATER = NOW + timedelta(days=400)
"""When every visit is over: one that lies ahead is called off by an erasure, which is news."""


def figures(campaigns: list[int]) -> list[tuple[Any, ...]]:
    with reading() as session:
        pages = [report(session, one) for one in campaigns]
    return [
        (
            page.whole, page.by_touch, page.by_tier, page.variants, page.revenue, page.spend,
            page.dead_numbers, {name: n for name, n in page.outcomes.ended.items() if name != "erased"},
        )
        for page in pages
    ]  # fmt: skip


def test_every_figure_stays_when_everybody_is_erased_and_nothing_of_them_is_kept(database: str) -> None:
    clock.use(HandClock(LATER))
    with writing() as session:
        campaigns = Rows(session, seed=11, contacts=20).campaigns
        for person in session.query(Person):
            person.first_name, person.email = "Zebediah", "zebediah@example.com"
    before = figures(campaigns)
    wholes = [page[0] for page in before]
    for figure in ("opted_out", "returned", "attended", "no_show", "replied"):
        assert sum(getattr(whole, figure) for whole in wholes) > 0, figure
    with writing() as session:
        business = session.query(Business).one()
        numbers = [contact.phone for contact in session.query(Contact)]
        for phone in numbers:
            erase_rows(session, business, phone, evidence="by mail")
    assert figures(campaigns) == before
    with writing() as session:
        for conversation in session.query(Conversation):
            refresh_outcome(session, conversation)
    with reading() as session:
        recount = Recount(session, campaigns[0], LATER)
        (row,) = funnel(session, campaigns[0])
        assert {k: v for k, v in asdict(row).items() if k != "key"} == recount.funnel("")[""]
        assert row == wholes[0], "a conversation looked at anew changes nothing either"
        for person in session.query(Person):
            kept = {c.key for c in Person.__table__.columns if getattr(person, c.key)}
            assert kept == {"id", "created_at", "contact_id", "relationship", "last_visit"}
            assert person.created_at == LATER
        hashes = set(
            session.scalars(Suppression.__table__.select().with_only_columns(Suppression.phone_hash))
        )
        for phone in numbers:
            assert crypto.keyed_hash(business.hash_key, phone) in hashes, "the number is left alone"
        assert not session.query(Contact).filter(Contact.phone.startswith("+")).count()
        told = io.StringIO()
        assert write_outcomes(session, session.query(Business).one(), told) == 0, "the CRM hears of nobody"


def test_a_visit_before_the_first_text_is_forgotten_whole(database: str) -> None:
    clock.use(HandClock(LATER))
    with writing() as session:
        Rows(session, seed=5, contacts=1)
        (contact,) = session.query(Contact)
        for person in contact.persons:
            person.last_visit = (NOW - timedelta(days=800)).date()
        erase_rows(session, session.query(Business).one(), contact.phone, evidence="by mail")
    with reading() as session:
        assert session.query(Person).count() == 0
