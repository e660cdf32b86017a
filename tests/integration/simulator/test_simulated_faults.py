"""Each fault that the network can be told to have, seen from the provider's real client or the webhook."""

from __future__ import annotations

from datetime import timedelta

import pytest
import requests
from simulator_world import ACCOUNT, PHONE, SENDER, TOKEN, Clock, Rewritten, Service
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.rest import Client

from bot.simulator import Network, Refusal
from bot.simulator.faults import KINDS

OTHER = "+12125550124"
CALLBACK = "http://127.0.0.1:8000/status"
FORM = {"To": PHONE, "From": SENDER, "Body": "x", "StatusCallback": CALLBACK}


@pytest.fixture
def hasty(base: str) -> Client:
    """A client that waits a third of a second."""
    return Client(ACCOUNT, TOKEN, http_client=Rewritten(base, timeout=0.3))


def send(client: Client, to: str = PHONE) -> None:
    client.messages.create(to=to, from_=SENDER, body="x")


class TestTheApi:
    @pytest.mark.parametrize("status", [500, 502, 503])
    @pytest.mark.parametrize(("kind", "accepted"), [("api_error_before", 0), ("api_error_after", 1)])
    def test_an_error_of_the_server_may_or_may_not_have_made_the_message(
        self, client: Client, network: Network, kind: str, accepted: int, status: int
    ) -> None:
        network.faults.add(kind, status=status)
        with pytest.raises(TwilioRestException) as broken:
            send(client)
        assert broken.value.status == status
        assert len(network.messages()) == accepted
        send(client)

    @pytest.mark.parametrize(("kind", "accepted"), [("api_hang_before", 0), ("api_hang_after", 1)])
    def test_an_answer_that_never_comes_times_the_client_out(
        self, hasty: Client, network: Network, kind: str, accepted: int
    ) -> None:
        network.faults.add(kind)
        with pytest.raises(requests.exceptions.ReadTimeout):
            send(hasty)
        assert len(network.messages()) == accepted
        send(hasty)

    @pytest.mark.parametrize(("kind", "accepted"), [("api_close_before", 0), ("api_close_after", 1)])
    def test_a_connection_closed_without_an_answer_is_an_error_of_the_wire(
        self, client: Client, network: Network, kind: str, accepted: int
    ) -> None:
        network.faults.add(kind)
        with pytest.raises(requests.exceptions.ConnectionError):
            send(client)
        assert len(network.messages()) == accepted
        send(client)

    @pytest.mark.parametrize(("kind", "accepted"), [("api_reset_before", 0), ("api_reset_after", 1)])
    def test_a_connection_can_be_reset(
        self, client: Client, network: Network, kind: str, accepted: int
    ) -> None:
        network.faults.add(kind)
        with pytest.raises(requests.exceptions.ConnectionError, match="reset by peer"):
            send(client)
        assert len(network.messages()) == accepted
        send(client)

    def test_a_slow_answer_is_an_answer_to_who_waits(
        self, client: Client, hasty: Client, network: Network
    ) -> None:
        network.faults.add("api_slow", seconds=0.5, times=2)
        with pytest.raises(requests.exceptions.ReadTimeout):
            send(hasty)
        send(client)
        assert len(network.messages()) == 2

    def test_who_asks_too_often_is_told_when_to_come_again(self, base: str, network: Network) -> None:
        network.faults.add("api_rate_limited", seconds=17)
        url = f"{base}/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
        refused = requests.post(url, data=FORM, auth=(ACCOUNT, TOKEN), timeout=5)
        assert (refused.status_code, refused.headers["Retry-After"]) == (429, "17")

    def test_a_list_may_show_a_message_late(self, client: Client, network: Network, clock: Clock) -> None:
        network.faults.add("list_late", seconds=20, times=None)
        send(client)
        assert client.messages.list(to=PHONE) == []
        clock.forward(20)
        assert len(client.messages.list(to=PHONE)) == 1

    def test_what_has_not_left_yet_is_in_no_list_by_the_day_it_was_sent(
        self, client: Client, network: Network, clock: Clock
    ) -> None:
        network.faults.add("send_slow")
        send(client)
        network.run_due()
        yesterday = clock.now.date() - timedelta(days=1)
        assert client.messages.list(to=PHONE, date_sent_after=yesterday) == []
        assert len(client.messages.list(to=PHONE)) == 1

    def test_too_many_requests_are_never_processed(self, client: Client, network: Network) -> None:
        network.faults.add("api_rate_limited", times=2)
        for _ in range(2):
            with pytest.raises(TwilioRestException) as refused:
                send(client)
            assert (refused.value.status, refused.value.code) == (429, 20429)
        send(client)
        assert len(network.messages()) == 1

    def test_lost_credentials_strike_every_call_until_cleared(self, client: Client, network: Network) -> None:
        network.faults.add("api_unauthorized", times=None)
        for call in (lambda: send(client), lambda: client.messages("SM" + "0" * 32).fetch()):
            with pytest.raises(TwilioRestException) as refused:
                call()
            assert (refused.value.status, refused.value.code) == (401, 20003)
        network.faults.clear()
        send(client)

    @pytest.mark.parametrize("code", [21211, 21408, 21610, 21612, 21614, 21635])
    def test_a_number_can_be_refused_with_any_code(self, client: Client, network: Network, code: int) -> None:
        network.faults.add("api_reject", code=code, number=PHONE, times=None)
        with pytest.raises(TwilioRestException) as refused:
            send(client)
        assert (refused.value.status, refused.value.code) == (400, code)
        send(client, OTHER)

    def test_looking_things_up_can_fail_while_sending_works(self, client: Client, network: Network) -> None:
        network.faults.add("api_error_before", calls="read", status=503)
        send(client)
        # the client raises its plain error here, not the one with a code
        with pytest.raises(TwilioException, match="Unable to fetch page"):
            client.messages.list()
        assert len(client.messages.list()) == 1

    def test_a_fault_strikes_even_a_message_that_would_be_refused_anyway(
        self, client: Client, network: Network
    ) -> None:
        network.faults.add("api_error_after")
        with pytest.raises(TwilioRestException) as refused:
            client.messages.create(to="12", from_=SENDER, body="x")
        assert refused.value.code == 21211


