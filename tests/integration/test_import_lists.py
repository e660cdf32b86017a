"""Lists taken in: what is stored, what is refused and why, and that nothing happens twice."""

from __future__ import annotations

import csv
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from sqlalchemy import select

from data import business_file, clock, imports
from data.clock import HandClock
from data.db import reading, writing
from data.models import (
    Business,
    Contact,
    ContactBasis,
    Enrollment,
    ImportBatch,
    Suppression,
)
from data.queries.suppressions import suppress, suppressed_for
from scheduler.campaigns.enrolling import begin
from tests.import_fixtures import (
    HEADER,
    SARAH,
    TOM,
    contacts,
    everything,
    person,
    refusals,
    take_in,
    the_business,
)

__all__ = ["take_in", "the_business"]

pytestmark = pytest.mark.database


def test_a_row_becomes_a_contact_with_its_person_basis_and_whereabouts(take_in):
    done = take_in(
        'Zoë,Sample,(312) 555-0123,zoe@example.com,IL,60601,3/4/2025,Hygienist,"$1,200.50",web form,9/8/2024,'
        "mornings,C-7,blue",
        header="First Name,Last Name,Cell,E-mail,State,Zip,Last Seen,Service,Total Spend,SMS Consent,"
        "Consent Date,Best Time,Patient ID,Favourite colour",
    )
    assert done.counts() == {"rows": 1, "accepted": 1, "updated": 0, "refused": 0, "by_reason": {}}
    with reading() as session:
        contact = session.scalars(select(Contact)).one()
        basis = session.scalars(select(ContactBasis)).one()
        batch = session.scalars(select(ImportBatch)).one()
        zoe = contact.persons[0]
    assert (contact.phone, contact.country, contact.state) == ("+13125550123", "US", "IL")
    assert (contact.zones, contact.zones_source) == (["America/Chicago"], "state")
    assert (contact.postal_code, contact.preferred_time) == ("60601", "mornings")
    assert contact.import_batch_id == batch.id
    assert (zoe.first_name, zoe.email, zoe.crm_id) == ("Zoë", "zoe@example.com", "C-7")
    assert (zoe.last_visit, zoe.last_service, zoe.value) == (date(2025, 3, 4), "cleaning", 1200.5)
    assert (zoe.relationship, zoe.extra) == ("customer", {"Favourite colour": "blue"})
    assert (basis.kind, basis.given_on, basis.expires_on) == ("consent", date(2024, 9, 8), None)
    assert basis.evidence == "“web form”, row 2 of list.csv"


def test_the_sample_list_has_every_reason_of_a_first_import_and_begins_with_those_of_the_demo(
    tmp_path: Path,
):
    clock.use(HandClock(datetime(2027, 12, 1, 15, 0, tzinfo=UTC)))  # the demo must not age
    sample = business_file.SAMPLE.with_name("contacts.csv")
    done = imports.run(sample, report=tmp_path / "report.csv")
    assert set(done.by_reason) == {
        "basis_expired", "do_not_contact", "duplicate_in_file", "invalid_phone", "line_type", "no_basis",
        "no_phone", "opted_out", "region", "suppressed",
    }  # fmt: skip
    assert list(contacts().items())[:2] == [(SARAH, ["Sarah"]), ("+12125550124", ["Tom"])]
    with writing() as session:
        begin(session, session.get_one(Business, 1), "opener", "Hello")
    with reading() as session:
        first = session.scalars(select(Contact.id).order_by(Contact.id).limit(12)).all()
        assert set(first) <= set(session.scalars(select(Enrollment.contact_id)))
        household = session.scalars(select(Contact).where(Contact.phone == "+12125550156")).all()
    assert all(number.startswith("+1") and number[5:10] == "55501" for number in contacts())
    assert [len(each.persons) for each in household] in ([], [2])


def test_names_that_share_a_number_are_one_household(take_in):
    done = take_in(
        f"Sarah,Sample,{SARAH},2026-01-05,,", "Tom,Sample,(212) 555-0123,2026-01-06,,",
        f"SARAH,sample,{SARAH},2025-12-01,,",
    )  # fmt: skip
    assert contacts() == {SARAH: ["Sarah", "Tom"]}
    assert (done.accepted, done.by_reason) == (2, {"duplicate_in_file": 1})


def test_of_several_rows_for_one_person_the_newest_visit_is_kept_and_the_report_says_so(take_in):
    done = take_in(
        f"Sarah,Sample,{SARAH},2025-06-05,,", f"Sarah,Sample,{SARAH},2026-01-05,,", f"Sarah,,{SARAH},,,",
    )  # fmt: skip
    assert person("Sarah").last_visit == date(2026, 1, 5)
    assert [(row["row"], row["reason"]) for row in refusals(done)] == [
        ("2", "duplicate_in_file"), ("4", "duplicate_in_file"),
    ]  # fmt: skip
    assert "row 3, which is kept: it has the newer visit" in refusals(done)[0]["detail"]


