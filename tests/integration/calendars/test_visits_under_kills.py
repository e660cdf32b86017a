"""kill -9 between any two steps of a visit, and another process that takes over."""

from __future__ import annotations

import pytest
from soak.booking_deaths import die_everywhere, nursery
from soak.booking_faults import COUNTED
from soak.booking_scenes import Practice

pytestmark = pytest.mark.database


def test_a_worker_that_dies_at_any_point_leaves_nothing_doubled_lost_or_untold(practice: Practice) -> None:
    """`make soak` loses the opening as well, and dies on the way: tests/soak/booking.py."""
    with nursery() as born:
        steps = ("booking", "moving", "cancelling")
        wrong = [one for step in steps for one in die_everywhere(practice, born, step)]
        if COUNTED:
            lost = ("booking", "moving")
            wrong += [one for step in lost for one in die_everywhere(practice, born, step, taken=True)]
    assert not wrong, "\n".join(wrong)
