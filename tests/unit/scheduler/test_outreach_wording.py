"""From rows to words: what a contact gets to read, and what is never said."""

from __future__ import annotations

from datetime import date

import pytest

from actions.words.brief import Brief
from actions.words.template import UnusableText
from data.business_file import SAMPLE, read_file
from data.models import Business, Contact, Person, Touch, WhatsAppTemplate
from scheduler.outreach.composing import UNUSABLE, why
from scheduler.outreach.wording import NamesHealth, SaysNever, fields_of, spoken_number, uses_openings, word
from scheduler.whatsapp.wording import word_template
from tests.unit.actions.picture import at

TODAY = date(2026, 3, 5)


def business(*, health: bool = False, name: str = "Example Dental") -> Business:
    file = read_file(SAMPLE)
    profile = file.profile.model_copy(update={"health_trade": health}).model_dump(mode="json")
    return Business(
        id=int(health) + 1, name=name, phone=file.phone, country="US", timezone=file.timezone, profile=profile
    )


def contact(*first_names: str, **person: object) -> Contact:
    persons = [Person(first_name=name, last_name="Sample", **{"extra": {}, **person}) for name in first_names]
    return Contact(id=1, phone="+12125550123", country="US", persons=persons)


def said(
    template: str, to: Contact, brief: Brief | None = None, *, health: bool = False, **other: object
) -> str:
    touch = Touch(template=template)
    person = to.persons[0] if to.persons else None
    return word(touch, brief or Brief(), business(health=health), to, person, today=TODAY, **other).text  # type: ignore[arg-type]


def test_a_touch_draws_on_the_contacts_history() -> None:
    sarah = contact("SARAH", last_service="cleaning", last_visit=date(2025, 5, 2), extra={"Pet": "Rex"})
    assert said("Hi {{ first_name }}, since your {{ last_service }} {{ last_visit | since }}.", sarah) == (
        "Hi Sarah, since your cleaning last spring."
    )
    assert (
        said("{{ months_away }} months, {{ extra['Pet'] }}, {{ phone }}", sarah)
        == "10 months, Rex, (212) 555-0100"
    )


def test_a_profiles_text_with_braces_is_worded_just_so() -> None:
    assert said("Hi {first_name}, {business}.", contact("Sarah")) == "Hi Sarah, Example Dental."
    assert said("Hi {first_name}, {business}.", contact("n/a")) == "Hello, Example Dental."


def test_a_household_is_greeted_by_nobodys_name() -> None:
    both = contact("Holly", "Hugo", last_visit=date(2026, 1, 20))
    assert said("Hi {{ first_name }}, hello {{ last_name }}.", both) == "Hello, hello."


def test_a_health_trade_names_no_treatment_even_if_a_template_would() -> None:
    sarah = contact("Sarah", last_service="cleaning")
    with pytest.raises(UnusableText, match="last_service"):
        said("Your {{ last_service }}?", sarah, health=True)
    assert said("Your {{ last_service | or_else('visit') }}?", sarah, health=True) == "Your visit?"


def test_a_service_that_the_profile_does_not_know_is_not_named() -> None:
    assert (
        said("Your {{ last_service | or_else('visit') }}?", contact("Sarah", last_service="root canal"))
        == "Your visit?"
    )


def test_live_openings_are_said_in_the_business_zone() -> None:
    template = "{% if openings %}{{ openings }}?{% else %}Which day?{% endif %}"
    assert (
        said(template, contact("Sarah"), openings=(at(3, 10, 15, 30), at(3, 11, 9)))
        == "Tue 3:30pm or Wed 9am?"
    )
    assert said(template, contact("Sarah")) == "Which day?"


def test_which_templates_need_openings_is_known() -> None:
    assert uses_openings("{% if openings %}{{ openings }}{% endif %}")
    assert not uses_openings("Hi {first_name}")
    with pytest.raises(UnusableText):
        uses_openings("{% for x in y %}")


def test_an_offer_is_never_named_after_its_last_day() -> None:
    template = "{{ offer }} until {{ offer_until | short_date }}"
    lasting = Brief(offer="A wash", expires_on=TODAY)
    assert said(template, contact("Sarah"), lasting) == "A wash until March 5"
    ended = Brief(offer="A wash", expires_on=date(2026, 3, 4))
    with pytest.raises(UnusableText, match="offer"):
        said(template, contact("Sarah"), ended)
    assert said("{% if offer %}{{ offer }}{% else %}Hello{% endif %}", contact("Sarah"), ended) == "Hello"


