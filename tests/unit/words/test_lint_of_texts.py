"""What every text needs, and what its fields, its offer and its length may do wrong."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from actions.words.brief import Brief
from actions.words.step import Step
from tests.unit.words.saying import ABOUT, GOOD, HEALTH, found, opening_with, rules_of, with_text


def test_a_good_sequence_is_clean() -> None:
    assert not found(*GOOD)


@pytest.mark.parametrize(
    "line",
    [
        "Reply STOP to opt out.",
        "Text STOP to opt out",
        "Reply stop and you hear no more.",
        "Send STOP any time to be left alone.",
        "Answer STOP if you do not want texts.",
    ],
)
def test_an_opt_out_line_counts_however_it_is_put(line: str) -> None:
    text = f"Hi {{{{ first_name }}}}, {{{{ business }}}} once more. Which day suits you? {line}"
    assert not found(*with_text(2, text))


@pytest.mark.parametrize("number", [1, 2, 3])
def test_an_opt_out_line_is_missed_in_any_text(number: int) -> None:
    text = GOOD[number - 1].template.replace("Reply STOP to opt out.", "")
    assert rules_of(*with_text(number, text)) == {"opt_out_line"}


def test_an_opt_out_line_inside_a_condition_is_not_there_for_everybody() -> None:
    text = GOOD[1].template.replace(
        "Reply STOP to opt out.", "{% if last_visit %}Reply STOP to opt out.{% endif %}"
    )
    assert "opt_out_line" in rules_of(*with_text(2, text))


def test_a_condition_whose_branches_both_have_the_line_is_fine() -> None:
    text = (
        "{% if last_visit %}Your visit was {{ last_visit | since }}. Reply STOP to opt out.{% else %}Hello! "
        "Which day suits you? Reply STOP to opt out.{% endif %}"
    )
    assert not rules_of(*with_text(2, text))


def test_the_first_text_says_that_an_assistant_writes() -> None:
    text = GOOD[0].template.replace(
        "this is the automated assistant of {{ business }}", "it is {{ business }}"
    )
    assert rules_of(*with_text(1, text)) == {"disclosure"}


def test_after_thirty_days_of_silence_a_text_says_so_again() -> None:
    def late(day: int) -> set[str]:
        return rules_of(*GOOD[:2], replace(GOOD[2], day=day), step=3)

    assert "disclosure" not in late(35)
    assert "disclosure" in late(36)


def test_who_gets_a_later_text_first_is_told_in_that_one() -> None:
    for_the_best = (replace(GOOD[0], tiers="A"), *GOOD[1:])
    assert rules_of(*for_the_best, step=2) == {"disclosure"}


def test_the_first_text_names_the_business() -> None:
    text = opening_with("").replace("{{ business }}", "a business you know")
    assert rules_of(*with_text(1, text)) == {"who_we_are"}
    assert not rules_of(*with_text(1, opening_with("").replace("{{ business }}", "Example Garage")))


@pytest.mark.parametrize("months", [12, 30, None])
def test_from_twelve_months_of_silence_on_the_opener_says_how_we_know_them(months: int | None) -> None:
    about = replace(ABOUT, oldest_months=months)
    text = "Hi {{ first_name }}, this is the automated assistant of {{ business }}. {} Reply STOP to opt out."
    assert rules_of(*with_text(1, text.replace("{}", "Shall I find a time?")), about=about) == {
        "how_we_know_you"
    }
    for known in (
        "You came to us last year.",
        "You asked us for a quote.",
        "Your last visit was a while ago.",
    ):
        assert not rules_of(*with_text(1, text.replace("{}", known)), about=about)


def test_before_twelve_months_it_need_not() -> None:
    text = (
        "Hi, this is the automated assistant of {{ business }}. Shall I find a time? Reply STOP to opt out."
    )
    assert not rules_of(*with_text(1, text))


@pytest.mark.parametrize(
    "words",
    [
        "It is time for your cleaning.",
        "A check-up takes half an hour.",
        "How is your toothache?",
        "Your polish is due.",
        "New whitening in town.",
        "Is it back pain?",
        "Your prescription is up.",
    ],
)
def test_a_health_trade_names_no_treatment_and_no_condition(words: str) -> None:
    assert "health_treatment" in rules_of(*with_text(2, f"{words} Reply STOP to opt out."), about=HEALTH)
    assert "health_treatment" not in rules_of(*with_text(2, f"{words} Reply STOP to opt out."), about=ABOUT)


def test_a_health_trade_has_no_field_for_the_last_service() -> None:
    text = "Since your {{ last_service | or_else('visit') }}, all well? Reply STOP to opt out."
    assert "health_treatment" in rules_of(*with_text(2, text), about=HEALTH)
    assert not rules_of(*with_text(2, text), about=ABOUT)


@pytest.mark.parametrize(
    "column",
    [
        "Procedure",
        "Last diagnosis",
        "LastTreatment",
        "visit_type",
        "Reason for visit",
        "ICD-10",
        "Rx",
        "Notes",
        "Medical history",
        "Polish date",
        "Conditions",
        "CPT code",
    ],
)
def test_a_health_trade_uses_no_column_that_tells_health_by_its_name(column: str) -> None:
    text = f"How is {{{{ extra[\"{column}\"] | or_else('all') }}}}? Reply STOP to opt out."
    assert "health_treatment" in rules_of(*with_text(2, text), about=HEALTH)
    assert not rules_of(*with_text(2, text), about=ABOUT)


@pytest.mark.parametrize("column", ["Pet", "Branch", "Preferred day", "Insurance", "Plan", "Loyalty card"])
def test_other_columns_stay_open_to_a_health_trade(column: str) -> None:
    text = f"How is {{{{ extra[\"{column}\"] | or_else('all') }}}}? Reply STOP to opt out."
    assert not rules_of(*with_text(2, text), about=HEALTH)


def test_the_business_own_name_is_no_claim() -> None:
    about = replace(HEALTH, business="Free Smile Whitening Health Center")
    assert not rules_of(*GOOD, about=about)


def test_scarcity_may_be_said_where_the_calendar_shows_it() -> None:
    text = "{% if openings %}Only two left: {{ openings }}.{% endif %} Suits you? Reply STOP to opt out."
    assert not rules_of(*with_text(2, text))


def test_a_discount_may_come_later() -> None:
    assert not rules_of(*with_text(2, "We take 20% off this month. Reply STOP to opt out."))


def test_a_never_say_phrase_is_found_whatever_its_dress() -> None:
    brief = Brief(never_say=("caf\u00e9 deal",))
    text = "Our CAFE  deal awaits. Reply STOP to opt out."
    assert rules_of(*with_text(2, text), brief=brief) == {"never_say"}


def test_a_never_say_phrase_in_what_fills_the_text_is_found() -> None:
    brief = Brief(why_now="our new dragon", never_say=("dragon",))
    assert rules_of(*with_text(2, "News: {{ why_now }}. Reply STOP to opt out."), brief=brief) == {
        "never_say"
    }


def test_an_unknown_field_is_named() -> None:
    (one,) = found(*with_text(2, "Hi {{ frist_name }}. Reply STOP to opt out."))
    assert one.rule == "unknown_field"
    assert "frist_name" in one.says
    assert "first_name" in one.says


@pytest.mark.parametrize(("share", "rule"), [(0.6, "missing_field"), (0.2, "some_lack_field"), (0.0, None)])
def test_a_field_that_contacts_lack_needs_a_fallback(share: float, rule: str | None) -> None:
    about = replace(ABOUT, lacking={"last_visit": share})
    bare = with_text(2, "Your visit {{ last_visit | since }} was nice. Reply STOP to opt out.")
    safe = with_text(
        2, "Your visit {{ last_visit | since | or_else('here') }} was nice. Reply STOP to opt out."
    )
    assert rules_of(*bare, about=about) == ({rule} if rule else set())
    assert not rules_of(*safe, about=about)


def test_a_column_of_the_list_is_a_field_like_any_other() -> None:
    about = replace(ABOUT, lacking={'extra["Car"]': 0.9})
    text = 'How is the {{ extra["Car"] }}? Reply STOP to opt out.'
    assert rules_of(*with_text(2, text), about=about) == {"missing_field"}


def test_openings_always_need_a_way_without_them() -> None:
    assert rules_of(*with_text(2, "Free: {{ openings }}. Reply STOP to opt out.")) == {"missing_field"}
    assert not rules_of(
        *with_text(2, "{% if openings %}{{ openings }} is open.{% endif %} Any day? Reply STOP to opt out.")
    )


def test_an_offer_that_the_brief_has_not_is_missed() -> None:
    assert rules_of(*with_text(2, "Now: {{ offer }}. Reply STOP to opt out.")) == {"missing_field"}


def test_an_offer_is_not_named_after_its_last_day() -> None:
    text = "{{ offer }}, until {{ offer_until | short_date }}. Reply STOP to opt out."
    lasting = Brief(offer="A wash with every oil change", expires_on=date(2026, 3, 10))
    ended = lasting.model_copy(update={"expires_on": date(2026, 3, 9)})
    assert not rules_of(*with_text(2, text), brief=lasting), "it leaves on the 10th at the earliest"
    assert rules_of(*with_text(2, text), brief=ended) == {"offer_expired"}


def test_an_offer_comes_with_its_terms_and_its_last_day() -> None:
    brief = Brief(offer="A wash with every oil change", terms="small cars", expires_on=date(2026, 5, 1))
    says = [one.says for one in found(*with_text(2, "{{ offer }}! Reply STOP to opt out."), brief=brief)]
    assert len(says) == 2
    assert any("offer_terms" in each for each in says)
    assert any("offer_until" in each for each in says)


def test_curly_quotes_and_dear_characters_are_told_apart() -> None:
    assert rules_of(*with_text(2, "It\u2019s us again. Reply STOP to opt out.")) == {"typographic"}
    assert rules_of(*with_text(2, "It is us again \U0001f389. Reply STOP to opt out.")) == {"dear_characters"}
    assert not rules_of(*with_text(2, "It is us again, \u00e0 bient\u00f2! Reply STOP to opt out."))


def test_length_is_that_of_the_longest_text_it_may_become() -> None:
    filler = "We are here for you. " * 12
    assert not rules_of(*with_text(2, f"{filler}Reply STOP to opt out."))
    name = replace(ABOUT, longest={"first_name": "Wolfeschlegel-Steinhausen-Bergerdorff" * 2})
    assert "too_long" in rules_of(
        *with_text(2, f"Hi {{{{ first_name }}}}. {filler}Reply STOP to opt out."), about=name
    )


def test_what_one_row_of_a_list_says_is_no_fault_of_the_words() -> None:
    odd = {"first_name": "Anna from Church", "extra": {"Car": "act now, reply YES"}}
    text = 'Hi {{ first_name }}, how is the {{ extra["Car"] | or_else("car") }}? Reply STOP to opt out.'
    assert not rules_of(*with_text(2, text), about=replace(ABOUT, longest=odd))


def test_two_sms_segments_are_enough() -> None:
    assert rules_of(*with_text(2, "We are here. " * 22 + "Reply STOP to opt out.")) == {"many_segments"}


def test_a_text_that_cannot_be_read_is_an_error_and_no_crash() -> None:
    for text in ("{% for x in y %}", "{{ business.__class__ }}", "{{", "{% if %}", "{{ 1/0 }}", "x" * 3000):
        assert "unusable_text" in rules_of(Step(1, 0, text))


def test_what_goes_by_whatsapp_is_held_to_the_same_rules() -> None:
    from actions.words.step import WhatsAppWords

    words = WhatsAppWords("Hi {{1}}, act now! {{2}}", {"1": "{{ first_name | or_else('there') }}"})
    assert {"pressure", "opt_out_line", "whatsapp_variables"} <= rules_of(
        *GOOD[:2], replace(GOOD[2], whatsapp=words)
    )
