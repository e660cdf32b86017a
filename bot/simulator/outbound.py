"""From the business to a phone: what the API refuses, and the way of what it takes."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from bot.simulator import keywords, segments
from bot.simulator.content import failure_of, filled, not_delivered
from bot.simulator.ground import Ground
from bot.simulator.records import (
    FINAL,
    Channel,
    Direction,
    Media,
    Message,
    Phone,
    Status,
    address_of,
    channel_of,
    is_number,
    media_from,
    number_of,
)
from bot.simulator.refusals import Refusal
from bot.simulator.webhooks import status_form

_LONGEST = 1600
_WINDOW = timedelta(hours=24)
_NOW = timedelta()


class Outbound:
    """Takes messages from the API and carries them to the phones."""

    def __init__(self, ground: Ground, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._ground = ground
        self._monotonic = monotonic
        self._tokens: dict[str, tuple[float, float]] = {}
        self._free_at: dict[str, datetime] = {}

    def create(self, form: Mapping[str, str], media: tuple[str, ...] = ()) -> Message:
        """Accept a message as `POST Messages.json` does. Raises Refusal."""
        ground = self._ground
        with ground.lock:
            try:
                message = self._checked(form, media)
            except Refusal as refusal:
                ground.counters[f"refused_{refusal.code}"] += 1
                raise
            self._start(message)
            return message

    def reply(self, sender: str, to: str, body: str, media: tuple[str, ...] = ()) -> Message:
        """Send something that the provider itself or a TwiML answer asks for; blocks do not hold it."""
        with self._ground.lock:
            message = self._new("outbound-reply", sender, to, body, media_from(media))
            self._start(message)
            return message

    def read(self, number: str) -> int:
        """The owner looks at the phone: delivered WhatsApp texts become read. How many did."""
        ground = self._ground
        with ground.lock:
            phone = ground.phones.get(number)
            if phone is None:
                return 0
            if phone.unread:
                phone.unread = 0
                ground.events.add("phone", ground.clock(), number=number, phone=phone.as_json())
            fresh = [
                message
                for message in phone.seen
                if message.channel == "whatsapp"
                and message.direction != "inbound"
                and message.status == "delivered"
            ]
            for message in fresh:
                self._later(message, _NOW, lambda m=message: self._step(m, "read"))  # type: ignore[misc]
            return len(fresh)

    def cancel(self, message: Message) -> None:
        """Take back a message that has not left. Raises Refusal when it has."""
        with self._ground.lock:
            if message.status not in ("accepted", "queued"):
                raise Refusal(20404, resource=message.sid)
            self._step(message, "canceled")

    # -- accepting

    def _checked(self, form: Mapping[str, str], media: tuple[str, ...]) -> Message:
        ground = self._ground
        to, sender, service = form.get("To", ""), form.get("From", ""), form.get("MessagingServiceSid", "")
        if not to:
            raise Refusal(21604)
        if not is_number(number_of(to)):
            raise Refusal(21211, to=to)
        if service:
            sender = sender or self._from_pool(service, to)
        if not sender:
            raise Refusal(21603)
        if sender not in ground.senders:
            raise Refusal(63007 if channel_of(sender) == "whatsapp" else 21606, from_=sender)
        if channel_of(sender) != channel_of(to):
            raise Refusal(21910)
        if sender == to:
            raise Refusal(21266, to=to)
        body, content = form.get("Body", ""), form.get("ContentSid", "")
        template = ground.templates.get(content)
        if content:
            if template is None:
                raise Refusal(21655)
            body = filled(template, form.get("ContentVariables", ""))
        if not body and not media:
            raise Refusal(21602)
        if len(body) > _LONGEST:
            raise Refusal(21617)
        validity = form.get("ValidityPeriod", "36000")
        if not validity.isdigit() or not 1 <= int(validity) <= 36_000:
            raise Refusal(21624)
        phone = ground.phone(number_of(to))
        if sender in phone.blocks:
            raise Refusal(21610)
        if not self._token_for(sender):
            raise Refusal(20429)
        message = self._new("outbound-api", sender, to, body, media_from(media))
        message.status_callback = form.get("StatusCallback", "")
        message.service_sid = service or None
        message.validity = timedelta(seconds=int(validity))
        message.content_sid = content or None
        message.category = template.category if template else ""
        if channel_of(to) == "whatsapp":
            wrote_at = phone.wrote_at.get(sender)
            closed = wrote_at is None or message.created - wrote_at > _WINDOW
            message.fails_with = failure_of(template, closed)
        return message

    def _from_pool(self, service: str, to: str) -> str:
        ground = self._ground
        pool = ground.services.get(service)
        if pool is None:
            raise Refusal(21701)
        channel = channel_of(to)
        fitting = [sender for sender in pool if channel_of(sender) == channel]
        if not fitting:
            raise Refusal(21612, to=to)
        used = ground.phone(number_of(to)).spoke_with.get(channel)
        return used if used in fitting else fitting[0]

    def _token_for(self, sender: str) -> bool:
        rate = self._ground.behaviour.requests_per_second
        if rate is None:
            return True
        now, most = self._monotonic(), max(1.0, rate)
        left, at = self._tokens.get(sender, (most, now))
        left = min(most, left + (now - at) * rate)
        self._tokens[sender] = (left - 1 if left >= 1 else left, now)
        return left >= 1

    def _new(
        self, direction: Direction, sender: str, to: str, body: str, media: tuple[Media, ...]
    ) -> Message:
        seq, sid = self._ground.number_sid("MM" if media else "SM")
        now = self._ground.clock()
        return Message(
            sid, direction, sender, to, body, "queued", now,
            segments=segments.count(body), media=media, updated=now, seq=seq,
        )  # fmt: skip

    # -- carrying

    def _start(self, message: Message) -> None:
        ground = self._ground
        ground.keep(message)
        phone = ground.phone(message.number)
        phone.spoke_with[message.channel] = message.from_
        ground.counters["accepted"] += 1
        ground.tell("accepted", message)
        if ground.faults.strike("callbacks_reordered", number=message.number):
            message.held_callbacks = []
        slow = ground.faults.strike("send_slow", number=message.number)
        departs = max(message.created, self._free_at.get(message.from_, message.created))
        if ground.behaviour.segments_per_second:
            takes = timedelta(seconds=message.segments / ground.behaviour.segments_per_second)
            self._free_at[message.from_] = departs + takes
        departs += timedelta(seconds=slow.seconds) if slow else _NOW
        expires = message.created + message.validity
        self._later(message, _NOW, lambda: self._step(message, "queued"))
        if departs > expires:
            self._later(message, message.validity, lambda: self._fail(message, "failed", 30036))
        else:
            self._later(message, departs - message.created, lambda: self._depart(message))

    def _later(self, message: Message, after: timedelta, job: Callable[[], None]) -> None:
        self._ground.agenda.add(message.sid, self._ground.clock() + after, job)

    def _depart(self, message: Message) -> None:
        ground = self._ground
        with ground.lock:
            if message.status in FINAL:
                return
            if message.direction == "outbound-api" and message.from_ in ground.phone(message.number).blocks:
                self._fail(message, "failed", 21610)
                return
            if message.fails_with:
                self._fail(message, "failed", message.fails_with)
                return
            fault = ground.faults.strike("send_failed", number=message.number)
            if fault:
                self._fail(message, "failed", fault.code)
                return
            message.sent = ground.clock()
            self._step(message, "sent")
            fault = ground.faults.strike("send_undelivered", number=message.number)
            code = fault.code if fault else not_delivered(message)
            if code:
                self._later(
                    message,
                    ground.behaviour.delivered_after,
                    lambda: self._fail(message, "undelivered", code),
                )
            else:
                self._later(message, ground.behaviour.delivered_after, lambda: self._arrive(message))

    def _arrive(self, message: Message) -> None:
        ground = self._ground
        with ground.lock:
            if message.status in FINAL:
                return
            phone = ground.phone(message.number)
            message.arrived = ground.clock()
            phone.keep(message)
            phone.unread += 1
            ground.counters["delivered"] += 1
            self._count_after_stop(phone, message)
            self._step(message, "delivered")

    def _count_after_stop(self, phone: Phone, message: Message) -> None:
        sender = number_of(message.from_)
        if sender in phone.stopped:
            phone.stopped[sender] += 1
            if phone.stopped[sender] > 1:
                self._ground.counters["texts_after_stop"] += 1

    def _fail(self, message: Message, status: Status, code: int) -> None:
        with self._ground.lock:
            if message.status in FINAL:
                return
            message.error_code = code
            self._ground.counters[f"{status}_{code}"] += 1
            self._step(message, status)

    # -- telling

    def _step(self, message: Message, status: Status) -> None:
        """Bring the message to a status and tell the service of it."""
        ground = self._ground
        with ground.lock:
            if message.status in FINAL and status != "read":
                return
            message.status, message.updated = status, ground.clock()
            ground.tell("status", message)
            if not message.status_callback:
                return
            if message.held_callbacks is not None and status != "read":
                message.held_callbacks.append(status)
                if status in FINAL:
                    for held in reversed(message.held_callbacks):
                        self._tell(message, held, _NOW, message.sid)
                return
            self._callback(message, status)

    def _callback(self, message: Message, status: Status) -> None:
        strike = self._ground.faults.strike
        number = message.number
        if strike("callback_lost", number=number, status=status):
            self._ground.counters["callbacks_lost"] += 1
            return
        late = strike("callback_late", number=number, status=status)
        after = timedelta(seconds=late.seconds) if late else _NOW
        # a late callback must not hold up those behind it, so it gets a lane of its own
        lane = f"{message.sid}:{status}" if late else message.sid
        for _ in range(2 if strike("callback_duplicated", number=number, status=status) else 1):
            self._tell(message, status, after, lane)

    def _tell(self, message: Message, status: Status, after: timedelta, lane: str) -> None:
        pairs = status_form(message, status, self._ground.account_sid)
        self._ground.agenda.add(
            lane, self._ground.clock() + after, lambda: self._post(message, status, pairs)
        )

    def _post(self, message: Message, status: Status, pairs: list[tuple[str, str]]) -> None:
        ended = self._ground.courier.deliver(message.status_callback, pairs, f"{message.sid}:{status}")
        with self._ground.lock:
            self._ground.counters["callbacks_failed" if ended.failure else "callbacks_delivered"] += 1

    def confirm(self, keyword: keywords.Keyword, sender: str, phone: Phone, channel: Channel) -> None:
        """The provider's own answer to a keyword."""
        self.reply(sender, address_of(phone.number, channel), keywords.CONFIRMATIONS[keyword])
