"""When a campaign pauses by itself: the shares, their limits, and nothing from too few texts; pure."""

from __future__ import annotations

import pytest

from data.profile import Brakes
from scheduler.outreach.brakes import REASONS, Fate, verdict

FINE = Fate("delivered", None, opted_out=False)
OUT = Fate("delivered", None, opted_out=True)
LOST = Fate("undelivered", "30005", opted_out=False)
FILTERED = Fate("undelivered", "30007", opted_out=False)
LIMITS = Brakes()


@pytest.mark.parametrize(
    ("fates", "reason"),
    [
        ([FINE] * 200, None),
        ([OUT] * 6 + [FINE] * 194, None),
        ([OUT] * 7 + [FINE] * 193, "opt_outs"),
        ([LOST] * 10 + [FINE] * 190, None),
        ([LOST] * 11 + [FINE] * 189, "delivery"),
        ([FILTERED] * 2 + [FINE] * 198, None),
        ([FILTERED] * 3 + [FINE] * 197, "filtered"),
    ],
)
def test_a_share_above_its_limit_pauses_and_one_at_it_does_not(fates: list[Fate], reason: str | None) -> None:
    assert verdict(fates, LIMITS) == reason


def test_nothing_is_concluded_from_too_few_texts() -> None:
    assert verdict([OUT] * (LIMITS.least - 1), LIMITS) is None
    assert verdict([OUT] * LIMITS.least, LIMITS) == "opt_outs"


def test_the_limits_are_the_owners() -> None:
    assert verdict([OUT] * 10 + [FINE] * 90, Brakes(opt_outs_above=0.1)) is None
    assert set(REASONS) == {"opt_outs", "delivery", "filtered", "budget"}
