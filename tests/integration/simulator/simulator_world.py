"""The world of these tests: a clock moved by hand, a service that takes notes, the provider's client."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from twilio.http.http_client import TwilioHttpClient

from bot.simulator import Answer

ACCOUNT = "AC" + "0" * 32
TOKEN = "a-token-for-tests"
SENDER = "+12125550100"
WHATSAPP_SENDER = "whatsapp:+12125550100"
PHONE = "+12125550123"
START = datetime(2026, 3, 5, 15, 0, tzinfo=UTC)


class Clock:
    """Moves only when told to."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now

    def forward(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@dataclass
class Service:
    """Stands where the service would: takes webhooks and remembers them."""

    got: list[tuple[str, list[tuple[str, str]], dict[str, str]]] = field(default_factory=list)
    answers: list[Answer | Exception] = field(default_factory=list)

    def __call__(self, url: str, pairs: list[tuple[str, str]], headers: dict[str, str]) -> Answer:
        self.got.append((url, pairs, headers))
        answer = self.answers.pop(0) if self.answers else Answer(200)
        if isinstance(answer, Exception):
            raise answer
        return answer

    @property
    def statuses(self) -> list[str]:
        forms = [dict(pairs) for _, pairs, _ in self.got]
        return [form["MessageStatus"] for form in forms if "MessageStatus" in form]

    @property
    def texts(self) -> list[str]:
        forms = [dict(pairs) for _, pairs, _ in self.got]
        return [form["Body"] for form in forms if "Body" in form]


class Rewritten(TwilioHttpClient):
    """The provider's client with another base address."""

    def __init__(self, base: str, timeout: float = 5) -> None:
        super().__init__(timeout=timeout, pool_connections=False)
        self.base = base

    def request(self, method, url, **more):  # type: ignore[no-untyped-def]
        return super().request(method, url.replace("https://api.twilio.com", self.base), **more)
