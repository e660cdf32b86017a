"""Which of the business's services a text names."""

import pytest

from actions.state import State
from actions.turn import Turn
from tests.unit.actions.picture import hears, picture


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("just a cleaning", ["cleaning"]),
        ("need em cleaned", ["cleaning"]),
        ("a Cleanin pls", ["cleaning"]),
        ("whitening and a check up", ["whitening", "check-up"]),
        ("two checkups", ["check-up"]),
        ("an exam?", ["check-up"]),
        ("with Dr. Example please", []),
        ("for example tuesday", []),
    ],
)
def test_a_service_is_named_by_whole_words(text: str, named: list[str]) -> None:
    turn = Turn(State(), hears("book", text=text), picture())
    assert [service.id for service in turn.mentioned_services()] == named
