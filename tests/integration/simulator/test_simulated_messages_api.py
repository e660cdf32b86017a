"""The provider's real client against the simulated API over loopback."""

from __future__ import annotations

from datetime import UTC, date, timedelta

import pytest
import requests
from simulator_world import ACCOUNT, PHONE, SENDER, START, TOKEN, WHATSAPP_SENDER, Clock, Rewritten, Service
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client

from bot.simulator import Behaviour, Network, Template, serving

CALLBACK = "http://127.0.0.1:8000/status?message=7"


def test_a_message_is_created_delivered_and_its_statuses_told_in_order(
    client: Client, network: Network, service: Service
) -> None:
    made = client.messages.create(to=PHONE, from_=SENDER, body="Hello", status_callback=CALLBACK)
    assert (made.status, made.num_segments, made.direction, made.date_sent) == (
        "queued", "1", "outbound-api", None,
    )  # fmt: skip
    assert made.sid.startswith("SM")
    assert len(made.sid) == 34
    network.run_due()
    assert service.statuses == ["queued", "sent", "delivered"]
    assert [text.body for text in network.transcript(PHONE)] == ["Hello"]
    fetched = client.messages(made.sid).fetch()
    assert (fetched.status, fetched.date_sent, fetched.error_code) == ("delivered", START, None)


def test_nothing_arrives_before_the_carrier_has_had_its_time(make_network, clock: Clock) -> None:
    network = make_network(behaviour=Behaviour(delivered_after=timedelta(seconds=3)))
    network.outbound.create({"To": PHONE, "From": SENDER, "Body": "Hello"})
    network.run_due()
    assert network.transcript(PHONE) == []
    assert network.next_due() == START + timedelta(seconds=3)
    clock.forward(3)
    network.run_due()
    assert len(network.transcript(PHONE)) == 1
    assert network.idle


@pytest.mark.parametrize(
    ("form", "code", "status"),
    [
        ({"to": "", "from_": SENDER, "body": "x"}, 21604, 400),
        ({"to": "12", "from_": SENDER, "body": "x"}, 21211, 400),
        ({"to": "+1212555012x", "from_": SENDER, "body": "x"}, 21211, 400),
        ({"to": PHONE, "from_": SENDER, "body": ""}, 21602, 400),
        ({"to": PHONE, "from_": SENDER}, 21602, 400),
        ({"to": PHONE, "body": "x"}, 21603, 400),
        ({"to": PHONE, "from_": "+12125550199", "body": "x"}, 21606, 400),
        ({"to": SENDER, "from_": SENDER, "body": "x"}, 21266, 400),
        ({"to": PHONE, "from_": SENDER, "body": "x" * 1601}, 21617, 400),
        ({"to": PHONE, "from_": SENDER, "body": "x", "validity_period": 36_001}, 21624, 400),
        ({"to": PHONE, "from_": WHATSAPP_SENDER, "body": "x"}, 21910, 400),
        ({"to": "whatsapp:" + PHONE, "from_": "whatsapp:+12125550199", "body": "x"}, 63007, 400),
        ({"to": PHONE, "messaging_service_sid": "MG" + "f" * 32, "body": "x"}, 21701, 404),
        ({"to": "whatsapp:" + PHONE, "from_": WHATSAPP_SENDER, "content_sid": "HX" + "f" * 32}, 21655, 400),
    ],
)
def test_what_the_provider_would_refuse_is_refused_with_its_code(
    client: Client, network: Network, form: dict[str, str], code: int, status: int
) -> None:
    with pytest.raises(TwilioRestException) as refused:
        client.messages.create(**form)
    assert (refused.value.code, refused.value.status) == (code, status)
    assert network.messages() == []


def test_an_error_has_the_providers_shape(base: str) -> None:
    told = requests.post(
        f"{base}/2010-04-01/Accounts/{ACCOUNT}/Messages.json", auth=(ACCOUNT, TOKEN), timeout=5, data={}
    )
    assert told.json() == {
        "code": 21604,
        "message": "A 'To' phone number is required.",
        "more_info": "https://www.twilio.com/docs/errors/21604",
        "status": 400,
    }


@pytest.mark.parametrize(("account", "token"), [(ACCOUNT, "wrong"), ("AC" + "1" * 32, TOKEN)])
def test_a_wrong_account_or_token_is_refused_with_20003(base: str, account: str, token: str) -> None:
    stranger = Client(account, token, http_client=Rewritten(base))
    with pytest.raises(TwilioRestException) as refused:
        stranger.messages.create(to=PHONE, from_=SENDER, body="x")
    assert (refused.value.status, refused.value.code) == (401, 20003)