def test_a_row_marked_as_opted_out_is_refused_and_silences_its_number_for_good(take_in):
    done = take_in(f"Sarah,Sample,{SARAH},2026-01-05,consent,yes", f"Tom,Test,{SARAH},2026-01-05,consent,")
    assert done.by_reason == {"opted_out": 1, "suppressed": 1}
    assert contacts() == {}
    with reading() as session:
        business = session.scalars(select(Business)).one()
        row = session.scalars(select(Suppression)).one()
        assert suppressed_for(session, business, SARAH, "sms") == "opt_out"
        assert (row.source, row.evidence) == ("import", "the column opted_out says “yes”, row 2 of list.csv")
    assert take_in(f"Sarah,Sample,{SARAH},2026-02-05,consent,").by_reason == {"suppressed": 1}


def test_an_opt_out_in_a_list_reaches_a_contact_that_is_there_already(take_in):
    take_in(f"Sarah,Sample,{SARAH},2026-01-05,,")
    take_in(f"Sarah,Sample,{SARAH},2026-01-05,,x")
    with reading() as session:
        business = session.scalars(select(Business)).one()
        assert suppressed_for(session, business, SARAH, "whatsapp") == "opt_out"


def test_a_mark_that_nobody_understands_counts_as_an_opt_out(take_in):
    assert take_in(f"Sarah,Sample,{SARAH},2026-01-05,,see note").by_reason == {"opted_out": 1}


@pytest.mark.parametrize("mark", ["no", "N", "FALSE", "0", "0.0", "-", "n/a", "subscribed"])
def test_a_no_in_the_column_of_the_opt_outs_is_none(take_in, mark: str):
    assert take_in(f"Sarah,Sample,{SARAH},2026-01-05,,{mark}").accepted == 1


@pytest.mark.parametrize(
    ("reason", "refused"),
    [
        ("opt_out", "suppressed"),
        ("wrong_number", "suppressed"),
        ("undeliverable", "suppressed"),
        ("do_not_contact", "do_not_contact"),
    ],
)
def test_a_suppressed_number_is_refused_whatever_its_row_says(take_in, reason: str, refused: str):
    with writing() as session:
        business = session.scalars(select(Business)).one()
        suppress(session, business, SARAH, reason=reason, source="staff")
    assert take_in(f"Sarah,Sample,{SARAH},2026-01-05,consent,").by_reason == {refused: 1}


def test_every_reason_of_the_contract_is_given(take_in):
    take_in("Known,Sample,212-555-0101,2026-01-05,,")
    with writing() as session:
        business = session.scalars(select(Business)).one()
        suppress(session, business, "+12125550102", reason="opt_out", source="text")
        suppress(session, business, "+12125550103", reason="do_not_contact", source="staff")
    done = take_in(
        "Known,Sample,212-555-0101,2026-01-05,,,", "A,Test,212-555-0102,2026-01-05,,,",
        "B,Test,212-555-0103,2026-01-05,,,", "C,Test,,2026-01-05,,,", "D,Test,12,2026-01-05,,,",
        "E,Test,212-555-0104,,,,", "F,Test,212-555-0105,2020-01-05,,,", "G,Test,212-555-0106,,,yes,",
        "H,Test,+12125550107,2026-01-05,,,Germany", "I,Test,900-555-0108,2026-01-05,,,",
        "J,Test,212-555-0109,2026-01-05,,,", "J,Test,212-555-0109,2026-01-05,,,",
        header=HEADER + ",country",
    )  # fmt: skip
    assert done.accepted == 1
    assert done.by_reason == dict.fromkeys(
        ("basis_expired", "do_not_contact", "duplicate_existing", "duplicate_in_file", "invalid_phone",
         "line_type", "no_basis", "no_phone", "opted_out", "region", "suppressed"), 1,
    )  # fmt: skip


def test_the_report_has_the_row_the_reason_a_sentence_and_every_original_cell(take_in):
    done = take_in(
        '=cmd,"two\nlines",12,+1,x,', "Tom,Test,212-555-0124,2026-01-05,,consent",
        header="first_name,last_name,phone,reason,row,consent",
    )  # fmt: skip
    with done.report.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    assert done.report.name == "list.report.csv"
    assert rows[0] == [
        "row", "reason", "detail", "first_name", "last_name", "phone", "reason (of the list)",
        "row (of the list)", "consent",
    ]  # fmt: skip
    assert rows[1][:2] == ["2", "invalid_phone"]
    assert rows[1][3:] == ["'=cmd", "two\nlines", "12", "+1", "x", ""]
    assert rows[1][2][0].isalpha()


def test_a_newer_list_brings_what_is_known_up_to_date_and_blanks_nothing(take_in):
    header = "first_name,phone,last_visit,last_service,email,value,state"
    take_in(f"Sarah,{SARAH},2025-06-05,cleaning,sarah@example.com,120,NY", header=header)
    done = take_in(f"Sarah,{SARAH},2026-02-05,whitening,,470,CA", header=header)
    assert (done.updated, done.refused) == (1, 0)
    sarah = person("Sarah")
    assert (sarah.last_visit, sarah.last_service, sarah.email, sarah.value) == (
        date(2026, 2, 5), "whitening", "sarah@example.com", 470.0,
    )  # fmt: skip
    with reading() as session:
        assert session.scalars(select(Contact.zones)).one() == ["America/Los_Angeles"]
        assert len(session.scalars(select(ContactBasis)).all()) == 2


