"""What lists bring beside names and numbers: known columns, attestation, signals, numbers to leave alone."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import func, select

from data import imports
from data.db import reading, writing
from data.imports.attestation import attest, unattested
from data.imports.report import read_page
from data.models import (
    Business,
    Campaign,
    Contact,
    ContactBasis,
    Enrollment,
    ImportBatch,
    Person,
    Suppression,
)
from data.queries.suppressions import suppress, suppressed_for
from tests.import_fixtures import (
    HEADER,
    NOW,
    SARAH,
    TOM,
    everything,
    person,
    refusals,
    take_in,
    the_business,
)

__all__ = ["take_in", "the_business"]

pytestmark = pytest.mark.database


def test_known_columns_are_read_stored_and_brought_up_to_date(take_in):
    header = "first_name,phone,last visit,quote date,enquiry date,recall date,visit count,complaint"
    take_in(f"Sarah,{SARAH},2025-06-05,1/15/2026,2025-12-01,2026-04-01,7,no", header=header)
    sarah = person("Sarah")
    assert (sarah.quoted_on, sarah.enquired_on, sarah.due_on) == (
        date(2026, 1, 15), date(2025, 12, 1), date(2026, 4, 1),
    )  # fmt: skip
    assert (sarah.visits, sarah.unhappy, sarah.extra) == (7, False, {})
    take_in(f"Sarah,{SARAH},2025-06-05,2025-02-02,,2026-09-01,5.0,waited an hour", header=header)
    sarah = person("Sarah")
    assert (sarah.quoted_on, sarah.due_on, sarah.visits) == (date(2026, 1, 15), date(2026, 9, 1), 7)
    assert (sarah.unhappy, sarah.extra) == (True, {"complaint": "waited an hour"})
    take_in(f"Sarah,{SARAH},2025-06-05,soon,,,many,", header=header)
    assert person("Sarah").unhappy
    assert person("Sarah").extra == {
        "complaint": "waited an hour",
        "quote date": "soon",
        "visit count": "many",
    }


def test_any_column_may_be_named_as_a_known_one(take_in):
    asked = {"due_on": "Vertrag bis", "unhappy": "Ärger"}
    header = "first_name,phone,last visit,Vertrag bis,Ärger"
    take_in(f"Sarah,{SARAH},2025-06-05,2026-04-01,x", header=header, mapping=asked)
    assert (person("Sarah").due_on, person("Sarah").unhappy) == (date(2026, 4, 1), True)
    with reading() as session:
        batch = session.scalars(select(ImportBatch)).one()
    assert (batch.mapping["due_on"], batch.mapping["phone"], batch.state) == ("Vertrag bis", "phone", "done")


def test_a_list_that_shows_of_nobody_why_they_may_be_texted_is_refused_as_a_whole(take_in):
    before = everything()
    for dry_run in (True, False):
        with pytest.raises(imports.ListError, match="refused as a whole"):
            take_in(f"Sarah,Sample,{SARAH},,,", f"Tom,Test,{TOM},,no,", "Ann,Test,,,,", dry_run=dry_run)
    assert everything() == before
    assert take_in(f"Sarah,Sample,{SARAH},,,", f"Tom,Test,{TOM},2020-01-01,,").by_reason == {
        "no_basis": 1, "basis_expired": 1,
    }  # fmt: skip
    assert take_in("Ann,Test,,,,", "Ann,Test,12,,,").refused == 2


def test_a_list_without_a_basis_may_bring_news_of_people_whose_basis_is_on_record(take_in):
    take_in(f"Sarah,Sample,{SARAH},,consent,")
    assert take_in(f"Sarah,Sample,{SARAH},,,,s@example.com", header=HEADER + ",email").updated == 1


def test_a_list_is_attested_by_name_and_a_repeated_import_may_still_attest_it(take_in):
    take_in(f"Sarah,Sample,{SARAH},2026-01-05,,")
    with reading() as session:
        batch = session.scalars(select(ImportBatch)).one()
        assert [each.id for each in unattested(session, batch.business_id)] == [batch.id]
    take_in(f"Sarah,Sample,{SARAH},2026-01-05,,", attested_by="Dana Owner")
    with writing() as session:
        assert unattested(session, batch.business_id) == []
        attest(session, batch.id, "Somebody Else")
    with reading() as session:
        batch = session.scalars(select(ImportBatch)).one()
    assert (batch.attested_by, batch.attested_at) == ("Dana Owner", NOW)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("2026-03-01,", "visited"),
        ("2025-02-01,", "visited"),  # older than the enrollment, and newer than what was on record
        (",2026-03-09", "booked_elsewhere"),
        ("2025-01-05,2026-03-01", None),
    ],
)
def test_a_visit_or_a_booking_by_another_road_ends_what_runs_for_a_contact(
    take_in, row: str, reason: str | None
):
    header = "first_name,phone,last visit,next appointment,consent"
    take_in(f"Sarah,{SARAH},2025-01-05,,yes", f"Tom,{TOM},2025-01-05,,yes", header=header)
    with writing() as session:
        campaign = Campaign(business_id=1, name="Come back", state="running")
        session.add(campaign)
        session.flush()
        numbers = session.scalars(select(Contact.id).order_by(Contact.id)).all()
        session.add_all(Enrollment(campaign_id=campaign.id, contact_id=number) for number in numbers)
    take_in(f"Sarah,{SARAH},{row},yes", header=header)
    with reading() as session:
        rows = session.scalars(select(Enrollment).order_by(Enrollment.contact_id)).all()
    assert [each.stopped_reason for each in rows] == [reason, None]


def enrolled_in_a_campaign() -> None:
    """Every person on record, in a campaign that runs."""
    with writing() as session:
        campaign = Campaign(business_id=1, name="Come back", state="running")
        session.add(campaign)
        session.flush()
        people = session.execute(select(Person.contact_id, func.min(Person.id)).group_by(Person.contact_id))
        session.add_all(
            Enrollment(campaign_id=campaign.id, contact_id=contact, person_id=one) for contact, one in people
        )


def bases_and_reasons() -> tuple[list[date | None], list[str | None]]:
    with reading() as session:
        ends = session.scalars(select(ContactBasis.expires_on).order_by(ContactBasis.id)).all()
        reasons = session.scalars(select(Enrollment.stopped_reason).order_by(Enrollment.contact_id)).all()
    return list(ends), list(reasons)


def test_a_newer_no_ends_the_basis_on_record_and_what_runs_for_that_person_and_for_nobody_else(take_in):
    take_in(f"Sarah,Sample,{SARAH},2026-01-05,yes,", f"Tom,Test,{TOM},2026-01-05,yes,")
    enrolled_in_a_campaign()
    before = everything()
    noes = (f"Sarah,Sample,{SARAH},2026-01-05,no,", f"Tom,Test,{TOM},2026-01-05,yes,")
    dry = take_in(*noes, dry_run=True)
    assert everything() == before
    done = take_in(*noes)
    assert done.by_reason == dry.by_reason == {"no_basis": 1, "duplicate_existing": 1}
    assert bases_and_reasons() == ([date(2026, 3, 4), None], ["no_basis", None])
    with reading() as session:
        evidence = session.scalars(select(ContactBasis.evidence).order_by(ContactBasis.id)).first()
    assert evidence == "“yes”, row 2 of list.csv; ended on 2026-03-05 by “no”, row 2 of list.csv"
    after = everything()
    take_in(*noes)
    assert everything() == after, "the same list again changes nothing"
    take_in(f"Sarah,Sample,{SARAH},2026-01-05,yes,", f"Tom,Test,{TOM},2026-01-05,yes,")
    assert bases_and_reasons()[0] == [date(2026, 3, 4), None, None], "a newer yes counts again"


def test_a_list_of_noes_alone_is_heeded_where_it_takes_something_back(take_in):
    take_in(f"Sarah,Sample,{SARAH},2026-01-05,,")
    assert take_in(f",,{SARAH},,no,").by_reason == {"no_basis": 1}
    assert bases_and_reasons()[0] == [date(2026, 3, 4)]
    take_in(f"Tom,Test,{TOM},,yes,")
    assert take_in(f"Tom,Test,{TOM},,yes until 2026-02-01,").by_reason == {"basis_expired": 1}
    assert bases_and_reasons()[0] == [date(2026, 3, 4), date(2026, 3, 4)]
    with pytest.raises(imports.ListError, match="refused as a whole"):
        take_in("Ann,Test,646-555-0125,2026-01-05,no,")


@pytest.mark.parametrize(
    ("rows", "ends", "reason"),
    [
        # a stranger's no at the number is not Sarah's
        (["Ann,Sample,{},2026-01-05,no,", "Tom,Sample,{},2026-01-05,yes,"], None, None),
        # Tom's yes keeps the number's basis; what runs for Sarah ends all the same
        (["Sarah,Sample,{},2026-01-05,no,", "Tom,Sample,{},2026-01-05,yes,"], None, "no_basis"),
        # a row of Tom without a basis is not carried by one that may have been Sarah's
        (["Sarah,Sample,{},2026-01-05,no,", "Tom,Sample,{},,,"], date(2026, 3, 4), "no_basis"),
    ],
)
def test_in_a_household_the_no_of_one_ends_what_may_have_been_theirs(
    take_in, rows: list[str], ends: date | None, reason: str | None
):
    take_in(f"Sarah,Sample,{SARAH},,yes,", f"Tom,Sample,{SARAH},,yes,")
    enrolled_in_a_campaign()
    take_in(*(row.format(SARAH) for row in rows))
    found, reasons = bases_and_reasons()
    assert (found[0], reasons) == (ends, [reason])


def test_a_do_not_contact_list_silences_every_number_in_it(tmp_path: Path, take_in):
    take_in(f"Sarah,Sample,{SARAH},2026-01-05,,")
    path = tmp_path / "leave.csv"
    path.write_text("Name;Mobile;Home phone\nA;(212) 555-0123;646-555-0124\nB;;\nC;12;\nD;212 555 0123;\n")
    dry = imports.take_in_do_not_contact(path, dry_run=True)
    with reading() as session:
        assert session.scalars(select(Suppression)).all() == []
    done = imports.take_in_do_not_contact(path)
    assert done == dry
    assert (done.rows, done.added, done.known, done.refused) == (4, 2, 0, 2)
    assert [row["reason"] for row in refusals(done)] == ["no_phone", "invalid_phone"]
    with reading() as session:
        business = session.scalars(select(Business)).one()
        for number in (SARAH, TOM):
            assert suppressed_for(session, business, number, "sms") == "do_not_contact"
    again = imports.take_in_do_not_contact(path)
    assert (again.added, again.known) == (0, 2)


def test_a_do_not_contact_list_may_be_nothing_but_numbers(tmp_path: Path):
    path = tmp_path / "leave.txt"
    path.write_text("212-555-0123\n+1 646 555 0124, 917 555 0125 / 917 555 0126\nnobody\n")
    assert imports.take_in_do_not_contact(path).counts() == {
        "rows": 3, "added": 4, "known": 0, "refused": 1, "by_reason": {"invalid_phone": 1},
    }  # fmt: skip
    path.write_text("nobody\n")
    with pytest.raises(imports.ListError, match="no phone number"):
        imports.take_in_do_not_contact(path)


def test_the_first_rows_are_shown_with_what_would_become_of_them(tmp_path: Path, take_in):
    with writing() as session:
        business = session.scalars(select(Business)).one()
        suppress(session, business, TOM, reason="opt_out", source="text")
    path = tmp_path / "list.csv"
    path.write_text(
        f"{HEADER}\nSarah,Sample,212-555-0123,1/5/2026,,\nTom,Test,{TOM},2026-01-05,,\nAnn,,,,,\n"
    )
    before = everything()
    rows = imports.preview(imports.open_list(path), 2)
    assert everything() == before
    assert [(row.row, row.reason) for row in rows] == [(2, ""), (3, "suppressed")]
    assert rows[0].read["phone"] == SARAH
    assert rows[0].read["last_visit"] == "2026-01-05"


def test_the_report_is_read_page_by_page_and_reason_by_reason(take_in):
    done = take_in(*(f"P{n},Test,,,," for n in range(5)), "Q,Test,12,,,", f"S,S,{SARAH},2026-01-05,,")
    first, last = read_page(done.report, 1, 4), read_page(done.report, 2, 4)
    assert (len(first.rows), first.more, len(last.rows), last.more) == (4, True, 2, False)
    assert [row[0] for row in read_page(done.report, reason="invalid_phone").rows] == ["7"]
    done.report.unlink()
    with pytest.raises(imports.ListError):
        read_page(done.report)


def test_a_dry_run_waits_for_nobody_who_writes(tmp_path: Path):
    path = tmp_path / "list.csv"
    path.write_text(f"{HEADER}\nSarah,Sample,{SARAH},2026-01-05,,\nTom,Test,{TOM},2026-01-05,,yes\n")
    with writing() as session:
        session.execute(select(Business).with_for_update())
        assert imports.run(path, dry_run=True).accepted == 1
        assert imports.take_in_do_not_contact(path, dry_run=True).added == 2
