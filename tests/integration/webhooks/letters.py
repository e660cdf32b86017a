"""Letters to the webhooks: what the provider genuinely posts, as plain values that can be sealed and altered.

The seal is the provider's signature, computed by the simulator's own implementation of the published
description, never by the library that the service checks it with.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from urllib.parse import urlencode

from flask import Flask

from bot.simulator.signature import SETTINGS_HEADER, SIGNATURE_HEADER, Algorithm, headers
from data.addresses import INBOUND, STATUS

BASE = "https://desk.example.com"
"""Where the provider reaches the service of these tests."""

FORM = "application/x-www-form-urlencoded"
ACCOUNT = "AC" + "0" * 31 + "7"
BUSINESS_PHONE = "+12125550100"

Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Letter:
    """One request. `raw` is sent in place of the form where it is set."""

    target: str
    pairs: Pairs
    headers: Pairs = ()
    method: str = "POST"
    content_type: str = FORM
    raw: bytes | None = None
    base: str = BASE
    """Scheme and host as the server sees them."""

    @property
    def url(self) -> str:
        """The public address, as the provider signs it."""
        return BASE + self.target

    def get(self, name: str) -> str:
        """The first value of a field, else nothing."""
        return next((value for key, value in self.pairs if key == name), "")

    def having(self, **fields: str) -> Letter:
        """The same letter with other values of some fields."""
        return replace(self, pairs=tuple((name, fields.get(name, value)) for name, value in self.pairs))

    def plus(self, *more: tuple[str, str]) -> Letter:
        """The same letter with further headers; a header of that name gives way."""
        names = {name for name, _ in more}
        return replace(self, headers=(*(h for h in self.headers if h[0] not in names), *more))

    def sealed(self, token: str, algorithm: Algorithm = "sha1", url: str | None = None) -> Letter:
        """The letter with the signature of this very form for its own address, or for another one."""
        bare = replace(
            self, headers=tuple(h for h in self.headers if h[0] not in (SIGNATURE_HEADER, SETTINGS_HEADER))
        )
        return bare.plus(*headers(url or self.url, self.pairs, token, algorithm).items())

    def moved_onto(self, other: Letter) -> Letter:
        """Another letter with this one's seal."""
        return other.plus(*(h for h in self.headers if h[0] in (SIGNATURE_HEADER, SETTINGS_HEADER)))


def post(app: Flask, letter: Letter, *, caller: str = "203.0.113.7") -> tuple[int, str]:
    """Send a letter over a connection of its own: the status and the body of the answer."""
    with app.test_client() as client:
        answer = client.open(
            letter.target,
            method=letter.method,
            base_url=letter.base,
            data=urlencode(letter.pairs).encode() if letter.raw is None else letter.raw,
            headers=list(letter.headers),
            content_type=letter.content_type,
            environ_base={"REMOTE_ADDR": caller},
        )
        return answer.status_code, answer.get_data(as_text=True)


def inbound(
    sid: str,
    phone: str,
    body: str,
    *,
    channel: str = "sms",
    media: int = 0,
    opt_out_type: str = "",
) -> Letter:
    """A text from a phone, with all the fields that the provider sends, empty ones included."""
    prefix = "whatsapp:" if channel == "whatsapp" else ""
    pairs = [
        ("SmsMessageSid", sid),
        ("MessageSid", sid),
        ("SmsSid", sid),
        ("AccountSid", ACCOUNT),
        ("From", prefix + phone),
        ("To", prefix + BUSINESS_PHONE),
        ("Body", body),
        ("SmsStatus", "received"),
        ("NumMedia", str(media)),
        ("NumSegments", "1"),
        ("ApiVersion", "2010-04-01"),
        ("FromCity", ""),
        ("FromCountry", "US"),
    ]
    for number in range(media):
        pairs += [(f"MediaUrl{number}", f"https://media.example.com/{sid}/{number}")]
    if channel == "whatsapp":
        pairs += [("WaId", phone.lstrip("+")), ("ProfileName", "Sample")]
    if opt_out_type:
        pairs.append(("OptOutType", opt_out_type))
    return Letter(INBOUND, tuple(pairs))


def receipt(sid: str, status: str, message: int | None, code: str = "", phone: str = "") -> Letter:
    """A status callback to the address that we gave with our text."""
    pairs = [
        ("SmsSid", sid),
        ("SmsStatus", status),
        ("MessageStatus", status),
        ("To", phone),
        ("MessageSid", sid),
        ("AccountSid", ACCOUNT),
        ("From", BUSINESS_PHONE),
        ("ApiVersion", "2010-04-01"),
    ]
    if code:
        pairs.append(("ErrorCode", code))
    query = f"?message={message}" if message is not None else ""
    return Letter(STATUS + query, tuple(pairs))
