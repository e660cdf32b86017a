"""Texts with merge fields: what they become, and what is refused."""

from __future__ import annotations

import contextlib
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actions.words.merge_fields import FIELDS
from actions.words.template import UnusableText, from_braces, parse, render, tidy

FULL: dict[str, object] = dict.fromkeys(FIELDS) | {
    "first_name": "Sarah",
    "last_name": "Sample",
    "business": "Example Dental",
    "last_visit": date(2025, 9, 2),
    "months_away": 6,
    "extra": {"Pet": "Rex", "Empty": ""},
    "today": date(2026, 3, 5),
    "country": "US",
}
EMPTY: dict[str, object] = dict.fromkeys(FIELDS) | {
    "first_name": "",
    "last_name": "",
    "business": "Example Dental",
    "extra": {},
    "today": date(2026, 3, 5),
    "country": "US",
}


@pytest.mark.parametrize(
    ("template", "full", "empty"),
    [
        ("Hi {{ first_name }}, all well?", "Hi Sarah, all well?", "Hello, all well?"),
        ("Hello {{ first_name }}! {{ business }}", "Hello Sarah! Example Dental", "Hello! Example Dental"),
        ("Hi {{ first_name | or_else('there') }}!", "Hi Sarah!", "Hi there!"),
        ("Hi {{ first_name | default('there') }}!", "Hi Sarah!", "Hi there!"),
        (
            "Your visit {{ last_visit | since | or_else('here') }}.",
            "Your visit last fall.",
            "Your visit here.",
        ),
        (
            "{% if last_visit %}Seen {{ last_visit | short_date }}.{% endif %} Ok",
            "Seen September 2, 2025. Ok",
            "Ok",
        ),
        ("{% if extra['Pet'] %}{{ extra['Pet'] }}!{% else %}All!{% endif %}", "Rex!", "All!"),
        (
            "{{ first_name | upper | or_else('x') }} {{ business | lower }}",
            "SARAH example dental",
            "x example dental",
        ),
        ("{{ 'A while' if months_away and months_away > 5 else 'Hm' }}", "A while", "Hm"),
        (
            "Dear {{ first_name }} {{ last_name }},\n\n\n\nhello",
            "Dear Sarah Sample,\n\nhello",
            "Dear,\n\nhello",
        ),
    ],
)
def test_a_text_is_filled_in_and_nothing_is_left_of_an_empty_field(
    template: str, full: str, empty: str
) -> None:
    assert render(template, FULL) == full
    assert render(template, EMPTY) == empty


@pytest.mark.parametrize(
    ("template", "says"),
    [
        ("{{ last_service }}", "last_service has no value"),
        ("{{ extra['Empty'] }}", 'extra["Empty"] has no value'),
        ("{{ extra['None here'] }}", 'extra["None here"] has no value'),
        ("{{ last_service | upper }}", "last_service"),
        ("{{ offer_until | short_date }}", "offer_until"),
        ("{{ last_visit }}", "since"),
        ("{{ extra }}", "column"),
        ("{{ business | since }}", "no date"),
        ("{{ frist_name }}", "frist_name is not a field; there are first_name"),
        ("{% if frist_name %}x{% endif %}y", "frist_name"),
        ("{{ today }}", "today is not a field"),
        ("{{ first_name | shout }}", "shout"),
        ("{{ first_name", "cannot be read"),
        ("   ", "nothing is left"),
    ],
)
def test_what_cannot_be_said_is_refused_with_its_reason(template: str, says: str) -> None:
    with pytest.raises(UnusableText) as refused:
        render(template, FULL)
    assert says in str(refused.value)


