"""The provider's real client against the simulated API over loopback."""

from __future__ import annotations

from simulator_world import PHONE, SENDER, Service
from twilio.rest import Client

from bot.simulator import Network


def test_a_message_is_created_delivered_and_its_statuses_told_in_order(
    client: Client, network: Network, service: Service
) -> None:
    made = client.messages.create(
        to=PHONE, from_=SENDER, body="Hello", status_callback="http://127.0.0.1:8000/status?message=7"
    )
    assert made.status == "queued"
    network.run_due()
    assert service.statuses == ["queued", "sent", "delivered"]
    assert [text.body for text in network.transcript(PHONE)] == ["Hello"]
    assert client.messages(made.sid).fetch().status == "delivered"
