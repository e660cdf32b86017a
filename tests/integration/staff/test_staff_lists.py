"""Lists in the staff view: looked through first, then taken in by somebody who stands up for them."""

from __future__ import annotations

import io
import re
import threading
from pathlib import Path

import pytest
from sqlalchemy import func, select
from staff_desk import Browser, Desk
from werkzeug.test import TestResponse

from bot.staff import lists_uploads, lists_work
from bot.staff.lists_uploads import Upload
from data.db import reading, writing
from data.models import Business, Contact, ImportBatch, Suppression

LIST = (
    "First,Cell,Last visit,Plan\n"
    "Sarah,212 555 0123,2026-08-05,Family\n"
    "=cmd(),,2026-08-05,\n"
    "Tom,212 555 0124,,Single\n"
)
"""One who may be texted, one without a number, one without a basis."""


@pytest.fixture
def desk(lone_desk: Desk) -> Desk:
    """On one kind of database: what an import stores is shown on both elsewhere."""
    return lone_desk


def upload(browser: Browser, content: bytes | str, name: str = "our list.csv", **fields: str) -> TestResponse:
    raw = content.encode() if isinstance(content, str) else content
    data = {"csrf_token": browser.token("/staff/lists"), "file": (io.BytesIO(raw), name), **fields}
    return browser.client.post("/staff/lists", data=data)


def taken(path: str) -> Upload:
    with reading() as session:
        business = session.scalars(select(Business.id).where(Business.name == "Example Dental")).one()
    found = lists_uploads.find(path.rsplit("/", 1)[-1], business)
    assert found is not None
    return found


def count(table: type[Contact] | type[ImportBatch] | type[Suppression]) -> int:
    with reading() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def test_a_list_is_looked_through_attested_by_name_and_taken_in(desk: Desk) -> None:
    kim = desk.kim()
    where = upload(kim, LIST, kind="contacts").headers["Location"]

    seen = kim.get(where).text
    assert "Nothing of it is stored yet" in seen
    assert "No phone number" in seen
    assert "No basis for texting them" in seen
    assert '<option value="Cell" selected>' in seen
    assert count(Contact) == 0

    refused = kim.post(f"{where}/take-in", seen_on=where)
    assert (refused.status_code, count(Contact)) == (409, 0)

    assert kim.post(f"{where}/take-in", seen_on=where, own="y").status_code == 303
    assert count(Contact) == 1
    with reading() as session:
        batch = session.scalars(select(ImportBatch)).one()
    assert (batch.attested_by, batch.filename, batch.counts["refused"]) == ("Kim", "our_list.csv", 2)
    after = kim.get(where).text
    assert "there is no phone number in this row" in after
    assert "Kim has said that it is the business’s own" in after
    assert "our_list.csv" in kim.get("/staff/lists").text
    file = kim.get(f"{where}/refused.csv")
    assert file.text.startswith("row,reason,detail,")
    assert "'=cmd()" in file.text
    file.close()
    assert not taken(where).file.exists()
    assert desk.audits()[-2:] == ["uploaded a list", "took in a list"]
    assert "took in a list: " in re.sub(r"\s*<span class=\"small\">", " ", kim.get("/staff/record").text)


def test_another_business_neither_sees_nor_takes_in_an_uploaded_list(desk: Desk) -> None:
    where = upload(desk.kim(), LIST, own="y").headers["Location"]
    bo = desk.logged_in("Bo")

    assert bo.get(where).status_code == bo.get(f"{where}/refused.csv").status_code == 404
    assert bo.post(f"{where}/take-in", own="y").status_code == 404
    assert bo.post(f"{where}/throw-away").status_code == 404
    assert "our_list" not in bo.get("/staff/lists").text
    assert count(Contact) == 0


