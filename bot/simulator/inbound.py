"""From a phone to the business: keywords, the webhook, and what its answer asks for."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from bot.simulator import keywords, segments, twiml
from bot.simulator.ground import Ground
from bot.simulator.outbound import Outbound
from bot.simulator.records import Channel, Message, Phone, address_of, channel_of, media_from, number_of
from bot.simulator.webhooks import Answer, Pairs, inbound_form


class NoSuchSender(ValueError):
    """The text goes to a number that is not one of the business's on this channel."""


class Inbound:
    """Takes texts from phones and brings them to the service's webhook."""

    def __init__(self, ground: Ground, outbound: Outbound) -> None:
        self._ground = ground
        self._outbound = outbound

    def text(self, number: str, body: str, channel: Channel, media: Iterable[Any], to: str | None) -> Message:
        """A phone writes; the webhook is due at once. Raises NoSuchSender."""
        ground = self._ground
        with ground.lock:
            phone = ground.phone(number)
            sender = address_of(number_of(to), channel) if to else ground.default_sender(phone, channel)
            if sender is None or sender not in ground.senders:
                raise NoSuchSender(f"no sender of the business takes {channel} at {to or 'any number'}")
            items = media_from(media)
            seq, sid = ground.number_sid("MM" if items else "SM")
            now = ground.clock()
            message = Message(
                sid, "inbound", address_of(number, channel), sender, body, "received", now,
                segments=segments.count(body), media=items, sent=now, updated=now, seq=seq,
            )  # fmt: skip
            ground.keep(message)
            phone.keep(message)
            phone.wrote_at[sender] = now
            phone.spoke_with[channel] = sender
            ground.counters["written"] += 1
            ground.tell("written", message)
            before = (set(phone.stopped), set(phone.blocks))
            keyword = self._heed(phone, message)
            if before != (set(phone.stopped), phone.blocks):
                ground.events.add("phone", now, number=number, phone=phone.as_json())
            self._send_on(phone, message, keyword)
            return message

    def _heed(self, phone: Phone, message: Message) -> keywords.Keyword | None:
        """What the network itself does about STOP, START and HELP; WhatsApp has no such thing."""
        sender, behaviour = number_of(message.to), self._ground.behaviour
        keyword = keywords.heard(message.body, sender)
        if keyword == "STOP":
            phone.stopped.setdefault(sender, 0)
        elif keyword == "START" and message.body.strip().upper() != "YES":
            # YES lifts the provider's block, but it is no clear wish to hear from the business again
            phone.stopped.pop(sender, None)
        if keyword is None or channel_of(message.to) == "whatsapp":
            return None
        if behaviour.blocks:
            was_blocked = message.to in phone.blocks
            if keyword == "STOP":
                phone.blocks.add(message.to)
            elif keyword == "START":
                phone.blocks.discard(message.to)
            changes = keyword == "HELP" or was_blocked != (message.to in phone.blocks)
            if behaviour.confirms_opt_out and changes:
                self._outbound.confirm(keyword, message.to, phone, "sms")
        return keyword

    def _send_on(self, phone: Phone, message: Message, keyword: keywords.Keyword | None) -> None:
        ground, strike = self._ground, self._ground.faults.strike
        form = inbound_form(
            message,
            ground.account_sid,
            phone.label or phone.number,
            ground.service_of(message.to),
            keyword if ground.behaviour.advanced_opt_out else None,
        )
        lane, now = f"phone:{phone.number}", ground.clock()
        held = strike("inbound_reordered", number=phone.number)
        if held:
            phone.held.append(message)
            due = now + timedelta(seconds=held.seconds)
            ground.agenda.add(message.sid, due, lambda: self._release(phone, message, form))
            return
        late = strike("inbound_late", number=phone.number)
        due = now + timedelta(seconds=late.seconds if late else 0)
        if late:
            lane = message.sid
        for _ in range(2 if strike("inbound_duplicated", number=phone.number) else 1):
            ground.agenda.add(lane, due, lambda: self._deliver(message, form))
        for earlier in phone.held:
            earlier_form = inbound_form(
                earlier, ground.account_sid, phone.label or phone.number, ground.service_of(earlier.to), None
            )
            ground.agenda.add(lane, due, lambda m=earlier, f=earlier_form: self._deliver(m, f))  # type: ignore[misc]
        phone.held.clear()

    def _release(self, phone: Phone, message: Message, form: Pairs) -> None:
        with self._ground.lock:
            if message not in phone.held:
                return
            phone.held.remove(message)
        self._deliver(message, form)

    def _deliver(self, message: Message, form: Pairs) -> None:
        ground = self._ground
        ended = ground.courier.deliver(
            ground.webhook_url, form, f"{message.sid}:received", fallback_url=ground.fallback_url
        )
        with ground.lock:
            if ended.failure:
                ground.counters["inbound_failed"] += 1
                message.error_code = 11200 if ended.failure.endswith("xx") else 11205
                ground.tell("not_taken", message)
                return
            ground.counters["inbound_taken"] += 1
            message.arrived, message.error_code = ground.clock(), None
            ground.tell("taken", message)
            self._answer(message, ended.answer)

    def _answer(self, message: Message, answer: Answer) -> None:
        try:
            replies = twiml.replies(answer.body)
        except twiml.UnreadableTwiML:
            self._ground.counters["unreadable_twiml"] += 1
            return
        for reply in replies:
            self._outbound.reply(message.to, reply.to or message.from_, reply.body, reply.media)
