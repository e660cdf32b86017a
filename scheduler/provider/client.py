"""The provider's client: send a text, look one up, list or delete what was sent. Twilio's library underneath.

A refusal and an unknown outcome are different things: after a time-out or a 5xx the text may exist, and
sending again could double it.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from requests.exceptions import ConnectionError as NotConnected
from requests.exceptions import ConnectTimeout, RequestException
from twilio.base.exceptions import TwilioException, TwilioRestException, TwilioServiceException
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client
from urllib3.exceptions import NewConnectionError

from data import settings
from scheduler.provider.errors import WITHOUT_A_CODE

TIMEOUT = 10.0
"""Seconds for one request, connecting included."""

DEFAULT_ROOT = "https://api.twilio.com"
CONTENT_ROOT = "https://content.twilio.com"
LOOKUPS_ROOT = "https://lookups.twilio.com"
"""Where templates are kept and numbers looked up; with another root address they are asked for there, too."""

LONGEST_RETRY_AFTER = timedelta(hours=1)
"""What the provider may ask us to wait; more than that is a mistake of somebody's."""

UNKNOWN_RESOURCE = "20404"
"""What we ask about does not exist at the provider."""

PAGE = 100
MOST_LOOKED_AT = 1_000
"""Texts to one number that are looked through for one whose outcome is unknown."""


class Refused(Exception):
    """The provider said no: nothing was sent. `code` is its error code.

    `wait` is how long it asked us to wait before we try again (its header Retry-After), None if it did not.
    """

    def __init__(self, code: str, wait: timedelta | None = None) -> None:
        super().__init__(f"refused with {code}")
        self.code = code
        self.wait = wait


class OutcomeUnknown(Exception):
    """Nobody knows whether the text was sent: reconcile before anything is repeated."""


class NotReached(Exception):
    """The provider was not reached at all: nothing was sent, and trying again can help."""


@dataclass(frozen=True, slots=True)
class Outbound:
    """A text to send; addresses are E.164, or a messaging service's id as sender.

    Without a `status_callback` the provider tells nothing by itself: whoever sent it asks. With a
    `content_sid` it goes as that approved template, filled with `content_variables`; `body` is then what our
    transcript says.
    """

    to: str
    sender: str
    channel: str
    body: str
    status_callback: str
    valid_for: timedelta | None = None
    content_sid: str | None = None
    content_variables: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Sent:
    """A text as the provider has it."""

    provider_id: str
    to: str
    body: str
    status: str
    error_code: str | None
    created_at: datetime | None


class RootedHttpClient(TwilioHttpClient):  # type: ignore[misc]
    """Twilio's HTTP client with another root address (its own region and edge change host names only)."""

    def __init__(self, root: str) -> None:
        super().__init__(timeout=TIMEOUT, pool_connections=True)
        self.root = root
        self._last = threading.local()

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Any:
        """The request, to our root."""
        self._last.headers = {}
        answer = super().request(method, self.address_of(url), *args, **kwargs)
        self._last.headers = answer.headers or {}
        return answer

    def address_of(self, url: str) -> str:
        """Where a request of the library's really goes."""
        for host in (DEFAULT_ROOT, CONTENT_ROOT, LOOKUPS_ROOT):
            if self.root != DEFAULT_ROOT and url.startswith(host):
                return self.root + url.removeprefix(host)
        return url

    def asked_to_wait(self) -> timedelta | None:
        """What this thread's last answer said in Retry-After (the library's errors carry no headers)."""
        asked = getattr(self._last, "headers", {}).get("Retry-After", "")
        if not asked.isdecimal():
            return None
        return min(timedelta(seconds=int(asked[:6])), LONGEST_RETRY_AFTER)


