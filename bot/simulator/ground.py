"""The ground that both directions of the network stand on: what is kept, its numbers, its clock."""

from __future__ import annotations

import hashlib
import threading
from collections import Counter, OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bot.simulator.agenda import Agenda
from bot.simulator.behaviour import Behaviour
from bot.simulator.events import Events
from bot.simulator.faults import Faults
from bot.simulator.records import FINAL, Channel, Line, Message, Phone, Template, channel_of
from bot.simulator.webhooks import Courier

KEEPS_PHONES = 200_000


@dataclass
class Ground:
    """State shared by the halves of the network. Hold `lock` to read or change it; never while posting."""

    account_sid: str
    tokens: tuple[str, ...]
    senders: tuple[str, ...]
    services: Mapping[str, Sequence[str]]
    templates: dict[str, Template]
    webhook_url: str
    fallback_url: str
    clock: Callable[[], datetime]
    behaviour: Behaviour
    seed: str
    courier: Courier
    events: Events
    faults: Faults
    agenda: Agenda = field(default_factory=Agenda)
    lock: threading.RLock = field(default_factory=threading.RLock)
    messages: OrderedDict[str, Message] = field(default_factory=OrderedDict)
    phones: OrderedDict[str, Phone] = field(default_factory=OrderedDict)
    lines: dict[str, Line] = field(default_factory=dict)
    """Number -> what a look-up says of it, where that is not the usual (bot/simulator/lookups.py)."""
    counters: Counter[str] = field(default_factory=Counter)
    made: int = 0

    def number_sid(self, prefix: str) -> tuple[int, str]:
        """The next number and the provider id made of it: two letters and 32 hexadecimal digits.

        The count goes on over a reset, since the service keeps ids for good.
        """
        self.made += 1
        return self.made, prefix + hashlib.md5(f"{self.seed}:{self.made}".encode()).hexdigest()

    def keep(self, message: Message) -> None:
        """Put a message into the log; the oldest finished ones give way."""
        self.messages[message.sid] = message
        if len(self.messages) > self.behaviour.keeps_messages:
            for sid, old in self.messages.items():
                if old.status in FINAL:
                    del self.messages[sid]
                    break

    def phone(self, number: str, *, label: str = "", color: str = "", role: str = "") -> Phone:
        """The phone with this number; made when it is met for the first time."""
        phone = self.phones.get(number)
        if phone is None:
            phone = Phone(number, keeps=self.behaviour.keeps_texts_per_phone)
            self.phones[number] = phone
            if len(self.phones) > KEEPS_PHONES:
                self.phones.popitem(last=False)
        phone.label, phone.color = label or phone.label, color or phone.color
        if role == "staff":
            phone.role = "staff"
        return phone

    def default_sender(self, phone: Phone, channel: Channel) -> str | None:
        """The sender this phone would write to on a channel: the one it last spoke with, else the first."""
        first = next((sender for sender in self.senders if channel_of(sender) == channel), None)
        return phone.spoke_with.get(channel, first)

    def service_of(self, sender: str) -> str | None:
        """The messaging service that a sender belongs to."""
        return next((sid for sid, pool in self.services.items() if sender in pool), None)

    def tell(self, kind: str, message: Message) -> None:
        """Note an event about a message for the live pages."""
        self.events.add(kind, self.clock(), number=message.number, message=message.as_json())

    def log(self) -> list[Message]:
        """Every message kept, newest first."""
        with self.lock:
            return list(reversed(self.messages.values()))
