"""The states of an outbound text: they never go back, in whatever order the provider tells them."""

from __future__ import annotations

from itertools import permutations

import pytest

from data.message_states import FAILURES, FROM_PROVIDER, KINDS, RANK, TERMINAL, advances


def play(*reported: str, begin: str = "sending") -> str:
    state = begin
    for status in reported:
        if advances(state, FROM_PROVIDER[status]):
            state = FROM_PROVIDER[status]
    return state


@pytest.mark.parametrize("order", list(permutations(["queued", "sent", "delivered"])))
def test_in_any_order_a_delivered_text_ends_delivered(order: tuple[str, ...]) -> None:
    assert play(*order) == "delivered"


@pytest.mark.parametrize("order", list(permutations(["queued", "sent", "undelivered"])))
def test_in_any_order_an_undelivered_text_ends_undelivered(order: tuple[str, ...]) -> None:
    assert play(*order) == "undelivered"


@pytest.mark.parametrize("failure", ["failed", "undelivered", "canceled"])
def test_what_was_delivered_cannot_fail_any_more(failure: str) -> None:
    assert play("delivered", failure) == "delivered"
    assert play("read", failure) == "read"


def test_an_unknown_outcome_may_still_turn_out_well() -> None:
    assert play("sent", begin="unknown") == "sent"
    assert play("delivered", begin="unknown") == "delivered"


@pytest.mark.parametrize("state", sorted(TERMINAL - {"unknown"}))
def test_a_terminal_state_stays(state: str) -> None:
    assert not any(advances(state, reported) for reported in (*RANK, *TERMINAL))


def test_a_text_advances_to_no_state_that_it_is_in() -> None:
    assert not any(advances(state, state) for state in (*RANK, *TERMINAL))


def test_what_the_business_starts_never_goes_to_a_suppressed_number() -> None:
    assert not any(kind.proactive and kind.after_opt_out for kind in KINDS.values())


def test_failures_are_states_that_the_provider_reports() -> None:
    assert set(FROM_PROVIDER) & TERMINAL >= FAILURES
