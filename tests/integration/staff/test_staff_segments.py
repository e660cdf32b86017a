"""Segments in the staff view: begun from a preset, counted before they are saved; whom to call instead."""

from __future__ import annotations

import pytest
from desk_contacts import Hand, people
from sqlalchemy import select
from staff_desk import Desk

from data.db import reading
from data.models import Segment


@pytest.fixture
def desk(lone_desk: Desk) -> Desk:
    """On one kind of database: what is stored, and how, is shown on both elsewhere."""
    return lone_desk


def saved() -> list[tuple[str, dict[str, object]]]:
    with reading() as session:
        return [(one.name, one.rule) for one in session.scalars(select(Segment).order_by(Segment.id))]


def test_a_preset_is_looked_at_saved_and_listed_with_its_count(desk: Desk) -> None:
    people("Ada", "Ben", months=10)
    kim = Hand(desk.kim())
    assert "Lapsed customers" in kim.get("/staff/segments").text
    begun = "/staff/segments/new?preset=lapsed_customer"
    assert 'value="Lapsed customers"' in kim.get(begun).text

    fields = {"dormant_from": "7", "dormant_to": "18", "relationship": "customer"}
    sent = kim.post("/staff/segments/new", preset="lapsed_customer", name="Ours", **fields)

    assert sent.status_code == 303
    rule = {"dormant": {"from_months": 7, "to_months": 18}, "relationship": ["customer"]}
    assert saved() == [("Ours", rule)]
    listed = kim.get("/staff/segments").text
    assert "2 may be texted" in listed
    assert "preset=lapsed_customer" not in listed
    assert desk.audits()[-1] == "saved a segment"


def test_what_is_typed_is_counted_without_being_saved_and_says_who_is_left_out(desk: Desk) -> None:
    people("Ada", "Ben", "Cleo", unhappy=("Cleo",), Plan="Family")
    kim = Hand(desk.kim())
    fields = {"column": "Plan", "column_kind": "equals", "column_value": "family"}

    page = kim.post("/staff/segments/new", act="count", name="", **fields).text

    assert '<dd id="ready">2</dd>' in page
    assert "whose “Plan” is family" in page
    assert "To call personally" in page
    assert "+1 646-555-0102" in page
    assert "Each part gives 0 to 100 points" in page
    assert saved() == []


def test_a_segment_by_age_is_refused_in_a_sentence_and_what_nobody_has_is_said(desk: Desk) -> None:
    kim = Hand(desk.kim())
    fields = {"column": "Age", "column_kind": "at_least", "column_value": "60", "name": "Old"}
    refused = kim.post("/staff/segments/new", **fields)
    assert (refused.status_code, "never go by age" in refused.text) == (400, True)
    assert "No list has had a column" in kim.get("/staff/segments/new?preset=shrunk_use").text
    assert saved() == []


def test_a_name_is_given_once_and_another_business_has_its_own(desk: Desk) -> None:
    kim, bo = Hand(desk.kim()), Hand(desk.logged_in("Bo"))
    new = "/staff/segments/new"
    where = kim.post(new, name="Ours").headers["Location"]

    assert kim.post(new, name="Ours").status_code == 409
    assert kim.post(where, name="Ours", tiers="A").status_code == 303
    assert bo.post(new, name="Ours").status_code == 303
    for act in (bo.get(where), bo.post(where, name="Stolen"), bo.post(f"{where}/remove")):
        assert act.status_code == 404
    assert kim.post(f"{where}/remove").status_code == 303
    assert saved() == [("Ours", {})]
