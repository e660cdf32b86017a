"""Why somebody may be texted, and until when."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import phonenumbers
import pytest

from data.imports.basis import Basis, Facts, NoBasis, after, find_basis
from data.imports.claims import claim_of
from data.imports.columns import find_columns
from data.imports.entry import Entry, Trouble
from data.imports.list_file import Record, Text
from data.imports.rows import RowReader, Stop
from data.imports.words import table

TODAY = date(2026, 3, 5)
NOTHING = Facts("US", "", None, None, None, None, "row 2 of list.csv")


def found(**facts: object) -> Basis | NoBasis:
    return find_basis(replace(NOTHING, **facts), TODAY, day_first=False)  # type: ignore[arg-type]


def reader_of(header: str) -> RowReader:
    return RowReader(find_columns(Text("list.csv", "", "utf-8", ",", header + "\n")), "list.csv", "US", TODAY)


def reason(**facts: object) -> str:
    basis = found(**facts)
    return basis.reason if isinstance(basis, NoBasis) else basis.kind


@pytest.mark.parametrize(
    "wording",
    ["consent", "Consent: web form", "opt-in", "Opted in by keyword", "yes", "TRUE", "1",
     "signed intake form", "verbal consent 2024-05-01", "express written"],
)  # fmt: skip
def test_consent_in_many_wordings_counts_everywhere_and_does_not_age(wording: str):
    for country in ("US", "DE", "BR", "ZA"):
        basis = found(claim=wording, country=country, basis_date=date(2015, 1, 1))
        assert isinstance(basis, Basis)
        assert (basis.kind, basis.given_on, basis.expires_on) == ("consent", date(2015, 1, 1), None)
        assert wording in basis.evidence


def test_consent_that_names_its_end_ends_then():
    assert reason(claim="consent until 2026-03-05") == "consent"
    assert reason(claim="consent, expires 2026-03-04") == "basis_expired"


@pytest.mark.parametrize("wording", ["existing customer", "Existing relationship", "EBR", "patient"])
def test_a_relationship_in_many_wordings_counts_from_the_last_visit(wording: str):
    basis = found(claim=wording, last_visit=date(2025, 6, 30))
    assert isinstance(basis, Basis)
    assert (basis.kind, basis.given_on, basis.expires_on) == (
        "relationship", date(2025, 6, 30), date(2026, 12, 30),
    )  # fmt: skip


def test_in_the_united_states_a_purchase_counts_for_eighteen_months_to_the_day():
    assert reason(last_visit=date(2024, 9, 5)) == "relationship"
    assert reason(last_visit=date(2024, 9, 4)) == "basis_expired"


def test_in_the_united_states_an_enquiry_counts_for_three_months_to_the_day():
    assert reason(relationship="lead", last_visit=date(2025, 12, 5)) == "relationship"
    assert reason(relationship="lead", last_visit=date(2025, 12, 4)) == "basis_expired"
    assert reason(claim="enquiry 2025-12-24") == "relationship"
    assert reason(claim="quote request", basis_date=date(2025, 10, 1)) == "basis_expired"


def test_the_newest_trace_of_a_relationship_counts():
    assert reason(claim="existing customer", last_visit=date(2020, 1, 1), basis_date=date(2026, 1, 1)) == (
        "relationship"
    )


def test_a_purchase_without_a_date_is_taken_as_undated_and_an_enquiry_without_one_is_not():
    basis = found(claim="existing customer")
    assert isinstance(basis, Basis)
    assert (basis.given_on, basis.expires_on) == (None, None)
    assert reason(last_service="cleaning") == "relationship"
    assert reason(claim="enquiry") == "no_basis"
    assert reason(relationship="lead", last_service="cleaning") == "no_basis"


@pytest.mark.parametrize("wording", ["no", "No consent", "not given", "purchased list", "consent: no", "0"])
def test_an_explicit_no_is_a_no_even_after_a_recent_visit(wording: str):
    assert reason(claim=wording, last_visit=date(2026, 3, 1)) == "no_basis"


def test_withdrawn_consent_is_told_from_consent_that_was_never_given():
    assert claim_of("consent withdrawn") == claim_of("revoked") == "withdrawn"
    assert claim_of("no consent") == "none"


@pytest.mark.parametrize(
    ("wording", "claim"),
    [
        *((each, "withdrawn") for each in (
            "DNC", "OptedOut", "optout", "opt-out", "Unsubscribe", "stopped", "revoke", "removed", "blocked",
            "no sms", "do not call", "Existing customer, no texts", "consent 2023, opted out 2024-05-01",
            "Please don’t text", "replied STOP",
        )),
        *((each, "none") for each in (
            "denied", "rejected", "✗", "❌", "off", "without sms consent", "doesn't consent",
            "doesn’t consent",
            "consent expired 2024", "customer - no sms", "customer, no marketing", "sms no longer wanted",
            "refuses", "never consented", "none given", "false positive", "0.0", "email only", "not opted in",
            "consent: no",
        )),
        *((each, "unclear") for each in (
            "inactive", "bounced", "ask Tina", "has not opted out", "opt out: no", "☒", "?", "no expiry",
        )),
        *((each, "consent") for each in (
            "consent, no expiry", "✔️", "1.0", "web form; never revoked",
            "signed form: reply STOP to opt out", "yes (may opt out any time)",
        )),
        ("former customer, not opted out", "purchase"),
        *((each, None) for each in ("", "-", "—", " . ")),
    ],
)  # fmt: skip
def test_a_refusal_in_the_column_of_the_consent_is_never_taken_for_permission(
    wording: str, claim: str | None
):
    assert claim_of(wording) == claim
    allowed = claim in (None, "consent", "purchase")
    assert isinstance(found(claim=wording, last_visit=date(2026, 1, 5)), Basis) == allowed


def test_a_basis_that_nobody_understands_is_said_to_be_so_even_after_a_recent_visit():
    basis = found(claim="ask Tina", last_visit=date(2026, 3, 1))
    assert isinstance(basis, NoBasis)
    assert "“ask Tina” is not understood" in basis.detail


@pytest.mark.parametrize(
    ("header", "cell", "reason"),
    [
        ("SMS Consent", "DNC", "do_not_contact"),
        ("SMS Consent", "OptedOut", "opted_out"),
        ("SMS Consent", "stop", "opted_out"),
        ("Status", "Customer - do not contact", "do_not_contact"),
        ("Status", "Unsubscribed", "opted_out"),
        ("Status", "Withdrawn", None),
        ("Status", "Inactive", None),
        ("Opted out", "✗", None),
        ("Opted out", "☑", "opted_out"),
    ],
)
def test_an_opt_out_counts_in_whatever_column_it_stands(header: str, cell: str, reason: str | None):
    read = reader_of(f"phone,last visit,{header}").read(Record(2, ["2125550123", "2026-02-01", cell]))
    assert (read.trouble.reason if isinstance(read, Stop) else None) == reason


def test_an_opt_out_reaches_every_number_of_its_row():
    reader = reader_of("Mobile,Home Phone,Work phone,Phone 2,last visit,opted out")
    cells = ["2125550101 / 2125550102", "(212) 555-0103, wife 212-555-0104", "", "2125550105,2125550106"]
    stop = reader.look(Record(2, [*cells, "2026-02-01", "yes"]))
    assert isinstance(stop, Stop)
    assert sorted(stop.phones) == [f"+1212555010{last}" for last in range(1, 7)]
    blank = reader.look(Record(3, ["", "", "call 212 555 0107", "", "", "yes"]))
    assert isinstance(blank, Stop)
    assert blank.phones == ["+12125550107"]


def test_a_row_with_a_blank_mobile_is_taken_in_by_its_only_number():
    reader = reader_of("Home Phone,Mobile,Work phone,last visit")
    assert reader.columns.name("phone") == "Mobile"
    read = reader.read(Record(2, ["2125550104", "", "2125550105", "2026-02-01"]))
    assert isinstance(read, Entry)
    assert (read.phone, read.trouble) == ("+12125550104", None)
    wrong = reader.read(Record(3, ["2125550104", "12", "", "2026-02-01"]))
    assert isinstance(wrong, Trouble)
    assert wrong.reason == "invalid_phone"


def test_the_word_customer_alone_shows_nothing():
    assert reason(relationship="customer") == "no_basis"
    assert reason() == "no_basis"
    assert reason(claim="a friend of the family") == "no_basis"


def test_where_no_rule_makes_a_relationship_enough_only_consent_counts():
    for country in ("DE", "FR", "BR"):
        assert reason(country=country, last_visit=date(2026, 3, 1)) == "region"
        assert reason(country=country, claim="existing customer") == "region"
        assert reason(country=country, claim="consent") == "consent"
    assert reason(country="CA", last_visit=date(2024, 3, 5)) == "relationship"


def test_months_end_on_their_last_day_where_the_day_does_not_exist():
    assert after(date(2024, 8, 31), 18) == date(2026, 2, 28)
    assert after(date(2025, 11, 30), 3) == date(2026, 2, 28)


def test_every_rule_is_one_that_can_be_applied_and_names_its_source():
    for row in table("bases"):
        assert row["source"], row
        assert row["kind"] in ("consent", "purchase", "enquiry"), row
        assert row["months"].isdecimal() if row["kind"] != "consent" else not row["months"], row
        assert row["country"] == "*" or is_a_country(row["country"]), row
    assert all(row["source"] for row in table("denials"))
    kinds = {"none", "consent", "enquiry", "purchase"}
    assert {row["kind"] for row in table("basis_words")} == kinds
    keys = [(row["country"], row["state"], row["kind"]) for row in table("bases")]
    assert len(set(keys)) == len(keys)
    assert all(len(code) == 3 for row in table("area_codes_by_state") for code in row["area_codes"].split())


def is_a_country(code: str) -> bool:
    return code in phonenumbers.SUPPORTED_REGIONS


def test_a_quote_or_an_enquiry_counts_for_three_months_of_whoever_made_it():
    assert reason(enquired_on=date(2025, 12, 5)) == "relationship"
    assert reason(enquired_on=date(2025, 12, 4)) == "basis_expired"
    assert reason(relationship="lead", enquired_on=date(2026, 1, 4)) == "relationship"


def test_a_later_enquiry_counts_where_the_purchase_is_too_long_ago():
    basis = found(last_visit=date(2023, 1, 1), enquired_on=date(2026, 2, 1))
    assert isinstance(basis, Basis)
    assert (basis.given_on, basis.expires_on) == (date(2026, 2, 1), date(2026, 5, 1))
    assert reason(last_visit=date(2023, 1, 1), enquired_on=date(2025, 2, 1)) == "basis_expired"


def test_in_texas_an_enquiry_is_not_enough_and_a_purchase_and_consent_are():
    lead = {"relationship": "lead", "enquired_on": date(2026, 2, 1)}
    assert reason(**lead, state="TX") == "region"
    assert reason(**lead, state="OK") == "relationship"
    assert reason(state="TX", last_visit=date(2026, 2, 1)) == "relationship"
    assert reason(**lead, state="TX", claim="consent") == "consent"


@pytest.mark.parametrize(
    ("state", "phone", "refused"),
    [
        ("TX", "2125550123", True),
        ("Texas", "2125550123", True),
        ("", "7135550123", True),  # a Houston number of somebody whose state nobody knows
        ("OK", "7135550123", False),
        ("", "2125550123", False),
    ],
)
def test_a_lead_of_unknown_state_with_a_texan_number_counts_as_texan(state: str, phone: str, refused: bool):
    read = reader_of("phone,state,enquiry date").read(Record(2, [phone, state, "2026-02-01"]))
    assert isinstance(read, Entry)
    assert (read.trouble.reason if read.trouble else None) == ("region" if refused else None)
    assert read.who.relationship == "lead"