def test_both_tokens_are_taken_while_one_is_rotated(make_network) -> None:
    network = make_network(auth_token=["first-token", "second-token"])
    with serving(network) as base:
        for token in ("first-token", "second-token"):
            made = Client(ACCOUNT, token, http_client=Rewritten(base)).messages.create(
                to=PHONE, from_=SENDER, body="x"
            )
            assert made.status == "queued"


def test_an_unknown_message_and_an_unknown_path_are_not_found(client: Client) -> None:
    with pytest.raises(TwilioRestException) as missing:
        client.messages("SM" + "0" * 32).fetch()
    assert (missing.value.status, missing.value.code) == (404, 20404)
    with pytest.raises(TwilioRestException) as elsewhere:
        client.calls("CA" + "0" * 32).fetch()
    assert (elsewhere.value.status, elsewhere.value.code) == (404, 20404)


def test_a_redacted_message_loses_its_words_and_a_deleted_one_is_gone(client: Client) -> None:
    made = client.messages.create(to=PHONE, from_=SENDER, body="private")
    assert client.messages(made.sid).update(body="").body == ""
    assert client.messages(made.sid).delete()
    with pytest.raises(TwilioRestException):
        client.messages(made.sid).fetch()


def test_a_message_still_queued_can_be_canceled_and_never_arrives(
    client: Client, network: Network, clock: Clock
) -> None:
    network.faults.add("send_slow", seconds=100)
    made = client.messages.create(to=PHONE, from_=SENDER, body="Hello")
    assert client.messages(made.sid).update(status="canceled").status == "canceled"
    clock.forward(200)
    network.run_due()
    assert network.transcript(PHONE) == []


def test_the_list_filters_by_number_and_by_time(client: Client, network: Network, clock: Clock) -> None:
    for minute, to in enumerate([PHONE, "+12125550124", PHONE]):
        client.messages.create(to=to, from_=SENDER, body=f"minute {minute}")
        network.run_due()
        clock.forward(60)

    def bodies(**filters: object) -> list[str]:
        return [found.body for found in client.messages.list(**filters)]

    assert bodies() == ["minute 2", "minute 1", "minute 0"]
    assert bodies(to=PHONE) == ["minute 2", "minute 0"]
    assert bodies(from_=SENDER, to="+12125550124") == ["minute 1"]
    assert bodies(from_="+12125550198") == []
    assert bodies(date_sent_after=START + timedelta(seconds=60)) == ["minute 2", "minute 1"]
    assert bodies(date_sent_before=START + timedelta(seconds=60)) == ["minute 1", "minute 0"]
    assert len(bodies(date_sent=START)) == 3
    assert bodies(date_sent=date(2026, 3, 4)) == []


def test_a_list_is_paged_without_loss_while_new_messages_come(client: Client, network: Network) -> None:
    for n in range(7):
        client.messages.create(to=PHONE, from_=SENDER, body=str(n))
    seen = []
    for found in client.messages.stream(page_size=2):
        seen.append(found.body)
        if len(seen) == 2:
            client.messages.create(to=PHONE, from_=SENDER, body="new")
    assert seen == ["6", "5", "4", "3", "2", "1", "0"]


def test_segments_are_counted_as_carriers_do(client: Client) -> None:
    def segments(body: str) -> str:
        return client.messages.create(to=PHONE, from_=SENDER, body=body).num_segments

    assert segments("a" * 160) == "1"
    assert segments("a" * 161) == "2"
    assert segments("a" * 71) == "1"
    assert segments("a" * 70 + "’") == "2"


def test_a_picture_makes_a_multimedia_message(client: Client, network: Network) -> None:
    made = client.messages.create(
        to=PHONE, from_=SENDER, media_url=["https://example.com/a.jpg", "https://example.com/b.jpg"]
    )
    assert made.sid.startswith("MM")
    assert made.num_media == "2"


def test_a_messaging_service_picks_a_sender_and_keeps_to_it(make_network, service: Service) -> None:
    group = "MG" + "a" * 32
    network = make_network(
        senders=[SENDER, "+12125550101"], messaging_services={group: ["+12125550101", SENDER]}
    )
    network.text(PHONE, "hi", to=SENDER)
    with serving(network) as base:
        client = Client(ACCOUNT, TOKEN, http_client=Rewritten(base))
        made = client.messages.create(to=PHONE, messaging_service_sid=group, body="x")
        assert (made.status, made.from_) == ("accepted", None)
        assert client.messages(made.sid).fetch().from_ == SENDER
        client.messages.create(
            to="+12125550125", messaging_service_sid=group, body="x", status_callback=CALLBACK
        )
    network.run_due()
    forms = [dict(pairs) for _, pairs, _ in service.got]
    assert forms[0]["MessagingServiceSid"] == group
    assert {form["From"] for form in forms[1:]} == {"+12125550101"}


