"""The texts to begin from are what the linter wants of everybody."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest

import data.segments.presets
from actions.words.brief import Brief
from actions.words.health import services_of
from actions.words.library import Starter, as_steps, catalogue, shelf, starter
from actions.words.lint import lint
from actions.words.renderings import renderings
from actions.words.sms_segments import count
from actions.words.step import Step
from actions.words.template import from_braces
from data.business_file import SAMPLE, read_file
from tests.unit.words.saying import HEALTH

EACH = pytest.mark.parametrize("each", shelf(), ids=lambda each: each.id)


def brief_for(each: Starter) -> Brief:
    """A brief that holds what the starter needs, and nothing else."""
    offer = Brief(offer="15 dollars toward your next visit", terms="one each", expires_on=date(2026, 4, 30))
    brief = offer if "offer" in each.needs else Brief()
    why_now = "we are now open on Saturdays, too" if "why_now" in each.needs else ""
    return brief.model_copy(update={"why_now": why_now})


@EACH
def test_each_starter_is_clean_whatever_the_business_is_called(each: Starter) -> None:
    oldest = None if each.months[1] is None else each.months[1] - 1
    about = replace(
        HEALTH, business="Ann\u2019s Free & Healthy Clinic", health_trade=each.health, oldest_months=oldest
    )
    assert lint(as_steps(each), brief_for(each), about) == []


def test_the_sample_business_opens_a_sequence_as_cleanly() -> None:
    file, following = read_file(SAMPLE), starter("lapsed-18-plus-health")
    assert following is not None
    about = replace(
        HEALTH, business=file.name, services=services_of(file.profile), oldest_months=following.months[1]
    )
    texts = (Step(1, 0, from_braces(file.profile.opener), angle="continuity"), *as_steps(following)[1:])
    assert not [one for one in lint(texts, Brief(), about) if one.severity == "error"]


@EACH
def test_no_text_needs_more_than_two_sms_segments(each: Starter) -> None:
    about = replace(HEALTH, business="Riverside Family Practice", health_trade=each.health, oldest_months=30)
    for step in as_steps(each):
        for text in renderings(step.template, brief_for(each), about, step.day):
            assert count(text).segments <= 2, text


@EACH
def test_each_starter_is_lawful_in_its_days(each: Starter) -> None:
    days = [touch.day for touch in each.touches]
    assert days[0] == 0
    assert 3 <= len(days) <= 5
    assert all(later - earlier >= 3 for earlier, later in pairwise(days))
    assert days[-1] <= 28


def test_every_segment_and_length_of_silence_has_its_texts_in_either_trade() -> None:
    segments = {each.segment for each in shelf()}
    presets = {path.stem for path in Path(data.segments.presets.__file__).parent.glob("*.yml")}
    assert segments == presets
    for segment in segments:
        assert catalogue(segment, health=True), segment
        assert catalogue(segment, health=False), segment
    for months in (3, 11, 12, 17, 18, 60):
        for health in (True, False):
            assert catalogue("lapsed_customer", months=months, health=health), months


def test_they_are_found_by_what_they_appeal_to() -> None:
    assert [each.id for each in catalogue(angle="offer")] == ["lapsed-offer"]
    assert {each.id for each in catalogue("lapsed_customer", angle="whats_new")} == {"lapsed-news"}
    assert catalogue(angle="fear") == []


def test_from_eighteen_months_on_consent_is_needed() -> None:
    for each in shelf():
        if each.months[1] is None or each.segment == "lead":
            assert each.consent, each.id


def test_a_promised_last_text_is_the_last() -> None:
    for each in shelf():
        promised = [touch.is_last for touch in each.touches]
        assert not any(promised[:-1]), each.id


def test_no_two_starters_share_a_name() -> None:
    names = [each.id for each in shelf()]
    assert len(set(names)) == len(names)
    assert starter("lapsed-3-to-12") in shelf()
    assert starter("no such thing") is None