class Provider:
    """Twilio's messages, as far as we need them."""

    def __init__(self, account: str, token: str, root: str) -> None:
        self._http = RootedHttpClient(root)
        self._client = Client(account, token, http_client=self._http)

    @property
    def numbers(self) -> Any:
        """The library's resource of look-ups (scheduler/provider/lookups.py)."""
        return self._client.lookups.v2.phone_numbers

    @property
    def contents(self) -> Any:
        """The library's resource of templates (scheduler/provider/content.py)."""
        return self._client.content.v1.contents

    def messages(self) -> Any:
        """All texts, for whoever asks what they cost (scheduler/outreach/charges.py)."""
        return self._client.messages

    def send(self, text: Outbound) -> Sent:
        """Hand one text over. Raises Refused, NotReached or OutcomeUnknown."""
        values: dict[str, Any] = {
            "to": addressed(text.to, text.channel),
        }
        if text.content_sid:
            values["content_sid"] = text.content_sid
            values["content_variables"] = json.dumps(dict(text.content_variables or {}))
        else:
            values["body"] = text.body
        if text.status_callback:
            values["status_callback"] = text.status_callback
        if text.sender.startswith("MG"):
            values["messaging_service_sid"] = text.sender
        else:
            values["from_"] = addressed(text.sender, text.channel)
        if text.valid_for is not None:
            values["validity_period"] = max(1, int(text.valid_for.total_seconds()))
        try:
            return _sent(self._client.messages.create(**values))
        except (TwilioRestException, TwilioServiceException) as error:
            if error.status >= 500:
                raise OutcomeUnknown from None
            raise Refused(code_of(error.code, error.status), self._http.asked_to_wait()) from None
        except NotConnected as error:
            raise (NotReached if _never_connected(error) else OutcomeUnknown) from None
        except (RequestException, TwilioException, ValueError, TypeError, KeyError, AttributeError):
            raise OutcomeUnknown from None  # the last four: an answer that is no answer, such as half a JSON

    def fetch(self, provider_id: str) -> Sent:
        """One text as it stands. Raises Refused or NotReached."""
        with looking_up():
            return _sent(self._client.messages(provider_id).fetch())

    def sent_to(self, to: str, channel: str, since: datetime) -> Iterator[Sent]:
        """What the provider was given for a number since that moment. Raises as `fetch`.

        Not asked for by the day it was sent: a text that still waits in the provider's queue was not sent
        yet. The newest come first; a look a little further back makes up for what stands out of order. The
        provider's moments are whole seconds.
        """
        since = since.replace(microsecond=0)
        with looking_up():
            for message in self._client.messages.stream(
                to=addressed(to, channel), limit=MOST_LOOKED_AT, page_size=PAGE
            ):
                sent = _sent(message)
                if sent.created_at is not None and sent.created_at < since - timedelta(hours=1):
                    return
                if sent.created_at is None or sent.created_at >= since:
                    yield sent

    def delete(self, provider_id: str) -> None:
        """Have the provider forget a text, ours or theirs. One that it does not know is forgotten already.

        Raises Refused (a text under way cannot be deleted yet) or NotReached. Safe to repeat.
        """
        try:
            with looking_up():
                self._client.messages(provider_id).delete()
        except Refused as refusal:
            if refusal.code != UNKNOWN_RESOURCE:
                raise


@contextmanager
def looking_up() -> Iterator[None]:
    """Looking something up changes nothing: every failure but a refusal is worth another try."""
    try:
        yield
    except (TwilioRestException, TwilioServiceException) as error:
        if error.status >= 500:
            raise NotReached from None
        raise Refused(code_of(error.code, error.status)) from None
    except TwilioException as error:
        # a list that is refused comes as the bare answer, not as the library's own refusal
        answer = error.args[1] if len(error.args) > 1 else None
        status = getattr(answer, "status_code", 500)
        if not 400 <= status < 500:
            raise NotReached from None
        raise Refused(code_of(_code_in(answer), status)) from None
    except (RequestException, ValueError, TypeError, KeyError, AttributeError):
        raise NotReached from None


def code_of(code: int | None, status: int) -> str:
    """The provider's code; the library puts the HTTP status in its place where the answer has none."""
    return str(code) if code and code != status else WITHOUT_A_CODE.get(status, str(status))


def _code_in(answer: Any) -> int | None:
    try:
        return int(json.loads(answer.text)["code"])
    except (ValueError, TypeError, KeyError):
        return None


def _never_connected(error: NotConnected) -> bool:
    """Whether not even a connection was made, so that the provider cannot have heard anything."""
    reason = getattr(error.args[0] if error.args else None, "reason", None)
    return isinstance(error, ConnectTimeout) or isinstance(reason, NewConnectionError)


def provider() -> Provider:
    """The client for the settings in force."""
    present = settings.get()
    token = present.auth_tokens[0] if present.auth_tokens else ""
    return _provider(present.twilio_account_sid, token, present.twilio_api_base_url)


@lru_cache(maxsize=4)
def _provider(account: str, token: str, root: str) -> Provider:
    return Provider(account, token, root)


def addressed(number: str, channel: str) -> str:
    """A number as the provider wants it for a channel."""
    return f"whatsapp:{number}" if channel == "whatsapp" else number


def _sent(message: Any) -> Sent:
    code = message.error_code
    return Sent(
        provider_id=message.sid,
        to=str(message.to).removeprefix("whatsapp:"),
        body=message.body or "",
        status=str(message.status),
        error_code=None if code is None else str(code),
        created_at=message.date_created,
    )