def test_an_older_list_only_fills_blanks(take_in):
    header = "first_name,phone,last_visit,last_service,email"
    take_in(f"Sarah,{SARAH},2026-02-05,whitening,", header=header)
    done = take_in(f"Sarah,{SARAH},2025-06-05,cleaning,sarah@example.com", header=header)
    sarah = person("Sarah")
    assert (done.updated, sarah.last_visit, sarah.last_service, sarah.email) == (
        1, date(2026, 2, 5), "whitening", "sarah@example.com",
    )  # fmt: skip
    assert take_in(f"Sarah,{SARAH},2025-06-05,cleaning,", header=header).by_reason == {
        "duplicate_existing": 1
    }


def test_somebody_new_at_a_known_number_joins_the_household(take_in):
    take_in(f"Sarah,Sample,{SARAH},2026-01-05,,")
    assert take_in(f"Tom,Sample,{SARAH},2026-01-05,,").accepted == 1
    assert contacts() == {SARAH: ["Sarah", "Tom"]}


def test_consent_on_record_carries_a_later_list_that_does_not_repeat_it(take_in):
    take_in(f"Sarah,Sample,{SARAH},2020-01-05,consent,")
    assert take_in(f"Sarah,Sample,{SARAH},2020-01-05,,").by_reason == {"duplicate_existing": 1}
    assert take_in(f"Tom,Sample,{SARAH},2020-01-05,,").by_reason == {"basis_expired": 1}
    assert take_in(f"Sarah,Sample,{SARAH},2020-01-05,no,", f"Tom,Sample,{TOM},2026-01-05,,").by_reason == {
        "no_basis": 1
    }


def test_a_household_whose_rows_name_different_states_may_be_in_the_zones_of_both(take_in):
    header = "first_name,phone,last_visit,state"
    lines = (f"Sarah,{SARAH},2026-01-05,NY", f"Tom,{SARAH},2026-01-05,CA")
    take_in(*lines, header=header)
    with reading() as session:
        contact = session.scalars(select(Contact)).one()
    assert contact.zones == ["America/New_York", "America/Los_Angeles"]
    assert take_in(*lines, header=header).by_reason == {"duplicate_existing": 2}


def test_a_dry_run_counts_and_reports_and_changes_nothing(take_in):
    before = everything()
    lines = (f"Sarah,Sample,{SARAH},2026-01-05,,", f"Tom,Test,{TOM},2026-01-05,,yes", "Ann,Test,,,,")
    dry = take_in(*lines, dry_run=True)
    assert everything() == before
    assert dry.counts() == take_in(*lines).counts()


def test_nothing_is_stored_when_the_report_cannot_be_written(take_in, tmp_path: Path):
    before = everything()
    with pytest.raises(imports.ListError, match="--report"):
        take_in(f"Sarah,Sample,{SARAH},2026-01-05,,", report=tmp_path / "nowhere" / "report.csv")
    with pytest.raises(imports.ListError, match="overwrite"):
        take_in(f"Sarah,Sample,{SARAH},2026-01-05,,", report=tmp_path / "list.csv")
    assert everything() == before


def test_without_a_business_the_sample_business_stands_in_but_not_in_a_dry_run(take_in):
    with writing() as session:
        session.delete(session.scalars(select(Business)).one())
    assert take_in(f"Sarah,Sample,{SARAH},2026-01-05,,", dry_run=True).sample_business
    with reading() as session:
        assert session.scalar(select(Business.id)) is None
    assert take_in(f"Sarah,Sample,{SARAH},2026-01-05,,").sample_business
    assert contacts() == {SARAH: ["Sarah"]}


CELLS = st.tuples(
    st.sampled_from(["Sarah", "sarah", "Tom", "Zoë", "", "=1+1"]),
    st.sampled_from(["Sample", "Test", ""]),
    st.sampled_from([SARAH, "212-555-0123", "(646) 555-0124", "", "12", "900-555-0125", "x" * 9]),
    st.sampled_from(["2026-01-05", "1/5/2025", "2020-01-05", "2027-01-01", "", "soon"]),
    st.sampled_from(["", "consent", "existing customer", "no", "enquiry 2026-02-01", "withdrawn"]),
    st.sampled_from(["", "", "", "", "no", "yes", "dnc"]),
    st.sampled_from(["", "NY", "CA", "Bavaria"]),
    st.sampled_from(["", "", "US", "Germany", "Narnia"]),
    st.sampled_from(["", "Eastern", "America/Denver", "Mars"]),
)


@examples(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(CELLS, min_size=1, max_size=8))
def test_the_rows_add_up_and_a_repeated_import_changes_nothing(take_in, rows: list[tuple[str, ...]]):
    header, lines = f"{HEADER},state,country,timezone", [",".join(row) for row in rows]
    first = take_in(*lines, header=header)
    before = everything()
    again = take_in(*lines, header=header)
    assert everything() == before
    assert (again.rows, again.accepted, again.updated) == (first.rows, 0, 0)