class TestSending:
    @pytest.mark.parametrize(
        ("kind", "code", "statuses"),
        [
            ("send_failed", 30007, ["queued", "failed"]),
            ("send_undelivered", 30005, ["queued", "sent", "undelivered"]),
        ],
    )
    def test_a_message_can_fail_later_with_a_code(
        self, network: Network, service: Service, kind: str, code: int, statuses: list[str]
    ) -> None:
        network.faults.add(kind, code=code)
        network.outbound.create(FORM)
        network.run_due()
        assert service.statuses == statuses
        assert dict(service.got[-1][1])["ErrorCode"] == str(code)
        assert network.transcript(PHONE) == []

    def test_a_slow_queue_holds_a_message_back(self, network: Network, clock: Clock) -> None:
        network.faults.add("send_slow", seconds=90)
        network.outbound.create(FORM)
        network.run_due()
        assert network.messages()[0].status == "queued"
        clock.forward(90)
        network.run_due()
        assert network.messages()[0].status == "delivered"


class TestCallbacks:
    def test_a_lost_callback_is_never_told(self, network: Network, service: Service) -> None:
        network.faults.add("callback_lost", statuses=["sent"])
        network.outbound.create(FORM)
        network.run_due()
        assert service.statuses == ["queued", "delivered"]

    def test_a_duplicated_callback_is_told_twice_with_the_same_token(
        self, network: Network, service: Service
    ) -> None:
        network.faults.add("callback_duplicated", statuses=["delivered"])
        network.outbound.create(FORM)
        network.run_due()
        assert service.statuses == ["queued", "sent", "delivered", "delivered"]
        tokens = [headers["I-Twilio-Idempotency-Token"] for _, _, headers in service.got]
        assert tokens[2] == tokens[3]

    def test_a_late_callback_lets_the_later_ones_overtake(
        self, network: Network, service: Service, clock: Clock
    ) -> None:
        network.faults.add("callback_late", statuses=["sent"], seconds=30)
        network.outbound.create(FORM)
        network.run_due()
        assert service.statuses == ["queued", "delivered"]
        clock.forward(30)
        network.run_due()
        assert service.statuses == ["queued", "delivered", "sent"]

    def test_reordered_callbacks_come_last_one_first(self, network: Network, service: Service) -> None:
        network.faults.add("callbacks_reordered")
        network.outbound.create(FORM)
        network.run_due()
        assert service.statuses == ["delivered", "sent", "queued"]

    def test_a_fault_for_one_number_leaves_the_others_alone(self, network: Network, service: Service) -> None:
        network.faults.add("callback_lost", number=OTHER, times=None)
        network.outbound.create(FORM)
        network.outbound.create(FORM | {"To": OTHER})
        network.run_due()
        assert {dict(pairs)["To"] for _, pairs, _ in service.got} == {PHONE}


class TestInbound:
    def test_a_duplicated_text_comes_twice_with_one_id(self, network: Network, service: Service) -> None:
        network.faults.add("inbound_duplicated")
        network.text(PHONE, "hello")
        network.run_due()
        assert service.texts == ["hello", "hello"]
        assert len({dict(pairs)["MessageSid"] for _, pairs, _ in service.got}) == 1

    def test_a_late_text_comes_after_its_delay(
        self, network: Network, service: Service, clock: Clock
    ) -> None:
        network.faults.add("inbound_late", seconds=20)
        network.text(PHONE, "late")
        network.text(PHONE, "in time")
        network.run_due()
        assert service.texts == ["in time"]
        clock.forward(20)
        network.run_due()
        assert service.texts == ["in time", "late"]

    def test_a_reordered_text_lets_the_next_one_go_ahead(self, network: Network, service: Service) -> None:
        network.faults.add("inbound_reordered")
        network.text(PHONE, "first")
        network.text(PHONE, "second")
        network.run_due()
        assert service.texts == ["second", "first"]

    def test_a_reordered_text_with_none_behind_it_comes_in_the_end(
        self, network: Network, service: Service, clock: Clock
    ) -> None:
        network.faults.add("inbound_reordered", seconds=40)
        network.text(PHONE, "only")
        clock.forward(40)
        network.run_due()
        clock.forward(40)
        network.run_due()
        assert service.texts == ["only"]


def test_every_kind_of_fault_is_struck_by_some_test_here() -> None:
    struck = {
        "api_error_before", "api_error_after", "api_hang_before", "api_hang_after", "api_close_before",
        "api_close_after", "api_reset_before", "api_reset_after", "api_slow", "list_late",
        "api_rate_limited", "api_unauthorized", "api_reject", "send_failed",
        "send_undelivered", "send_slow", "callback_late", "callback_lost", "callback_duplicated",
        "callbacks_reordered", "inbound_late", "inbound_duplicated", "inbound_reordered",
    }  # fmt: skip
    assert struck == set(KINDS)


def test_a_refusal_without_a_known_code_is_a_plain_400() -> None:
    assert Refusal(39999).status == 400
