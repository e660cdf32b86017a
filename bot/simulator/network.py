"""The phone network and the provider in memory: phones, senders, messages, webhooks.

It does nothing by itself: what is to happen lies on an agenda, and whoever owns the network calls
`run_due()` (a rehearsal after each move of its clock, the server's threads all the time). Thread-safe; no
lock is held while a webhook is posted.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from bot.simulator.behaviour import Behaviour
from bot.simulator.events import Events
from bot.simulator.faults import Faults
from bot.simulator.ground import Ground
from bot.simulator.inbound import Inbound
from bot.simulator.outbound import Outbound
from bot.simulator.records import Channel, Line, Message, Phone, Template
from bot.simulator.webhooks import Courier, Post


class Network:
    """A whole phone network with one account at the provider.

    `senders` are the business's addresses ("+1212…", "whatsapp:+1212…"); `auth_token` may be several while
    one is rotated (the first signs). `clock` gives aware times. `post` delivers webhooks (see
    webhooks.Post). `seed` makes ids: the same seed gives the same ids, so a server that may be started
    again against the same service needs a fresh one. `pause` waits between tries of a webhook, in seconds.
    """

    def __init__(
        self,
        *,
        account_sid: str,
        auth_token: str | Sequence[str],
        senders: Sequence[str],
        webhook_url: str,
        clock: Callable[[], datetime],
        post: Post,
        behaviour: Behaviour | None = None,
        fallback_url: str = "",
        staff_phone: str | None = None,
        messaging_services: Mapping[str, Sequence[str]] | None = None,
        templates: Mapping[str, Template] | None = None,
        seed: str = "simulator",
        pause: Callable[[float], None] = lambda seconds: None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        behaviour = behaviour or Behaviour()
        tokens = (auth_token,) if isinstance(auth_token, str) else tuple(auth_token)
        self._seed, self._resets = seed, 0
        self.ground = Ground(
            account_sid=account_sid,
            tokens=tokens,
            senders=tuple(senders),
            services=messaging_services or {},
            templates=dict(templates or {}),
            webhook_url=webhook_url,
            fallback_url=fallback_url,
            clock=clock,
            behaviour=behaviour,
            seed=seed,
            courier=Courier(post, tokens[0], behaviour, pause, namespace=seed),
            events=Events(behaviour.keeps_events),
            faults=Faults(seed=seed),
        )
        self.outbound = Outbound(self.ground, monotonic)
        self.inbound = Inbound(self.ground, self.outbound)
        self._closing = threading.Event()
        if staff_phone:
            self.add_phone(staff_phone, label="Front desk", role="staff")

    # -- phones

    def add_phone(self, number: str, label: str = "", color: str = "", role: str = "contact") -> Phone:
        """Put a phone on the network, or rename one that is there."""
        with self.ground.lock:
            phone = self.ground.phone(number, label=label, color=color, role=role)
            self.ground.events.add("phone", self.ground.clock(), number=number, phone=phone.as_json())
            return phone

    def phone(self, number: str) -> Phone:
        """The phone with this number. Raises KeyError for one never met."""
        with self.ground.lock:
            return self.ground.phones[number]

    def phones(self) -> list[Phone]:
        """All phones, in the order in which they came."""
        with self.ground.lock:
            return list(self.ground.phones.values())

    def text(
        self,
        number: str,
        body: str,
        *,
        channel: Channel = "sms",
        media: Iterable[Any] = (),
        to: str | None = None,
    ) -> Message:
        """A phone writes to the business; `run_due()` delivers it. Raises NoSuchSender."""
        return self.inbound.text(number, body, channel, media, to)

    def read(self, number: str) -> int:
        """The owner of the phone looks at it: delivered WhatsApp texts become read."""
        return self.outbound.read(number)

    def put_template(self, sid: str, template: Template) -> None:
        """Keep a template, or change the one of this id, as its approval does."""
        with self.ground.lock:
            self.ground.templates[sid] = template

    def put_line(self, number: str, line: Line) -> None:
        """Say what a look-up of this number finds."""
        with self.ground.lock:
            self.ground.lines[number] = line

    # -- time

    def run_due(self, limit: int | None = None) -> int:
        """Do what is due at the clock's now, in order; how many things were done."""
        done = 0
        while limit is None or done < limit:
            taken = self.ground.agenda.take(self.ground.clock())
            if taken is None:
                break
            lane, job = taken
            try:
                job()
            finally:
                self.ground.agenda.done(lane)
            done += 1
        return done

    def next_due(self) -> datetime | None:
        """When the next thing is due, None when nothing is."""
        return self.ground.agenda.next_due()

    @property
    def idle(self) -> bool:
        """Whether nothing is under way or waiting."""
        return self.ground.agenda.idle

    # -- looking

    def transcript(self, number: str) -> list[Message]:
        """What the phone's screen shows, oldest first: texts it wrote and texts that arrived."""
        with self.ground.lock:
            phone = self.ground.phones.get(number)
            return list(phone.seen) if phone else []

    def messages(self) -> list[Message]:
        """Every message still kept, newest first, whether or not it arrived."""
        return self.ground.log()

    def counters(self) -> dict[str, int]:
        """Counts since the start or the last reset, by name."""
        with self.ground.lock:
            return {"texts_after_stop": 0} | dict(self.ground.counters)

    def texts_after_stop(self, number: str) -> int:
        """Texts that reached this phone after it said STOP, whatever the provider's handling."""
        with self.ground.lock:
            phone = self.ground.phones.get(number)
            return sum(phone.stopped.values()) if phone else 0

    def said_stop(self, number: str, sender: str | None = None) -> None:
        """Count from now on what this phone still gets, for an opt-out in words of its own."""
        with self.ground.lock:
            chosen = sender or self.ground.senders[0].removeprefix("whatsapp:")
            self.ground.phone(number).stopped.setdefault(chosen, 0)

    @property
    def faults(self) -> Faults:
        """The faults in force."""
        return self.ground.faults

    @property
    def generation(self) -> str:
        """Changes with a new start and with every reset, so that a page knows to begin anew."""
        return f"{self._seed[:8]}-{self._resets}"

    def reset(self) -> None:
        """Forget messages, faults and counts; phones stay, empty. Ids go on counting."""
        ground = self.ground
        with ground.lock:
            self._resets += 1
            ground.agenda.clear()
            ground.messages.clear()
            ground.counters.clear()
            ground.faults.clear()
            for number, old in list(ground.phones.items()):
                ground.phones[number] = Phone(number, old.label, old.color, old.role, old.keeps)
            ground.events.add("reset", ground.clock())

    def hold(self, seconds: float) -> None:
        """Wait, as a hanging answer does, at most `seconds`; ends early when the network closes."""
        self._closing.wait(seconds)

    def close(self) -> None:
        """Let go of everything that hangs."""
        self._closing.set()
