"""kill -9 between any two steps of a visit, and another process that takes over."""

from __future__ import annotations

import pytest
from soak.booking_deaths import die_everywhere, nursery
from soak.booking_scenes import Practice

pytestmark = pytest.mark.database


def test_a_worker_that_dies_at_any_point_leaves_nothing_doubled_lost_or_untold(practice: Practice) -> None:
    """`make soak` has further steps die: tests/soak/booking.py."""
    with nursery() as born:
        steps = ("booking", "moving", "cancelling")
        wrong = [one for step in steps for one in die_everywhere(practice, born, step)]
    assert not wrong, "\n".join(wrong)
