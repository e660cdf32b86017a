"""Inbound texts and status callbacks: fields, signatures (by the provider's own code), retries."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask, request
from simulator_world import ACCOUNT, PHONE, SENDER, TOKEN, WHATSAPP_SENDER, Service
from twilio.request_validator import RequestValidator, get_signature_algorithm
from werkzeug.datastructures import MultiDict

from bot.simulator import Answer, Behaviour, Network, NoSuchSender, Retries, into_wsgi

HOOK = "http://127.0.0.1:8000/webhooks/twilio/messages"


@pytest.mark.parametrize("algorithm", ["sha1", "sha256"])
@pytest.mark.parametrize("body", ["hello", "", "  padded  ", "naïve 😀\n“two lines”", "a&b=c+d%20"])
def test_every_webhook_carries_a_signature_that_the_providers_validator_takes(
    make_network, service: Service, algorithm: str, body: str
) -> None:
    network = make_network(behaviour=Behaviour(signature=algorithm))
    network.text(PHONE, body, media=["https://example.com/a.jpg"])
    network.outbound.create(
        {"To": PHONE, "From": SENDER, "Body": "x", "StatusCallback": "http://127.0.0.1:8000/s?m=7&x=%20y"}
    )
    network.run_due()
    assert len(service.got) == 4
    for url, pairs, headers in service.got:
        named = get_signature_algorithm(headers.get("X-Twilio-Webhooks-Signature-Settings", ""))
        assert named == f"HMAC_{algorithm.upper()}"
        good = RequestValidator(TOKEN).validate(url, MultiDict(pairs), headers["X-Twilio-Signature"], named)
        assert good
        assert not RequestValidator("other").validate(
            url, MultiDict(pairs), headers["X-Twilio-Signature"], named
        )


def test_a_real_app_called_in_process_gets_the_form_as_it_was_signed(make_network) -> None:
    app, good = Flask("service"), []

    @app.post("/webhooks/twilio/messages")
    def hook() -> str:
        signature = request.headers["X-Twilio-Signature"]
        good.append(RequestValidator(TOKEN).validate(request.url, request.form, signature))
        return "<Response/>"

    network = make_network(post=into_wsgi(app))
    network.text(PHONE, "  naïve & “quoted” +1 ")
    network.run_due()
    assert good == [True]
    assert network.counters()["inbound_taken"] == 1


def test_an_inbound_text_has_the_providers_fields(network: Network, service: Service) -> None:
    sent = network.text(PHONE, "hello")
    network.run_due()
    url, pairs, headers = service.got[0]
    form = dict(pairs)
    assert url == HOOK
    assert form["MessageSid"] == form["SmsSid"] == form["SmsMessageSid"] == sent.sid
    assert (form["From"], form["To"], form["Body"]) == (PHONE, SENDER, "hello")
    assert (form["AccountSid"], form["NumMedia"], form["SmsStatus"]) == (ACCOUNT, "0", "received")
    assert form["FromCity"] == ""
    assert "WaId" not in form
    assert "OptOutType" not in form
    assert headers["Content-Type"].startswith("application/x-www-form-urlencoded")


def test_a_whatsapp_text_names_its_author_and_its_media(network: Network, service: Service) -> None:
    network.add_phone(PHONE, label="Sample Sarah")
    network.text(
        PHONE, "", channel="whatsapp", media=[{"url": "https://example.com/v", "content_type": "audio/ogg"}]
    )
    network.run_due()
    form = dict(service.got[0][1])
    assert (form["From"], form["To"]) == ("whatsapp:" + PHONE, WHATSAPP_SENDER)
    assert (form["WaId"], form["ProfileName"]) == (PHONE.lstrip("+"), "Sample Sarah")
    assert (form["NumMedia"], form["MediaUrl0"], form["MediaContentType0"]) == (
        "1", "https://example.com/v", "audio/ogg",
    )  # fmt: skip


def test_a_phone_writes_back_to_the_sender_that_wrote_to_it(make_network, service: Service) -> None:
    network = make_network(senders=[SENDER, "+12125550101"])
    network.outbound.create({"To": PHONE, "From": "+12125550101", "Body": "x"})
    network.text(PHONE, "hi")
    network.run_due()
    assert dict(service.got[-1][1])["To"] == "+12125550101"


def test_a_text_to_a_number_that_is_not_the_businesss_is_refused(network: Network) -> None:
    with pytest.raises(NoSuchSender):
        network.text(PHONE, "hi", to="+12125550177")


def test_texts_of_one_phone_arrive_in_the_order_in_which_they_were_written(
    network: Network, service: Service
) -> None:
    for n in range(5):
        network.text(PHONE, str(n))
    network.run_due()
    assert service.texts == ["0", "1", "2", "3", "4"]


class TestRetries:
    @pytest.mark.parametrize(
        ("failure", "words"),
        [
            (ConnectionError(), "ct"),
            (TimeoutError(), "rt"),
            (Answer(503), "5xx"),
            (Answer(403), "4xx"),
            (Answer(500), "all"),
        ],
    )
    def test_a_failure_named_in_the_policy_is_tried_again_with_the_same_token(
        self, make_network, service: Service, failure: Answer | Exception, words: str
    ) -> None:
        network = make_network(behaviour=Behaviour(webhook_retries=Retries(2, frozenset({words}))))
        service.answers = [failure, failure]
        network.text(PHONE, "hello")
        network.run_due()
        assert service.texts == ["hello"] * 3
        assert len({headers["I-Twilio-Idempotency-Token"] for _, _, headers in service.got}) == 1
        assert len({dict(pairs)["MessageSid"] for _, pairs, _ in service.got}) == 1
        assert network.counters()["inbound_taken"] == 1

    def test_by_default_only_a_failed_connection_is_tried_again_and_only_once(
        self, network: Network, service: Service
    ) -> None:
        service.answers = [Answer(503)]
        network.text(PHONE, "lost to a 503")
        service.answers += [ConnectionError(), ConnectionError()]
        network.text(PHONE, "lost to the wire")
        network.run_due()
        assert service.texts == ["lost to a 503", "lost to the wire", "lost to the wire"]
        assert network.counters()["inbound_failed"] == 2
        assert [text.error_code for text in network.transcript(PHONE)] == [11200, 11205]

    def test_an_address_can_carry_its_own_policy_which_is_neither_sent_nor_signed(
        self, make_network, service: Service
    ) -> None:
        network = make_network(webhook_url=HOOK + "#rc=2&rp=5xx,ct")
        service.answers = [Answer(503), Answer(503)]
        network.text(PHONE, "hello")
        network.run_due()
        assert len(service.got) == 3
        url, pairs, headers = service.got[0]
        assert url == HOOK
        assert RequestValidator(TOKEN).validate(url, MultiDict(pairs), headers["X-Twilio-Signature"])

    def test_the_fallback_address_is_asked_last_and_told_why(self, make_network, service: Service) -> None:
        network = make_network(fallback_url="http://127.0.0.1:8000/fallback")
        service.answers = [Answer(500)]
        network.text(PHONE, "hello")
        network.run_due()
        assert [url for url, _, _ in service.got] == [HOOK, "http://127.0.0.1:8000/fallback"]
        assert dict(service.got[1][1])["ErrorCode"] == "11200"
        assert network.counters()["inbound_taken"] == 1

    def test_two_texts_have_two_tokens(self, network: Network, service: Service) -> None:
        network.text(PHONE, "a")
        network.text(PHONE, "a")
        network.run_due()
        assert len({headers["I-Twilio-Idempotency-Token"] for _, _, headers in service.got}) == 2


class TestTwiml:
    def test_a_message_in_the_answer_is_sent_to_the_phone(self, network: Network, service: Service) -> None:
        service.answers = [Answer(200, "<Response><Message><Body>Hi!</Body></Message></Response>")]
        network.text(PHONE, "hello")
        network.run_due()
        assert [text.body for text in network.transcript(PHONE)] == ["hello", "Hi!"]

    @pytest.mark.parametrize("body", ["", "<Response/>", "<?xml version='1.0'?><Response></Response>"])
    def test_an_empty_answer_sends_nothing(self, network: Network, service: Service, body: str) -> None:
        service.answers = [Answer(200, body)]
        network.text(PHONE, "hello")
        network.run_due()
        assert len(network.transcript(PHONE)) == 1

    @pytest.mark.parametrize("body", ["OK", "<Other/>", "<Response>", "<!DOCTYPE x><Response/>"])
    def test_an_answer_that_is_no_twiml_is_counted_and_sends_nothing(
        self, network: Network, service: Service, body: str
    ) -> None:
        service.answers = [Answer(200, body)]
        network.text(PHONE, "hello")
        network.run_due()
        assert len(network.transcript(PHONE)) == 1
        assert network.counters()["unreadable_twiml"] == 1


def test_the_same_seed_gives_the_same_ids_and_another_gives_others(make_network) -> None:
    def ids(seed: str) -> list[str]:
        network = make_network(seed=seed)
        return [network.text(PHONE, "a").sid, network.text(PHONE, "b").sid]

    assert ids("one") == ids("one")
    assert not set(ids("one")) & set(ids("two"))


def test_after_a_reset_no_id_is_used_twice(network: Network) -> None:
    before = network.text(PHONE, "a").sid
    network.reset()
    assert network.transcript(PHONE) == []
    assert network.text(PHONE, "a").sid != before


def test_no_more_is_kept_than_allowed(make_network) -> None:
    network = make_network(
        behaviour=Behaviour(
            keeps_messages=10, keeps_events=5, keeps_texts_per_phone=3, delivered_after=timedelta()
        )
    )
    for n in range(40):
        network.text(PHONE, str(n))
        network.run_due()
    assert len(network.messages()) == 10
    assert [text.body for text in network.transcript(PHONE)] == ["37", "38", "39"]
    fresh, missed = network.ground.events.after(0)
    assert len(fresh) == 5
    assert missed
