"""Which column holds which field, however its header is spelled."""

from __future__ import annotations

import pytest

from data.imports.columns import FIELDS, find_columns
from data.imports.list_file import ListError, Text


def columns(header: str, asked: dict[str, str] | None = None):
    return find_columns(Text("list.csv", "", "utf-8", ",", header + "\n"), asked)


def test_every_field_of_the_contract_is_found_under_its_own_name():
    found = columns(",".join(FIELDS))
    assert [found.name(field) for field in FIELDS] == list(FIELDS)
    assert found.others == ()


@pytest.mark.parametrize(
    ("field", "spellings"),
    [
        ("phone", ["Mobile Phone", "CELL", "phone_number", "PhoneNumber", "Tel.", "Telephone No"]),
        ("first_name", ["First Name", "FIRSTNAME", "Given name", "Patient First Name"]),
        ("last_visit", ["Last Visit Date", "last seen", "Last Appt.", "lastVisit", "Date of last visit"]),
        ("postal_code", ["ZIP", "Zip Code", "Postcode"]),
        ("opted_out", ["Opt-Out", "opt out", "Unsubscribed", "Do Not Text", "DNC"]),
        ("contact_basis", ["SMS Consent", "Opt In", "Legal basis"]),
        ("crm_id", ["Patient ID", "ID", "Customer No."]),
        ("quoted_on", ["Quote Date", "Estimate date", "Last consultation"]),
        ("enquired_on", ["Enquiry date", "Date of inquiry", "Lead created"]),
        ("due_on", ["Recall Date", "Next service due", "Renewal date", "Warranty ends"]),
        ("visits", ["Visit count", "No. of visits", "Total orders"]),
        ("unhappy", ["Complaint", "Dissatisfied"]),
    ],
)  # fmt: skip
def test_a_field_is_found_in_many_spellings(field: str, spellings: list[str]):
    for spelling in spellings:
        others = [] if field == "phone" else ["phone"]
        assert columns(",".join([*others, spelling, "Shoe size"])).name(field) == spelling


def test_a_mobile_number_is_preferred_to_a_number_at_home():
    found = columns("Home Phone,Work Phone,Mobile")
    assert (found.name("phone"), len(found.others)) == ("Mobile", 2)


def test_what_is_asked_for_goes_before_every_guess():
    found = columns("Mobile,Backup line,Seen", {"phone": "backup line", "last_visit": "Seen"})
    assert (found.name("phone"), found.name("last_visit")) == ("Backup line", "Seen")


def test_a_field_or_column_that_does_not_exist_is_answered_with_those_that_do():
    with pytest.raises(ListError, match=r"no field 'fone'; the fields are first_name, .*crm_id"):
        columns("Mobile,Name", {"fone": "Mobile"})
    with pytest.raises(ListError, match="no column 'Phon'; the columns are 'Mobile', 'Name'"):
        columns("Mobile,Name", {"phone": "Phon"})


def test_a_second_column_that_says_stop_is_not_overlooked():
    found = columns("phone,Unsubscribed,Do not contact,DNC")
    assert [found.names[at] for at in found.stops] == ["Unsubscribed", "Do not contact", "DNC"]


def test_columns_without_a_name_or_with_the_same_name_are_told_apart():
    assert columns("phone,,Notes,Notes,").names == ["phone", "column 2", "Notes", "Notes (4)", "column 5"]


def test_a_title_above_the_header_is_passed_over():
    assert columns("Patients of 2026\n\nName,Phone").row == 3
