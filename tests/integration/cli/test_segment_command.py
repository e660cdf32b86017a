"""`rekindle segment`: from a preset to a rule of one's own, with what it comes to."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result

from bot.cli.segment_command import command
from data import business_file, clock
from data.db import writing
from data.models import AuditEvent, Business, Contact, ContactBasis, Person, Segment
from data.queries.suppressions import suppress

pytestmark = pytest.mark.database


@pytest.fixture
def business(database: str) -> int:
    """A dental practice with four contacts: lapsed, lapsed and opted out, lapsed and unhappy, just seen."""
    with writing() as session:
        ours = business_file.load(session, business_file.read_file(business_file.SAMPLE))
        today = clock.now().date()
        for number, days in enumerate((300, 300, 300, 20)):
            one = Contact(
                business_id=ours.id,
                phone=f"+1212555010{number}",
                zones=["America/New_York"],
                persons=[
                    Person(first_name=f"Sample{number}", last_visit=today - timedelta(days=days), value=90.0)
                ],
            )
            session.add(one)
            session.flush()
            session.add(ContactBasis(contact_id=one.id, kind="consent", evidence="test"))
            if number == 1:
                suppress(session, ours, one.phone, reason="opt_out", source="staff")
            one.persons[0].unhappy = number == 2
        return ours.id


def call(*words: str) -> Result:
    return CliRunner().invoke(command, list(words))


def test_a_segment_goes_from_a_preset_to_a_rule_of_ones_own(business: int, tmp_path: Path) -> None:
    assert call("add", "Lapsed", "--preset", "lapsed_customer").exit_code == 0
    shown = json.loads(call("show", "Lapsed", "--json").stdout)
    assert (shown["meant"], shown["ready"], shown["to_call"]) == (3, 1, 1)
    assert shown["left_out"] == {"not_in_segment": 1, "opt_out": 1, "unhappy": 1}
    assert shown["best"][0]["who"] == "Sample0"
    assert shown["best"][0]["parts"]["recency"] == 100
    said = call("show", "Lapsed").stdout
    assert "3 meant, 1 of them may be texted now (1 A)." in said
    assert "opted out: 1" in said
    file = tmp_path / "rule.yml"
    file.write_text(call("show", "Lapsed", "--rule").stdout)
    rule = yaml.safe_load(file.read_text())
    assert rule["dormant"]["from_months"] == 7
    file.write_text(yaml.safe_dump(rule | {"dormant": {"from_months": 0, "to_months": 3}}))
    assert call("edit", "Lapsed", str(file)).exit_code == 0
    assert json.loads(call("show", "Lapsed", "--json").stdout)["ready"] == 1
    assert json.loads(call("list", "--json").stdout)["says"].startswith("Customers who have visited")
    assert call("delete", "Lapsed").exit_code == 0
    with writing() as session:
        assert session.query(Segment).count() == 0
        assert session.query(AuditEvent).count() == 3


def test_presets_say_what_the_list_lacks_for_them(business: int) -> None:
    lines = [json.loads(line) for line in call("presets", "--json").stdout.splitlines()]
    lacks = {line["preset"]: line["lacks"] for line in lines}
    assert lacks["lapsed_customer"] == []
    assert lacks["quoted"] == ["No contact has the date of a quote: give the list a column quoted_on."]


def test_what_cannot_be_used_is_refused_with_a_sentence_and_changes_nothing(
    business: int, tmp_path: Path
) -> None:
    bad = tmp_path / "bad.yml"
    bad.write_text("columns: [{column: Patient age, at_least: 40}]")
    broken = tmp_path / "broken.yml"
    broken.write_text("dormant: {")
    for words, says in (
        (("add", "x", "--preset", "nobody"), "no preset is called 'nobody'; there are lapsed_customer"),
        (("add", "x"), "--preset KEY or --rule FILE"),
        (("add", "x", "--rule", str(bad)), "never go by age"),
        (("add", "x", "--rule", str(broken)), "is no YAML"),
        (("add", "x", "--rule", str(tmp_path / "none.yml")), "cannot be read"),
        (("show", "x"), "No segment is called 'x'; there is none yet."),
        (("delete", "x"), "No segment is called 'x'"),
    ):
        refused = call(*words)
        assert refused.exit_code == 2
        assert says in refused.stderr
    with writing() as session:
        assert session.query(Segment).count() == 0
        session.add(Segment(business_id=session.query(Business).one().id, name="x", rule={}))
    assert "exists already" in call("add", "x", "--preset", "lead").stderr
