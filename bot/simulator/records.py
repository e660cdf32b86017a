"""What the network keeps: phones, messages, templates. Plain values without behaviour beyond naming."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Literal

Channel = Literal["sms", "whatsapp"]
Direction = Literal["inbound", "outbound-api", "outbound-reply"]
Status = Literal[
    "accepted", "queued", "sent", "delivered", "read", "undelivered", "failed", "canceled", "received"
]
FINAL: frozenset[Status] = frozenset({"delivered", "read", "undelivered", "failed", "canceled", "received"})

_E164 = re.compile(r"\+[1-9]\d{6,14}")
_WHATSAPP = "whatsapp:"


def channel_of(address: str) -> Channel:
    """The channel that an address such as `whatsapp:+1…` or `+1…` belongs to."""
    return "whatsapp" if address.startswith(_WHATSAPP) else "sms"


def number_of(address: str) -> str:
    """The bare number of an address."""
    return address.removeprefix(_WHATSAPP)


def address_of(number: str, channel: Channel) -> str:
    """The address of a number on a channel."""
    return _WHATSAPP + number if channel == "whatsapp" else number


def is_number(text: str) -> bool:
    """Whether `text` is an E.164 number."""
    return bool(_E164.fullmatch(text))


@dataclass(frozen=True, slots=True)
class Media:
    """An attachment: where it lies and what it is."""

    url: str
    content_type: str = "image/jpeg"


@dataclass(frozen=True, slots=True)
class Template:
    """A WhatsApp template: text with {{1}} places, its category, and what WhatsApp says of it.

    `defaults` fill the places that a message leaves out.
    """

    body: str
    category: Literal["utility", "marketing"] = "utility"
    name: str = ""
    language: str = "en"
    approval: str = "approved"
    """`unsubmitted`, `received`, `pending`, `approved`, `rejected`, `paused` or `disabled`."""
    rejected_because: str = ""
    defaults: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Message:
    """One text in either direction. Times are aware; `number` is the phone's, whoever wrote."""

    sid: str
    direction: Direction
    from_: str
    to: str
    body: str
    status: Status
    created: datetime
    segments: int = 1
    media: tuple[Media, ...] = ()
    sent: datetime | None = None
    arrived: datetime | None = None
    """When the phone (or, for an inbound text, the webhook) had it."""
    updated: datetime | None = None
    error_code: int | None = None
    status_callback: str = ""
    service_sid: str | None = None
    content_sid: str | None = None
    category: str = ""
    validity: timedelta = timedelta(seconds=36_000)
    fails_with: int = 0
    """The code with which WhatsApp will fail it, such as 63016 for free text outside the 24 hours."""
    held_callbacks: list[Status] | None = None
    """Callbacks kept back to be told in the wrong order; None tells each at its time."""
    seq: int = 0

    @property
    def number(self) -> str:
        """The number of the phone at the other end."""
        return number_of(self.from_ if self.direction == "inbound" else self.to)

    @property
    def sender(self) -> str:
        """The business's address."""
        return self.to if self.direction == "inbound" else self.from_

    @property
    def channel(self) -> Channel:
        """sms or whatsapp."""
        return channel_of(self.from_ or self.to)

    def as_json(self) -> dict[str, Any]:
        """The message as the control API shows it."""
        return {
            "sid": self.sid,
            "from": "phone" if self.direction == "inbound" else "business",
            "number": self.number,
            "sender": number_of(self.sender),
            "channel": self.channel,
            "body": self.body,
            "media": [{"url": m.url, "content_type": m.content_type} for m in self.media],
            "status": self.status,
            "error_code": self.error_code,
            "taken": self.direction == "inbound" and self.arrived is not None,
            "by_network": self.direction == "outbound-reply",
            "at": (self.arrived or self.created).isoformat(),
            "created_at": self.created.isoformat(),
        }


@dataclass(frozen=True, slots=True)
class Line:
    """What a look-up says of a number: the provider's word for its type, and since when it is another's."""

    type: str = "mobile"
    reassigned_on: date | None = None


@dataclass(slots=True)
class Phone:
    """A phone on the network and what its owner sees."""

    number: str
    label: str = ""
    color: str = ""
    role: Literal["contact", "staff"] = "contact"
    keeps: int = 2_000
    seen: deque[Message] = field(default_factory=deque)
    """Texts written by this phone and texts that arrived, oldest first."""
    stopped: dict[str, int] = field(default_factory=dict)
    """Sender -> texts that arrived since this phone told it STOP."""
    blocks: set[str] = field(default_factory=set)
    """Senders that the provider blocks for this phone."""
    wrote_at: dict[str, datetime] = field(default_factory=dict)
    """Sender address -> last text of this phone to it (opens WhatsApp's window)."""
    spoke_with: dict[Channel, str] = field(default_factory=dict)
    """Channel -> the sender of the latest text either way."""
    unread: int = 0
    """Texts that arrived since the owner last looked."""
    held: list[Message] = field(default_factory=list)
    """Texts kept back until a later one has gone ahead."""

    def keep(self, message: Message) -> None:
        """Put a text on the phone's screen; the oldest fall off."""
        self.seen.append(message)
        while len(self.seen) > self.keeps:
            self.seen.popleft()

    def as_json(self) -> dict[str, Any]:
        """The phone as the control API shows it."""
        last = self.seen[-1] if self.seen else None
        return {
            "number": self.number,
            "label": self.label or self.number,
            "color": self.color,
            "role": self.role,
            "texts": len(self.seen),
            "unread": self.unread,
            "stopped": sorted(self.stopped),
            "blocked": sorted(self.blocks),
            "last": last.as_json() if last else None,
        }


def media_from(items: Iterable[Any]) -> tuple[Media, ...]:
    """Attachments from addresses or from objects with `url` and `content_type`."""
    found = []
    for item in items:
        if isinstance(item, Media):
            found.append(item)
        elif isinstance(item, str):
            found.append(Media(item))
        else:
            found.append(Media(str(item["url"]), str(item.get("content_type") or "image/jpeg")))
    return tuple(found)
