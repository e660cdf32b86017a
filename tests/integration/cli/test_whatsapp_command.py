"""`rekindle whatsapp`: a template from the provider into campaigns, and what becomes of its approval."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from bot.cli.whatsapp_command import command
from bot.simulator import Network
from bot.simulator.records import Template
from data import business_file, clock, db, settings
from data.db import reading, writing
from data.models import WhatsAppTemplate
from scheduler.whatsapp import approvals

SID = "HX" + "b2" * 16
BODY = "Hello {{1}}, shall I find you a time? Reply STOP to opt out."
NAME = '1={{ first_name | default("there") }}'


@pytest.fixture
def network(set_up: settings.Settings, line: tuple[Network, str]) -> Network:
    """A loaded business whose provider keeps one template that WhatsApp has not decided on."""
    db.connect()
    db.migrate()
    with writing() as session:
        business_file.load(session, business_file.read_file(business_file.SAMPLE))
    line[0].put_template(SID, Template(BODY, "marketing", name="check_up", approval="received"))
    return line[0]


def kept() -> WhatsAppTemplate:
    with reading() as session:
        return session.query(WhatsAppTemplate).one()


def test_a_template_is_added_followed_and_removed(network: Network, runner: CliRunner) -> None:
    added = runner.invoke(command, ["add", SID, "--name", "check-up", "--variable", NAME])
    assert added.exit_code == 0, added.output
    assert "check-up: pending, marketing" in added.stderr
    assert (kept().body, kept().variables) == (BODY, {"1": NAME[2:]})

    network.put_template(SID, Template(BODY, "utility", approval="approved"))
    assert "check-up: approved, utility" in runner.invoke(command, ["refresh"]).stderr
    assert SID in runner.invoke(command, ["list"]).stdout

    assert runner.invoke(command, ["remove", "check-up"]).exit_code == 0
    assert runner.invoke(command, ["list"]).stdout == ""
    assert runner.invoke(command, ["remove", "check-up"]).exit_code == 2


def test_what_cannot_be_kept_is_refused_with_the_reason(network: Network, runner: CliRunner) -> None:
    for arguments, why in (
        (["add", "HX12", "--name", "x"], "32 hexadecimal digits"),
        (["add", "HX" + "0" * 32, "--name", "x"], "has no template"),
        (["add", SID, "--name", "x"], "nothing says what fills {{1}}"),
        (["add", SID, "--name", "x", "--variable", "1={{ shoe_size }}"], "is not a field"),
        (["add", SID, "--name", "x", "--variable", "first_name"], "PLACE=TEMPLATE"),
    ):
        refused = runner.invoke(command, arguments)
        assert refused.exit_code == 2, arguments
        assert why in refused.stderr
    with reading() as session:
        assert session.query(WhatsAppTemplate).count() == 0


def test_an_approval_is_asked_for_every_hour_and_survives_a_provider_that_is_away(
    network: Network, runner: CliRunner
) -> None:
    runner.invoke(command, ["add", SID, "--name", "check-up", "--variable", NAME])
    template, rejected = kept().id, Template(BODY, approval="rejected", rejected_because="too pushy")
    assert approvals.due() == [], "it was asked for just now"
    network.put_template(SID, rejected)
    network.faults.add("api_error_before", calls="content")
    approvals.refresh(template)
    assert kept().approval == "pending"
    approvals.refresh(template)
    assert (kept().approval, kept().rejected_because) == ("rejected", "too pushy")
    with writing() as session:
        session.get_one(WhatsAppTemplate, template).checked_at = clock.now() - approvals.EVERY
    network.ground.templates.clear()
    approvals.refresh(template)
    assert kept().approval == "disabled", "a template that the provider has lost begins nothing"
