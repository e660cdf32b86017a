"""What the report advises follows from the figures, and nothing is concluded from too few."""

from __future__ import annotations

from dataclasses import replace

import pytest

from data.figures.advice import ENOUGH, Seen, advice
from data.figures.endings import Outcomes
from data.figures.money import Revenue, Spend
from data.figures.row import Funnel
from data.profile import Brakes

WELL = Seen(
    whole=Funnel("", enrolled=150, sent=150, delivered=148, failed=2, replied=20, booked=6, opted_out=2),
    outcomes=Outcomes({"no_reply": 130, "booked": 6}, active=0, held=850),
    dead_numbers=1,
    filtered=0,
    spend=Spend(touches=3.2, talk=1.0),
    revenue=(Revenue(90, sales=2, amount=240.0, visits_without_sale=0),),
    state="paused",
    paused_reason="pilot",
    is_pilot=True,
    verdict="",
    brakes=Brakes(),
)


def with_funnel(**changed: int) -> Seen:
    return replace(WELL, whole=replace(WELL.whole, **changed))


def test_a_pilot_that_went_well_may_be_released() -> None:
    says = advice(WELL)
    assert says[-1] == "Nothing speaks against releasing the other 850 contacts."
    assert any("240.00" in sentence and "4.20" in sentence for sentence in says)


def test_nothing_is_concluded_from_few_contacts_or_none() -> None:
    (nothing,) = advice(with_funnel(sent=0))
    (few,) = advice(with_funnel(sent=ENOUGH - 1, opted_out=20))
    assert "No touch has left" in nothing
    assert f"Only {ENOUGH - 1} contacts" in few
    paused, _ = advice(replace(with_funnel(sent=ENOUGH - 1), paused_reason="delivery"))
    assert "paused itself (delivery)" in paused


def test_a_campaign_of_which_nothing_is_to_be_said_is_told_so() -> None:
    quiet = replace(with_funnel(booked=0, replied=20), revenue=(), is_pilot=False)
    assert advice(replace(quiet, whole=replace(quiet.whole, booked=1))) == (
        "Nothing in these figures asks for anything now.",
    )


@pytest.mark.parametrize(
    ("seen", "says"),
    [
        (with_funnel(opted_out=8), "8 of 150 contacts want no more texts"),
        (with_funnel(failed=12), "12 of 150 contacts did not arrive"),
        (replace(WELL, filtered=4), "filtered 4 texts"),
        (replace(WELL, dead_numbers=12), "12 numbers are dead"),
        (replace(WELL, paused_reason="opt_outs"), "paused itself (opt outs)"),
    ],
)
def test_whatever_should_be_mended_comes_first_and_nobody_is_released_before(seen: Seen, says: str) -> None:
    told = advice(seen)
    assert says in told[0]
    assert not any("releasing" in sentence for sentence in told)


def test_a_pilot_that_still_runs_is_waited_for() -> None:
    told = advice(replace(WELL, outcomes=Outcomes({}, active=40, held=850)))
    assert "still runs for 40 contacts" in told[-1]


def test_silence_and_answers_without_bookings_are_spoken_of() -> None:
    assert any("other words" in sentence for sentence in advice(with_funnel(replied=1, booked=0)))
    assert any("nobody has booked" in sentence for sentence in advice(with_funnel(booked=0)))