HOSTILE = (
    "{{ ''.__class__.__mro__ }}",
    "{{ business.__class__ }}",
    "{{ first_name.upper() }}",
    "{{ extra.items() }}",
    "{% for i in range(10**9) %}x{% endfor %}",
    "{{ 'x' * 10**9 }}",
    "{{ 9**9**9**9 }}",
    "{% include 'a' %}",
    "{% macro m() %}{% endmacro %}",
    "{% set x = 1 %}",
    "{{ self }}",
    "{{ cycler }}",
    "{{ lipsum(5) }}",
    "{{ [1,2] }}",
    "{{ {'a': 1} }}",
    "{% raw %}{% endraw %}" * 200,
    "{{ business[0] }}",
    "{{ extra[first_name] }}",
    "{{ business ~ business }}",
    "{{ " + "(" * 900 + "1" + ")" * 900 + " }}",
    "{% if first_name %}" * 120 + "{% endif %}" * 120,
    "{{ " + "not " * 450 + "1 }}",
    "{% block a %}{% endblock %}",
    "{% import 'os' as os %}",
    "{{ first_name is mapping }}",
    "{{ config }}",
    "{{ first_name|attr('x') }}",
    "{{ first_name|format }}",
    "{% filter upper %}x{% endfilter %}",
    "{% call x() %}{% endcall %}",
    "{{ loop }}",
    "{{ -1 }}",
    "{% do 1 %}",
)


@pytest.mark.parametrize("template", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_template_is_refused_before_it_runs(template: str) -> None:
    with pytest.raises(UnusableText):
        render(template, FULL)


def test_a_text_has_an_end() -> None:
    with pytest.raises(UnusableText, match="1600"):
        render("{{ extra['Long'] }}", FULL | {"extra": {"Long": "x " * 900 + "y"}})
    with pytest.raises(UnusableText, match="2000"):
        render("x" * 2001, FULL)


def test_what_stands_in_a_list_is_never_run_and_fits_into_one_line() -> None:
    assert render("Hi {{ first_name }}!", FULL | {"first_name": "{{ business }}"}) == "Hi {{ business }}!"
    assert render("Hi {{ first_name }}!", FULL | {"first_name": " Ma\u00a0ry\n Ann\t"}) == "Hi Ma ry Ann!"
    assert render("{{ extra['P'] }}", FULL | {"extra": {"P": "O\u2019Neil \u2026"}}) == "O'Neil ..."


@settings(max_examples=50, deadline=None)
@given(st.text(max_size=80), st.text(max_size=20))
def test_any_text_is_filled_in_or_refused(template: str, name: str) -> None:
    with contextlib.suppress(UnusableText):
        assert render(template, FULL | {"first_name": name})


@pytest.mark.parametrize(
    ("braces", "template"),
    [
        ("Hi {first_name}, {business}.", "Hi {{ first_name }}, {{ business }}."),
        ("Hi {{ first_name }}", "Hi {{ first_name }}"),
        ("No field", "No field"),
    ],
)
def test_the_profiles_texts_become_templates(braces: str, template: str) -> None:
    assert from_braces(braces) == template
    assert from_braces(from_braces(braces)) == template


@pytest.mark.parametrize(
    "text", ["Hi {first_name", "Hi }", "{0}", "{first_name!r}", "{first_name:>9}", "{a.b}", "{}"]
)
def test_braces_that_mean_something_else_are_refused(text: str) -> None:
    with pytest.raises(UnusableText):
        from_braces(text)


def test_what_needs_a_value_is_known_before_anybody_is_written_to() -> None:
    template = (
        "{{ last_visit | since }} {{ offer | or_else('x') }} {% if why_now %}{{ why_now }}{% endif %} "
        "{% if openings and first_name %}{{ openings }}{% else %}{{ openings }}{% endif %} {{ extra['Pet'] }}"
    )
    assert parse(template).required == {"last_visit", "openings", 'extra["Pet"]'}


@pytest.mark.parametrize(
    ("left", "tidied"),
    [
        ("Hi , you", "Hello, you"),
        ("Hi, you", "Hello, you"),
        ("a  b", "a b"),
        ("so , and .", "so, and."),
        ("Hey , x", "Hello, x"),
        (" x \n y ", "x\ny"),
        ("costs .50", "costs .50"),
        ("smile :)", "smile :)"),
        ("Delhi, India", "Delhi, India"),
    ],
)
def test_a_text_is_tidied(left: str, tidied: str) -> None:
    assert tidy(left) == tidied
