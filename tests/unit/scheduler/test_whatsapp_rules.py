"""WhatsApp's rules: who may be begun with there, on which channel a touch goes, what a place may hold."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from actions.guards import Drop, Leave, Standing, may_leave
from actions.words.template import UnusableText
from data.message_states import KINDS
from data.whereabouts import Whereabouts
from scheduler.whatsapp.rules import (
    REASONS,
    Choice,
    Situation,
    UnusableVariables,
    choose_channel,
    default_of,
    filled,
    may_begin,
)
from scheduler.whatsapp.variables import checked

NEW_YORK, LONDON = "+12125550123", "+447700900123"
NOON = datetime(2026, 3, 10, 16, 0, tzinfo=UTC)
TWO_DAYS = timedelta(hours=48)
GERMAN = Situation("DE", whatsapp=None)


@dataclass
class Kept:
    """A template, as far as the rules look at it."""

    approval: str = "approved"
    category: str = "marketing"


def test_no_marketing_template_goes_to_any_number_with_plus_one():
    for number in (NEW_YORK, "+14165550123", "+18765550123"):
        assert may_begin(number, Kept()) == "marketing_not_delivered"
        assert may_begin(number, Kept(category="authentication")) == "marketing_not_delivered"
        assert may_begin(number, Kept(category="utility")) is None
    assert may_begin(LONDON, Kept()) is None


@pytest.mark.parametrize("approval", ["unsubmitted", "pending", "rejected", "paused", "disabled", ""])
def test_only_an_approved_template_begins(approval: str):
    assert may_begin(LONDON, Kept(approval=approval)) == "not_approved"


def test_without_template_or_sender_or_with_a_suppression_nothing_begins():
    assert may_begin(LONDON, None) == "no_template"
    assert may_begin(LONDON, Kept(), sender_there=False) == "no_sender"
    assert may_begin(LONDON, Kept(), suppressed_for="undeliverable") == "suppressed"
    assert set(REASONS) >= {"no_template", "no_sender", "suppressed"}


def test_a_campaign_by_sms_never_uses_whatsapp():
    for answered, silent in product((None, "sms", "whatsapp"), (None, NOON)):
        situation = replace(GERMAN, answered_on=answered, silent_since=silent)
        assert choose_channel("sms", TWO_DAYS, situation) == Choice("sms")


def test_with_whatsapp_first_it_is_whatsapp_then_sms_after_the_silence_that_was_set():
    assert choose_channel("whatsapp_first", TWO_DAYS, GERMAN) == Choice("whatsapp")
    later = replace(GERMAN, silent_since=NOON)
    assert choose_channel("whatsapp_first", TWO_DAYS, later) == Choice("sms", NOON + TWO_DAYS)


def test_the_channel_that_was_answered_on_last_goes_before_the_countrys_default():
    assert choose_channel("whatsapp_first", TWO_DAYS, replace(GERMAN, answered_on="sms")) == Choice("sms")
    american = Situation("US", whatsapp=None)
    assert choose_channel("whatsapp_first", TWO_DAYS, american) == Choice("sms")
    assert choose_channel("whatsapp_first", TWO_DAYS, replace(american, answered_on="whatsapp")) == Choice(
        "whatsapp"
    )
    assert (default_of("US"), default_of("CA"), default_of("DE")) == ("sms", "sms", "whatsapp")


@pytest.mark.parametrize("reason", REASONS)
def test_where_whatsapp_may_not_begin_the_touch_goes_by_sms_at_once(reason: str):
    situation = replace(GERMAN, whatsapp=reason, answered_on="whatsapp", silent_since=NOON)
    assert choose_channel("whatsapp_first", TWO_DAYS, situation) == Choice("sms")


def test_whoever_sms_cannot_reach_stays_on_whatsapp():
    situation = replace(GERMAN, sms=False, silent_since=NOON)
    assert choose_channel("whatsapp_first", TWO_DAYS, situation) == Choice("whatsapp")


def test_the_transcript_reads_as_the_provider_fills_it():
    assert (
        filled("Hi {{1}}, it is {{ 2 }}, {{1}}.", {"1": "Sarah", "2": "spring"})
        == "Hi Sarah, it is spring, Sarah."
    )


@pytest.mark.parametrize("value", ["", "  ", "two\nlines", "a\ttab", "five     spaces", "cr\rlf"])
def test_a_place_that_whatsapp_would_refuse_is_refused_before(value: str):
    with pytest.raises(UnusableVariables, match=r"\{\{1\}\}"):
        filled("Hi {{1}}", {"1": value})
    assert filled("Hi {{1}}", {"1": "four    spaces"})
    with pytest.raises(UnusableVariables):
        filled("Hi {{1}} and {{2}}", {"1": "Sarah"})


def test_every_place_needs_a_field_that_exists_and_nothing_else_is_given():
    ours = {"1": "{{ first_name }}", "2": "{offer}"}
    assert checked("Hi {{1}}: {{2}}", ours) == ours
    for body, given in (("Hi {{1}}", {}), ("Hi", {"1": "x"}), ("Hi {{1}}", {"1": "{{ shoe_size }}"})):
        with pytest.raises(UnusableText):
            checked(body, given)


HOURS = timedelta(hours=1)
EVERYBODY = [kind for kind in KINDS if kind != "notice"]


@pytest.mark.parametrize("kind", EVERYBODY)
@pytest.mark.parametrize("inbound", [None, NOON - 24 * HOURS, NOON - 25 * HOURS])
def test_free_text_outside_the_24_hours_is_never_sent_by_whoever_it_is_written(kind, inbound):
    standing = Standing(whatsapp_inbound_at=inbound, last_inbound_at=NOON - HOURS)
    where = Whereabouts(("America/New_York",))
    assert may_leave(kind, "whatsapp", standing, where, NOON) == Drop("outside_whatsapp_window")
    assert isinstance(may_leave(kind, "sms", standing, where, NOON), Leave)


@pytest.mark.parametrize("kind", EVERYBODY)
def test_within_the_24_hours_and_as_an_approved_template_it_is(kind):
    where = Whereabouts(("America/New_York",))
    live = Standing(whatsapp_inbound_at=NOON - 24 * HOURS + timedelta(seconds=1), last_inbound_at=NOON)
    assert isinstance(may_leave(kind, "whatsapp", live, where, NOON), Leave)
    assert isinstance(
        may_leave(kind, "whatsapp", Standing(templated=True, last_inbound_at=NOON), where, NOON), Leave
    )