def test_columns_are_named_by_hand_where_their_names_say_nothing(desk: Desk) -> None:
    kim = desk.kim()
    where = upload(kim, "a,b,c\nSarah,2125550123,2026-08-05\n", own="y").headers["Location"]
    assert "no column for phone numbers" in kim.get(where).text

    fields = {"column-first_name": "a", "column-phone": "b", "column-last_visit": "c"}
    assert kim.post(f"{where}/columns", seen_on=where, **fields).status_code == 303
    assert "Take in 1 row<" in kim.get(where).text


def test_a_file_that_is_no_list_is_refused_in_a_sentence_and_not_kept(desk: Desk, tmp_path: Path) -> None:
    kim = desk.kim()
    answer = upload(kim, bytes(range(256)) * 40, "../../photo.jpg")

    assert answer.status_code == 400
    assert "not a text file" in answer.text
    assert str(tmp_path) not in answer.text
    assert not list(lists_uploads.root().iterdir())
    assert kim.post("/staff/lists").status_code == 400


def test_numbers_to_leave_alone_are_left_alone_from_then_on(desk: Desk) -> None:
    kim = desk.kim()
    where = upload(kim, "2125550123\n2125550124\nnone\n", kind="do_not_contact").headers["Location"]
    assert "Take in 2 numbers" in kim.get(where).text

    kim.post(f"{where}/take-in", seen_on=where)

    assert count(Suppression) == 2
    assert "numbers are left alone from now on" in kim.get(where).text


def test_a_long_list_is_taken_in_beside_the_request_and_one_that_was_interrupted_again(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lists_work, "AT_ONCE", 10)
    kim = desk.kim()
    where = upload(kim, LIST, own="y").headers["Location"]
    one = taken(where)
    kim.get(where)
    _wait()
    (one.folder / f"{lists_work.TAKEN}.began").touch()  # as a process leaves it that died at it
    assert "interrupted half-way" in kim.get(where).text

    kim.post(f"{where}/take-in", seen_on=where)
    _wait()

    assert count(Contact) == 1
    assert "What came of it" in kim.get(where).text


def test_what_is_being_taken_in_is_not_begun_twice(desk: Desk) -> None:
    where = upload(desk.kim(), LIST, own="y").headers["Location"]
    one, begun = taken(where), []

    def work() -> dict[str, object]:
        lists_work.start(one, lists_work.TAKEN, lambda: begun.append("twice") or {})
        return {"under_way": lists_work.under_way(one)}

    lists_work.start(one, lists_work.TAKEN, work)

    assert begun == []
    assert lists_uploads.saved(one, lists_work.TAKEN) == {"under_way": True}
    assert not lists_work.under_way(one)


def test_only_who_is_logged_in_may_send_more_than_a_text(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lists_uploads, "LARGEST", 400_000)
    kim, rows = desk.kim(), LIST + "x" * 300_000
    assert upload(kim, rows).status_code == 303
    too_large = upload(kim, rows + "x" * 200_000)
    assert (too_large.status_code, "rekindle import" in too_large.text) == (413, True)
    stranger = desk.browser()
    data = {"csrf_token": stranger.token("/staff/login"), "file": (io.BytesIO(rows.encode()), "list.csv")}
    assert stranger.client.post("/staff/lists", data=data).status_code == 413


def test_a_list_from_the_command_line_is_attested_afterwards(desk: Desk) -> None:
    with reading() as session:
        business = session.scalars(select(Business.id).where(Business.name == "Example Dental")).one()
    with writing() as session:
        batch = ImportBatch(business_id=business, filename="old.csv", sha256="0", counts={})
        session.add(batch)
        session.flush()
        batch_id = batch.id
    kim = desk.kim()
    assert "Until somebody does, no campaign starts" in kim.get("/staff/lists").text

    assert desk.logged_in("Bo").post(f"/staff/lists/imports/{batch_id}/attest").status_code == 404
    kim.post(f"/staff/lists/imports/{batch_id}/attest")

    with reading() as session:
        assert session.get_one(ImportBatch, batch_id).attested_by == "Kim"


def _wait() -> None:
    """Until the thread that is at a list has ended."""
    for thread in threading.enumerate():
        if thread.name == "list":
            thread.join(timeout=20)
