"""STOP, START and HELP as the network itself heeds them, in each of its three ways."""

from __future__ import annotations

import pytest
from simulator_world import ACCOUNT, PHONE, SENDER, TOKEN, WHATSAPP_SENDER, Clock, Rewritten, Service
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client

from bot.simulator import Behaviour, Network, Refusal, serving

FORM = {"To": PHONE, "From": SENDER, "Body": "x"}


def say(network: Network, *texts: str, number: str = PHONE, **more: str) -> None:
    for text in texts:
        network.text(number, text, **more)  # type: ignore[arg-type]
    network.run_due()


def blocked(network: Network, form: dict[str, str] = FORM) -> bool:
    try:
        network.outbound.create(form)
    except Refusal as refusal:
        return refusal.code == 21610
    network.run_due()
    return False


@pytest.fixture
def blocking(make_network) -> Network:
    return make_network(behaviour=Behaviour(blocks_after_stop="blocks"))


@pytest.fixture
def providing(make_network) -> Network:
    return make_network(behaviour=Behaviour(blocks_after_stop="provider"))


def test_by_default_the_customer_owns_opt_outs_and_nothing_is_blocked(
    network: Network, service: Service
) -> None:
    say(network, "STOP")
    assert not blocked(network)
    assert service.texts == ["STOP"]
    assert [text.direction for text in network.transcript(PHONE)] == ["inbound", "outbound-api"]


@pytest.mark.parametrize(
    "word", ["STOP", "stop", " Stop ", "STOPALL", "unsubscribe", "CANCEL", "END", "quit", "REVOKE", "OPTOUT"]
)
def test_a_stop_word_as_the_whole_message_blocks_and_still_reaches_the_webhook(
    blocking: Network, service: Service, word: str
) -> None:
    say(blocking, word)
    assert blocked(blocking)
    assert service.texts == [word]
    assert len(blocking.transcript(PHONE)) == 1


@pytest.mark.parametrize("word", ["stop please", "please stop", "STOP.", "cancel my appointment", ""])
def test_anything_more_than_the_word_does_not_block(blocking: Network, word: str) -> None:
    say(blocking, word)
    assert not blocked(blocking)


@pytest.mark.parametrize("word", ["START", "yes", "Unstop"])
def test_a_start_word_lifts_the_block(blocking: Network, word: str) -> None:
    say(blocking, "STOP", word)
    assert not blocked(blocking)


def test_the_real_client_sees_21610(blocking: Network) -> None:
    say(blocking, "STOP")
    with serving(blocking) as base, pytest.raises(TwilioRestException) as refused:
        Client(ACCOUNT, TOKEN, http_client=Rewritten(base)).messages.create(to=PHONE, from_=SENDER, body="x")
    assert (refused.value.code, refused.value.status) == (21610, 400)


def test_one_phones_stop_blocks_neither_another_phone_nor_another_sender(make_network) -> None:
    network = make_network(senders=[SENDER, "+12125550101"], behaviour=Behaviour(blocks_after_stop="blocks"))
    say(network, "STOP", to=SENDER)
    assert blocked(network)
    assert not blocked(network, FORM | {"To": "+12125550124"})
    assert not blocked(network, FORM | {"From": "+12125550101"})


def test_whatsapp_knows_no_stop_word(blocking: Network) -> None:
    say(blocking, "STOP", channel="whatsapp")
    assert not blocked(blocking, {"To": "whatsapp:" + PHONE, "From": WHATSAPP_SENDER, "Body": "x"})


def test_a_toll_free_number_heeds_stop_alone(make_network) -> None:
    sender = "+18885550100"
    network = make_network(senders=[sender], behaviour=Behaviour(blocks_after_stop="blocks"))
    say(network, "QUIT")
    assert not blocked(network, FORM | {"From": sender})
    say(network, "STOP", "YES")
    assert blocked(network, FORM | {"From": sender})
    say(network, "UNSTOP")
    assert not blocked(network, FORM | {"From": sender})


def test_the_provider_confirms_once_and_answers_help(providing: Network) -> None:
    say(providing, "HELP", "STOP", "STOP", "START")
    told = [text.body for text in providing.transcript(PHONE) if text.direction == "outbound-reply"]
    assert len(told) == 3
    assert told[1].startswith("You have successfully been unsubscribed")
    assert "re-subscribed" in told[2]


def test_a_message_still_queued_when_stop_comes_is_not_delivered(blocking: Network, clock: Clock) -> None:
    blocking.faults.add("send_slow", seconds=30)
    queued = blocking.outbound.create(FORM)
    say(blocking, "STOP")
    clock.forward(30)
    blocking.run_due()
    assert (queued.status, queued.error_code) == ("failed", 21610)


@pytest.mark.parametrize(("word", "kind"), [("stop", "STOP"), ("Start", "START"), ("info", "HELP")])
def test_advanced_opt_out_names_the_keyword_in_the_webhook(
    make_network, service: Service, word: str, kind: str
) -> None:
    network = make_network(behaviour=Behaviour(advanced_opt_out=True))
    say(network, word, "hello")
    forms = [dict(pairs) for _, pairs, _ in service.got]
    assert forms[0]["OptOutType"] == kind
    assert "OptOutType" not in forms[1]


class TestTextsAfterStop:
    def test_the_confirmation_is_allowed_and_every_further_text_is_counted(self, network: Network) -> None:
        say(network, "STOP")
        for expected in (0, 1, 2):
            assert not blocked(network)
            assert network.counters()["texts_after_stop"] == expected
        assert network.texts_after_stop(PHONE) == 3

    def test_start_ends_the_counting_and_yes_does_not(self, network: Network) -> None:
        say(network, "STOP", "YES")
        blocked(network)
        assert network.texts_after_stop(PHONE) == 1
        say(network, "START")
        blocked(network)
        assert network.texts_after_stop(PHONE) == 0

    def test_a_stop_on_whatsapp_counts_texts_on_sms_too(self, network: Network) -> None:
        say(network, "stop", channel="whatsapp")
        blocked(network)
        assert network.texts_after_stop(PHONE) == 1

    def test_an_opt_out_in_other_words_can_be_marked(self, network: Network) -> None:
        network.said_stop(PHONE)
        blocked(network)
        blocked(network)
        assert network.counters()["texts_after_stop"] == 1
