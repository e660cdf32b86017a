"""The forms that the provider posts to the service: inbound texts and status callbacks, signed, retried."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass

from bot.simulator import signature
from bot.simulator.behaviour import Behaviour
from bot.simulator.keywords import Keyword
from bot.simulator.records import Message, Status, number_of

Pairs = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a webhook was answered: the HTTP status and the body, which may be TwiML."""

    status: int
    body: str = ""


Post = Callable[[str, Pairs, dict[str, str]], "int | Answer"]
"""Posts a form with headers to an address. Returns the status, or an Answer where the body matters.

Raises TimeoutError when no answer came in time, another OSError when there was no connection.
"""


@dataclass(frozen=True, slots=True)
class Delivery:
    """How the delivery of one webhook ended. `failure` is empty, or ct, rt, 4xx, 5xx."""

    tries: int
    failure: str
    answer: Answer


def inbound_form(
    message: Message, account_sid: str, profile_name: str, service_sid: str | None, opt_out: Keyword | None
) -> Pairs:
    """The fields of an inbound text, empty ones included, as the provider sends them."""
    pairs: Pairs = [
        ("SmsMessageSid", message.sid),
        ("MessageSid", message.sid),
        ("SmsSid", message.sid),
        ("AccountSid", account_sid),
        ("From", message.from_),
        ("To", message.to),
        ("Body", message.body),
        ("SmsStatus", "received"),
        ("NumMedia", str(len(message.media))),
        ("NumSegments", str(message.segments)),
        ("ApiVersion", "2010-04-01"),
    ]
    for index, item in enumerate(message.media):
        pairs += [(f"MediaUrl{index}", item.url), (f"MediaContentType{index}", item.content_type)]
    if message.channel == "whatsapp":
        kind = message.media[0].content_type.split("/")[0] if message.media else "text"
        pairs += [
            ("WaId", number_of(message.from_).lstrip("+")),
            ("ProfileName", profile_name),
            ("MessageType", kind),
        ]
    else:
        country = "US" if message.number.startswith("+1") else ""
        pairs += [(f"{end}{part}", "") for end in ("From", "To") for part in ("City", "State", "Zip")]
        pairs += [("FromCountry", country), ("ToCountry", country)]
    if service_sid:
        pairs.append(("MessagingServiceSid", service_sid))
    if opt_out:
        pairs.append(("OptOutType", opt_out))
    return pairs


def status_form(message: Message, status: Status, account_sid: str) -> Pairs:
    """The fields of a status callback."""
    pairs: Pairs = [
        ("SmsSid", message.sid),
        ("SmsStatus", status),
        ("MessageStatus", status),
        ("To", message.to),
        ("MessageSid", message.sid),
        ("AccountSid", account_sid),
        ("From", message.from_),
        ("ApiVersion", "2010-04-01"),
    ]
    if message.service_sid:
        pairs.append(("MessagingServiceSid", message.service_sid))
    if message.channel == "whatsapp":
        pairs += [
            ("ChannelPrefix", "whatsapp"),
            ("ChannelToAddress", message.to),
            ("ChannelInstallSid", "XE" + message.sid[2:]),
        ]
        if status in ("delivered", "read"):
            pairs.append(("EventType", status.upper()))
    if message.error_code and status in ("failed", "undelivered"):
        pairs.append(("ErrorCode", str(message.error_code)))
    if status in ("delivered", "undelivered") and message.arrived:
        pairs.append(("RawDlrDoneDate", message.arrived.strftime("%y%m%d%H%M")))
    return pairs


class Courier:
    """Posts webhooks with the provider's signature and retries."""

    def __init__(
        self, post: Post, token: str, behaviour: Behaviour, pause: Callable[[float], None], namespace: str
    ) -> None:
        self._post = post
        self._token = token
        self._behaviour = behaviour
        self._pause = pause
        self._namespace = uuid.uuid5(uuid.NAMESPACE_URL, namespace)

    def deliver(self, url: str, pairs: Pairs, event: str, fallback_url: str = "") -> Delivery:
        """Post until it is taken or the retries end, then once to the fallback.

        `event` names what is told: the idempotency header is made of it and stays the same over tries.
        """
        token = str(uuid.uuid5(self._namespace, event))
        delivery = self._deliver(url, pairs, token)
        if delivery.failure and fallback_url:
            code = "11200" if delivery.failure.endswith("xx") else "11205"
            again = self._deliver(fallback_url, [*pairs, ("ErrorCode", code), ("ErrorUrl", url)], token)
            return Delivery(delivery.tries + again.tries, again.failure, again.answer)
        return delivery

    def _deliver(self, url: str, pairs: Pairs, token: str) -> Delivery:
        bare, retries = self._behaviour.webhook_retries.overridden_by(url)
        headers = {
            "Content-Type": "application/x-www-form-urlencoded; charset=UTF-8",
            "User-Agent": "TwilioProxy/1.1",
            "Accept": "*/*",
            "I-Twilio-Idempotency-Token": token,
        } | signature.headers(
            bare, pairs, self._behaviour.signing_secret or self._token, self._behaviour.signature
        )
        tries = 0
        while True:
            tries += 1
            answer, failure = self._try(bare, pairs, headers)
            if not failure or tries > retries.count or not retries.covers(failure):
                return Delivery(tries, failure, answer)
            self._pause(0.2 * 2 ** (tries - 1))

    def _try(self, url: str, pairs: Pairs, headers: dict[str, str]) -> tuple[Answer, str]:
        try:
            told = self._post(url, pairs, headers)
        except TimeoutError:
            return Answer(0), "rt"
        except OSError:
            return Answer(0), "ct"
        answer = Answer(told) if isinstance(told, int) else told
        if answer.status < 400:
            return answer, ""
        return answer, "4xx" if answer.status < 500 else "5xx"
