"""Event ids."""

import re

from hypothesis import given
from hypothesis import strategies as st

from actions.calendars import event_id


@given(st.lists(st.text(), max_size=4))
def test_every_id_is_one_that_google_accepts(parts: list[str]) -> None:
    assert re.fullmatch(r"[a-v0-9]{5,1024}", event_id(*parts))


def test_the_same_parts_always_give_the_same_id() -> None:
    assert event_id("appointment", "7") == event_id("appointment", "7")
    assert event_id("appointment", "7") == "q7pn06jvjrqeka9c50v6gjhq34h9qeu36cmnhiitgqf101n2pkk0"


def test_parts_that_merely_join_to_the_same_text_give_different_ids() -> None:
    assert event_id("1", "12") != event_id("11", "2")
