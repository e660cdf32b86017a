"""WhatsApp's templates in the simulator: served as the provider does, and refused as WhatsApp does."""

from __future__ import annotations

from dataclasses import replace

import pytest
import requests
from simulator_world import ACCOUNT, PHONE, TOKEN, WHATSAPP_SENDER

from bot.simulator import Network, Template
from bot.simulator.refusals import Refusal

SID = "HX" + "d4" * 16
TEMPLATE = Template("Hi {{1}}, see you {{2}}.", name="see_you", defaults={"2": "soon"})
TO = {"To": "whatsapp:" + PHONE, "From": WHATSAPP_SENDER, "ContentSid": SID}


def sent(network: Network, variables: str = '{"1": "Ann"}') -> int | None:
    """The error of a text that is sent as the template; None: it has arrived."""
    made = network.outbound.create(TO | {"ContentVariables": variables})
    network.run_due()
    return made.error_code


def test_a_template_and_its_approval_are_told_to_the_account_alone(network: Network, base: str) -> None:
    network.put_template(SID, replace(TEMPLATE, approval="rejected", rejected_because="too pushy"))
    asked = f"{base}/v1/Content/{SID}"
    told = requests.get(asked, auth=(ACCOUNT, TOKEN), timeout=5).json()
    assert (told["friendly_name"], told["types"]) == ("see_you", {"twilio/text": {"body": TEMPLATE.body}})
    says = requests.get(f"{asked}/ApprovalRequests", auth=(ACCOUNT, TOKEN), timeout=5).json()["whatsapp"]
    assert (says["status"], says["rejection_reason"], says["category"]) == (
        "rejected",
        "too pushy",
        "UTILITY",
    )
    assert requests.get(asked, auth=(ACCOUNT, "guessed"), timeout=5).status_code == 401
    assert requests.get(asked, timeout=5).json()["code"] == 20003
    assert requests.get(f"{base}/v1/Content/HX0", auth=(ACCOUNT, TOKEN), timeout=5).json()["code"] == 20404


@pytest.mark.parametrize(
    ("approval", "closed", "opened"),
    [
        ("approved", None, None),
        ("unsubmitted", 63016, None),
        ("received", 63016, None),
        ("pending", 63016, None),
        ("rejected", 63040, 63040),
        ("paused", 63041, 63041),
        ("disabled", 63042, 63042),
    ],
)
def test_what_is_not_approved_begins_nothing(
    network: Network, approval: str, closed: int | None, opened: int | None
) -> None:
    network.put_template(SID, replace(TEMPLATE, approval=approval))
    assert sent(network) == closed
    network.text(PHONE, "hello", channel="whatsapp")
    assert sent(network) == opened


@pytest.mark.parametrize(
    "variables", ['{"1": ""}', '{"1": "two\\nlines"}', '{"1": "a     b"}', '{"1": null}', "{}", "[]", "{"]
)
def test_a_place_that_is_empty_or_broken_is_refused(network: Network, variables: str) -> None:
    network.put_template(SID, TEMPLATE)
    with pytest.raises(Refusal) as refused:
        sent(network, variables)
    assert refused.value.code == 21656


def test_a_place_that_is_left_out_has_its_default(network: Network) -> None:
    network.put_template(SID, TEMPLATE)
    assert sent(network) is None
    assert [text.body for text in network.transcript(PHONE)] == ["Hi Ann, see you soon."]


def test_a_template_can_be_put_there_from_outside(network: Network, base: str) -> None:
    put = {"sid": SID, "body": "Hi {{1}}", "category": "marketing", "approval": "paused"}
    assert requests.post(f"{base}/sim/templates", json=put, timeout=5).status_code == 201
    assert network.ground.templates[SID] == Template("Hi {{1}}", "marketing", approval="paused")
    for wrong in ({"sid": "HX1", "body": "x"}, {"sid": SID}, {"sid": SID, "body": "x", "colour": "red"}):
        assert requests.post(f"{base}/sim/templates", json=wrong, timeout=5).status_code == 400
