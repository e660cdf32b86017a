"""Faults: when they strike, how often, whom, and what cannot be asked for."""

from __future__ import annotations

import pytest

from bot.simulator.faults import Faults, UnknownFault


def test_a_fault_strikes_as_often_as_it_was_told_to() -> None:
    faults = Faults()
    fault = faults.add("callback_lost", times=2)
    assert [faults.strike("callback_lost") is fault for _ in range(3)] == [True, True, False]
    assert faults.list() == []


def test_a_fault_without_a_number_of_times_strikes_until_it_is_lifted() -> None:
    faults = Faults()
    fault = faults.add("callback_lost", times=None)
    assert all(faults.strike("callback_lost") for _ in range(10))
    assert fault.struck == 10
    assert faults.clear(fault.id) == 1
    assert faults.strike("callback_lost") is None


def test_a_fault_strikes_only_its_number_its_calls_and_its_statuses() -> None:
    faults = Faults()
    faults.add("callback_late", times=None, number="+12125550123", statuses=["sent"])
    assert not faults.strike("callback_late", number="+12125550124", status="sent")
    assert not faults.strike("callback_late", number="+12125550123", status="delivered")
    assert faults.strike("callback_late", number="+12125550123", status="sent")
    faults.add("api_error_before", times=None, calls="read")
    assert not faults.strike("api_error_before", call="create")
    assert faults.strike("api_error_before", call="read")


def test_a_share_strikes_about_that_often_and_the_same_way_every_time() -> None:
    def strikes() -> list[bool]:
        faults = Faults(seed="a")
        faults.add("callback_lost", times=None, share=0.25)
        return [faults.strike("callback_lost") is not None for _ in range(1000)]

    assert 200 < sum(strikes()) < 300
    assert strikes() == strikes()


@pytest.mark.parametrize(
    "asked",
    [
        {"kind": "earthquake"},
        {"kind": "api_reject"},
        {"kind": "callback_lost", "times": 0},
        {"kind": "callback_lost", "share": 0},
        {"kind": "api_error_before", "calls": "delete"},
    ],
)
def test_what_makes_no_sense_is_refused_with_a_sentence(asked: dict[str, object]) -> None:
    with pytest.raises(UnknownFault, match=r"\w+ \w+"):
        Faults().add(**asked)  # type: ignore[arg-type]
