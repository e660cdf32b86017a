"""What approval holds for, and what a text costs."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from actions.words.brief import Brief
from actions.words.fingerprint import fingerprint
from actions.words.prices import price_of, shipped
from actions.words.step import Step, WhatsAppWords
from data.profile import Profile
from tests.unit.actions.picture import business
from tests.unit.words.saying import GOOD

BRIEF = Brief(offer="A wash", never_say=("cheap",))
STEPS = (*GOOD, replace(GOOD[1], variant="b", whatsapp=WhatsAppWords("Hi {{1}} {{2}}", {"1": "a", "2": "b"})))


@pytest.mark.parametrize(
    "changed",
    [
        {"template": "Other words"},
        {"day": 6},
        {"variant": "c"},
        {"tiers": "A"},
        {"is_last": True},
        {"angle": "x"},
        {"whatsapp": WhatsAppWords("Hi")},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_a_change_of_the_sequence_changes_it(changed: dict[str, object]) -> None:
    other = replace(STEPS[0], **changed)  # type: ignore[arg-type]
    assert fingerprint((other, *STEPS[1:]), BRIEF) != fingerprint(STEPS, BRIEF)


def test_a_changed_word_on_whatsapp_or_in_the_brief_changes_it() -> None:
    body = replace(STEPS[3], whatsapp=WhatsAppWords("Hello {{1}} {{2}}", {"1": "a", "2": "b"}))
    filled = replace(STEPS[3], whatsapp=WhatsAppWords("Hi {{1}} {{2}}", {"1": "a", "2": "c"}))
    briefs = (
        BRIEF.model_copy(update={"offer": "Two"}),
        BRIEF.model_copy(update={"expires_on": date(2026, 5, 1)}),
    )
    all_of_them = {fingerprint((*STEPS[:3], step), BRIEF) for step in (body, filled, STEPS[3])}
    all_of_them |= {fingerprint(STEPS, brief) for brief in briefs}
    assert len(all_of_them) == 5


def test_an_added_or_dropped_step_changes_it() -> None:
    assert len({fingerprint(STEPS[:number], BRIEF) for number in range(5)}) == 5


def test_neither_the_order_of_steps_nor_of_keys_does() -> None:
    turned = replace(STEPS[3], whatsapp=WhatsAppWords("Hi {{1}} {{2}}", {"2": "b", "1": "a"}))
    assert fingerprint((turned, *reversed(GOOD)), BRIEF) == fingerprint(STEPS, BRIEF)


def test_any_text_has_one() -> None:
    assert len(fingerprint((Step(1, 0, "\ud800 \x00"),), Brief())) == 64


def profile(**other: object) -> Profile:
    return business().profile.model_copy(update=other)


def test_a_text_costs_its_segments() -> None:
    each = shipped()["US", "sms"].each
    assert price_of(1, "US", "sms", profile()) == pytest.approx(each)
    assert price_of(3, "us", "sms", profile()) == pytest.approx(3 * each)


def test_the_owners_own_price_goes_first() -> None:
    assert price_of(2, "US", "sms", profile(text_price=0.02)) == pytest.approx(0.04)
    assert price_of(2, "ZZ", "sms", profile(text_price=0.02, currency="EUR")) == pytest.approx(0.04)
    assert price_of(2, "US", "sms", profile(text_price=0.0)) == 0


def test_whatsapp_is_billed_by_the_message() -> None:
    assert price_of(3, "BR", "whatsapp", profile()) == pytest.approx(shipped()["BR", "whatsapp"].each)


def test_no_price_is_made_up() -> None:
    assert price_of(1, "ZZ", "sms", profile()) is None
    assert price_of(1, "DE", "sms", profile(currency="EUR")) is None, "no rate of exchange is known"
    assert price_of(1, "US", "whatsapp", profile()) is None, "marketing to US numbers is blocked there"


def test_each_price_names_its_source() -> None:
    for price in shipped().values():
        assert 0 < price.each < 1
        assert "twilio.com" in price.source
