"""Deciding reads the calendar only where it matters, and never takes an unread one for a free one."""

from __future__ import annotations

from dataclasses import replace

import pytest

from actions.decide import decide
from actions.state import State
from actions.unread_calendar import UNREAD, CalendarWanted
from tests.unit.actions.picture import hears, picture


@pytest.mark.parametrize("intent", ["thanks", "human", "not_interested", "question", "not_now"])
def test_what_offers_no_time_is_decided_the_same_without_reading_the_calendar(intent: str) -> None:
    blind = decide(State(), hears(intent), replace(picture(), busy=UNREAD))
    assert blind == decide(State(), hears(intent), picture())


@pytest.mark.parametrize("intent", ["book", "reschedule"])
def test_no_time_is_offered_before_the_calendar_was_read(intent: str) -> None:
    with pytest.raises(CalendarWanted):
        decide(State(), hears(intent), replace(picture(), busy=UNREAD))
