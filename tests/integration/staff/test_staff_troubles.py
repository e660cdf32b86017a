"""What the staff view says of a trouble, on a page that is opened and on one that was open all the while."""

from __future__ import annotations

from staff_desk import Desk

from data.db import writing
from data.models import Sender


def test_a_trouble_stands_on_every_page_and_reaches_those_that_are_open(desk: Desk) -> None:
    talk = desk.conversation("Sarah", "hello")
    kim = desk.kim()
    pages = ("/staff", f"/staff/conversations/{talk}")
    before = [kim.get(page).text for page in pages]
    quiet = kim.get("/staff/news?list=~0~", headers={"Accept": "application/json"}).get_json()
    with writing() as session:
        for sender in session.query(Sender):
            sender.stopped_reason = "20003: the provider refuses our credentials"
    after = [kim.get(page).text for page in pages]
    told = kim.get("/staff/news?list=~0~", headers={"Accept": "application/json"}).get_json()

    assert not any("Nothing leaves from" in page for page in before)
    assert all("Nothing leaves from" in page for page in after)
    assert quiet["troubles"] == ""
    assert "provider refuses our credentials" in told["troubles"]