def test_the_never_say_list_is_held_against_the_finished_text() -> None:
    brief = Brief(never_say=("Rex the dog",))
    with pytest.raises(SaysNever) as refused:
        said("How is {{ extra['Pet'] }} the dog?", contact("Sarah", extra={"Pet": "REX"}), brief)
    assert refused.value.phrase == "Rex the dog"


def test_a_cell_that_names_a_treatment_counts_as_empty_in_a_health_trade() -> None:
    sarah = contact("Sarah", extra={"Pet": "Root Canal", "Tie": "Rex"})
    text = "How is {{ extra['Pet'] | or_else('all') }}, {{ first_name }} and {{ extra['Tie'] }}?"
    assert said(text, sarah, health=True) == "How is all, Sarah and Rex?"
    assert said(text, sarah) == "How is Root Canal, Sarah and Rex?"


def test_a_note_beside_a_name_falls_out_of_the_greeting_in_a_health_trade() -> None:
    assert said("Hi {{ first_name }}, hello.", contact("Sarah (diabetic)"), health=True) == "Hello, hello."


@pytest.mark.parametrize("words", ["How is {{ extra['Pet'] }}?", "How is the {{ extra['Tie'] }} ache?"])
def test_a_text_that_would_name_a_condition_all_the_same_is_not_said(words: str) -> None:
    sarah = contact("Sarah", extra={"Pet": "gum disease", "Tie": "tooth"})
    with pytest.raises(UNUSABLE) as refused:
        said(words, sarah, health=True)
    assert isinstance(refused.value, NamesHealth)
    assert why(refused.value) == "names_health"
    assert said(words, sarah)


def test_a_whatsapp_template_is_filled_as_discreetly() -> None:
    template = WhatsAppTemplate(
        body="Hi {{1}}, how is {{2}}?",
        variables={"1": "{{ first_name | or_else('you') }}", "2": "{{ extra['Pet'] | or_else('all') }}"},
        content_sid="HX0",
    )
    sarah = contact("Sarah", extra={"Pet": "Root Canal"})
    made = word_template(template, Brief(), business(health=True), sarah, sarah.persons[0], today=TODAY)
    assert made.text == "Hi Sarah, how is all?"
    assert made.content_variables == {"1": "Sarah", "2": "all"}


def test_a_column_that_tells_health_by_its_name_is_empty_in_a_health_trade() -> None:
    sarah = contact("Sarah", extra={"Procedure": "D1110", "Pet": "Rex"})
    text = "{{ extra['Procedure'] | or_else('your visit') }}, {{ extra['Pet'] }}"
    assert said(text, sarah, health=True) == "your visit, Rex"
    assert said(text, sarah) == "D1110, Rex"


def test_a_business_whose_name_has_a_condition_in_it_may_say_its_name() -> None:
    clinic = business(health=True, name="Springfield Pain Clinic")
    clinic.id = 99
    worded = word(
        Touch(template="{{ business }} here."), Brief(), clinic, contact("Sarah"), None, today=TODAY
    )
    assert worded.text == "Springfield Pain Clinic here."


def test_a_text_is_counted_and_priced() -> None:
    touch, sarah = Touch(template="Hi {{ first_name }}, hello."), contact("Zo\u0142a")
    worded = word(touch, Brief(), business(), sarah, sarah.persons[0], today=TODAY)
    assert (worded.sms_segments, worded.cost) == (1, pytest.approx(0.0118))
    abroad = contact("Sarah")
    abroad.country = "ZZ"
    assert word(touch, Brief(), business(), abroad, None, today=TODAY).cost is None


def test_every_field_has_its_place_even_without_a_person() -> None:
    fields = fields_of(
        Contact(id=1, phone="+12125550123", country="US", persons=[]), None, business(), Brief(), (), TODAY
    )
    assert fields["first_name"] == ""
    assert fields["business"] == "Example Dental"
    assert fields["last_visit"] is None


def test_a_number_is_written_as_people_there_do() -> None:
    assert spoken_number("+12125550100", "US") == "(212) 555-0100"
    assert spoken_number("+12125550100", "GB") == "+1 212-555-0100"
    assert spoken_number("the desk", "US") == "the desk"