def test_a_message_still_queued_when_its_validity_ends_fails(
    make_network, clock: Clock, service: Service
) -> None:
    network = make_network(behaviour=Behaviour(segments_per_second=0.1))
    for _ in range(3):
        network.outbound.create(
            {"To": PHONE, "From": SENDER, "Body": "x", "ValidityPeriod": "15", "StatusCallback": CALLBACK}
        )
    for _ in range(5):
        clock.forward(5)
        network.run_due()
    assert [message.status for message in network.messages()] == ["failed", "delivered", "delivered"]
    failed = [dict(pairs) for _, pairs, _ in service.got if dict(pairs)["MessageStatus"] == "failed"]
    assert [form["ErrorCode"] for form in failed] == ["30036"]


def test_a_sender_over_its_rate_gets_429_and_nothing_is_sent(make_network) -> None:
    now = [0.0]
    network = make_network(behaviour=Behaviour(requests_per_second=2), monotonic=lambda: now[0])
    with serving(network) as base:
        client = Client(ACCOUNT, TOKEN, http_client=Rewritten(base))
        for _ in range(2):
            client.messages.create(to=PHONE, from_=SENDER, body="x")
        with pytest.raises(TwilioRestException) as refused:
            client.messages.create(to=PHONE, from_=SENDER, body="x")
        assert (refused.value.status, refused.value.code) == (429, 20429)
        assert len(network.messages()) == 2
        now[0] += 0.5
        assert client.messages.create(to=PHONE, from_=SENDER, body="x").status == "queued"


class TestWhatsApp:
    def test_free_text_without_a_recent_text_is_taken_and_then_fails(
        self, client: Client, network: Network, service: Service, clock: Clock
    ) -> None:
        def send() -> str:
            sid = client.messages.create(
                to="whatsapp:" + PHONE, from_=WHATSAPP_SENDER, body="x", status_callback=CALLBACK
            ).sid
            network.run_due()
            return str(client.messages(sid).fetch().status)

        assert send() == "failed"
        assert dict(service.got[-1][1])["ErrorCode"] == "63016"
        network.text(PHONE, "hello", channel="whatsapp")
        clock.forward(86_400)
        assert send() == "delivered"
        clock.forward(1)
        assert send() == "failed"

    def test_a_text_on_another_channel_does_not_open_the_window(
        self, client: Client, network: Network
    ) -> None:
        network.text(PHONE, "hello", channel="sms")
        sid = client.messages.create(to="whatsapp:" + PHONE, from_=WHATSAPP_SENDER, body="x").sid
        network.run_due()
        assert client.messages(sid).fetch().error_code == 63016

    def test_a_template_opens_a_conversation_with_its_places_filled(
        self, make_network, service: Service
    ) -> None:
        utility, marketing = "HX" + "1" * 32, "HX" + "2" * 32
        network = make_network(
            templates={
                utility: Template("Hi {{1}}, see you {{2}}."),
                marketing: Template("Hi {{1}}", "marketing"),
            }
        )
        to = {
            "To": "whatsapp:" + PHONE,
            "From": WHATSAPP_SENDER,
            "ContentVariables": '{"1":"Ann","2":"soon"}',
        }
        network.outbound.create(to | {"ContentSid": utility})
        network.outbound.create(to | {"ContentSid": marketing})
        network.outbound.create(to | {"ContentSid": marketing, "To": "whatsapp:+447700900123"})
        network.run_due()
        assert [text.body for text in network.transcript(PHONE)] == ["Hi Ann, see you soon."]
        assert [message.error_code for message in network.messages()] == [None, 63049, None]

    def test_a_text_becomes_read_when_the_owner_looks(self, network: Network, service: Service) -> None:
        network.text(PHONE, "hello", channel="whatsapp")
        network.outbound.create(
            {"To": "whatsapp:" + PHONE, "From": WHATSAPP_SENDER, "Body": "x", "StatusCallback": CALLBACK}
        )
        network.run_due()
        assert network.read(PHONE) == 1
        network.run_due()
        assert service.statuses == ["queued", "sent", "delivered", "read"]
        assert network.read(PHONE) == 0


def test_the_stamps_of_a_message_are_in_utc(client: Client) -> None:
    made = client.messages.create(to=PHONE, from_=SENDER, body="x")
    assert made.date_created == START
    assert made.date_created.tzinfo == UTC
