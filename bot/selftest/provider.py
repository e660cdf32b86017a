"""The steps of `rekindle provider selftest`: one text, followed by asking the provider what became of it.

The whole ends within a minute, whatever the other side does. A send whose outcome is unknown is looked for
and never repeated. No status callback is asked for, so no public address is needed.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol, TypeVar

from bot.selftest.steps import Result, StepFailed
from bot.selftest.within import within
from scheduler import permits
from scheduler.provider.client import NotReached, Outbound, OutcomeUnknown, Refused, Sent
from scheduler.provider.errors import verdict

T = TypeVar("T")

ARRIVED = frozenset({"delivered", "read", "partially_delivered"})
FAILED = frozenset({"failed", "undelivered", "canceled", "cancelled"})
UNSENT = frozenset({"accepted", "scheduled", "queued", "sending"})
TOO_MANY = frozenset({"20429", "429"})
"""The refusal that was certainly not processed: sending again is safe. 429 where no body says the code."""
NOT_THERE = frozenset({"20404", "404"})
"""Not there, or not yet: a provider's own store may lag behind."""


class Messages(Protocol):
    """What is asked of the provider; scheduler.provider.client.Provider does all of it."""

    def send(self, text: Outbound) -> Sent: ...

    def fetch(self, provider_id: str) -> Sent: ...

    def sent_to(self, to: str, channel: str, since: datetime) -> Iterator[Sent]: ...


@dataclass(frozen=True, slots=True)
class Times:
    """Seconds. `end` counts from the beginning; the rest of the minute is for starting and ending."""

    end: float = 48.0
    database: float = 15.0
    send: float = 22.0
    """For handing over, tries after "too many requests" included; a single call ends after 10 or so."""
    shows: float = 10.0
    """For the provider's own lists to show a text."""
    reconciles: float = 22.0
    """For finding a text whose outcome is unknown."""
    receipt: float = 25.0
    """How long after `sent` a receipt is waited for."""


@dataclass(frozen=True, slots=True)
class Line:
    """The sender and the recipient; addresses without a channel's prefix."""

    sender: str
    to: str
    channel: str = "sms"
    per_second: float = 1.0


class SelfTest:
    """One run. `suppressed` says why the recipient must not be texted (None: it may); it may raise."""

    def __init__(
        self,
        provider: Messages,
        line: Line,
        suppressed: Callable[[], str | None],
        described: str,
        times: Times | None = None,
    ) -> None:
        self._provider, self._line, self._suppressed = provider, line, suppressed
        self._described = described
        self._times = times or Times()
        self._began = time.monotonic()
        self._since = datetime.now(UTC)  # the provider's time is the machine's, in a demo too
        self._mark = secrets.token_hex(4)
        self._id: str | None = None
        self._lost = False
        self._read = False

    @property
    def body(self) -> str:
        """The text: marked, so that it is known again among others, and short enough for one segment."""
        return (
            f"Rekindle selftest {self._mark}: texts leave through this number. "
            "Sent by hand, no answer needed. Reply STOP to opt out."
        )

    def run(self) -> Iterator[Result]:
        """Take the steps in order; one whose ground is missing is reported as not tried."""
        steps: tuple[tuple[str, Callable[[], str]], ...] = (
            ("settings", lambda: self._described),
            ("suppression", self._suppression),
            ("send", self._send),
            ("found", self._found),
            ("listed", self._listed),
            ("delivered", self._delivered),
        )
        ground: str | None = None
        for name, work in steps:
            if ground:
                yield Result(name, False, f"not tried: {ground}", 0)
                continue
            result = self._step(name, work)
            lives_on = name == "listed" or (name == "send" and self._lost)
            if not result.ok and not lives_on:
                ground = f"{name} failed"
            yield result

    def _step(self, name: str, work: Callable[[], str]) -> Result:
        began = time.monotonic()
        try:
            ok, detail = True, work()
        except StepFailed as error:
            ok, detail = False, str(error)
        except Refused as error:
            ok, detail = False, said(error.code)
        except NotReached:
            ok, detail = False, "the provider cannot be reached: check TWILIO_API_BASE_URL and the network"
        except TimeoutError:
            ok, detail = False, "gave up waiting for the provider"
        except Exception as error:
            # somebody else's server may answer anything
            ok, detail = False, f"the answer cannot be understood ({type(error).__name__})"
        return Result(name, ok, detail, round((time.monotonic() - began) * 1000))

    # the steps

    def _suppression(self) -> str:
        try:
            reason = self._call(self._suppressed, self._at(self._times.database))
        except Exception as error:
            raise StepFailed(
                f"the suppression list cannot be read, so nothing is sent ({type(error).__name__}): "
                "check DATABASE_URL and ENCRYPTION_KEYS"
            ) from None
        if reason is not None:
            raise StepFailed(
                f"this number is on the suppression list ({reason.replace('_', ' ')}): nothing is sent"
            )
        return "the number is not on the suppression list"

    def _send(self) -> str:
        text = Outbound(self._line.to, self._line.sender, self._line.channel, self.body, status_callback="")
        until = self._at(self._times.send)
        tries = 0
        while True:
            tries += 1
            try:
                with self._turn(until):
                    sent = self._call(lambda: self._provider.send(text), until)
            except Refused as refusal:
                if refusal.code not in TOO_MANY or time.monotonic() + 2**tries > until:
                    raise
                time.sleep(2**tries)
                continue
            except (OutcomeUnknown, TimeoutError):
                self._lost = True
                raise StepFailed(
                    "no clear answer: the text may exist or not, so it is looked for and not repeated"
                ) from None
            except (ValueError, TypeError, AttributeError, KeyError) as error:
                # it was answered with success, but in words that the library does not know
                self._lost = True
                raise StepFailed(
                    f"the answer cannot be understood ({type(error).__name__}): the text is looked for"
                ) from None
            if not sent.provider_id:
                self._lost = True
                raise StepFailed("the answer holds no id: the text is looked for")
            self._id = sent.provider_id
            again = "" if tries == 1 else f", after {tries - 1} answer(s) of too many requests"
            return f"taken as {sent.provider_id}, {sent.status}{again}"

    def _found(self) -> str:
        if self._id is None:
            none = "no such text is listed: it seems that it was not taken"
            listed = self._look(self._in_list, none, self._times.reconciles)
            self._id = listed.provider_id
            return f"the text was taken all the same, as {listed.provider_id}"
        none = "the provider does not know the id that it gave"
        return f"found by its id, {self._look(self._by_id, none, self._times.shows).status}"

    def _listed(self) -> str:
        none = "the list of texts to this number does not show it: a lost answer could then not be cleared up"
        return f"among the texts to this number, {self._look(self._in_list, none, self._times.shows).status}"

    def _delivered(self) -> str:
        end, seen, pause = self._at(self._times.end), "", 0.25
        sent_at: float | None = None
        while True:
            found = self._by_id()
            if found is not None:
                seen = found.status.lower()
                if seen in ARRIVED:
                    return seen
                if seen in FAILED:
                    code = f": {said(found.error_code)}" if found.error_code else ""
                    raise StepFailed(f"{seen}{code}")
                if seen == "sent" and sent_at is None:
                    sent_at = time.monotonic()
            limit = end if sent_at is None else min(end, sent_at + self._times.receipt)
            if time.monotonic() + pause > limit:
                return self._without_receipt(seen)
            time.sleep(pause)
            pause = min(2.0, pause * 1.5)

    def _without_receipt(self, seen: str) -> str:
        if seen == "sent":
            return (
                "sent, without a receipt of delivery so far: some carriers never give one, look at the phone"
            )
        if not seen:
            raise StepFailed("the provider does not answer such questions")
        if seen in UNSENT:
            raise StepFailed(f"still {seen}: the provider has not passed it on yet")
        raise StepFailed(f"the provider calls it {seen}, which is no state of a text on its way")

    # asking

    def _look(self, ask: Callable[[], Sent | None], otherwise: str, seconds: float) -> Sent:
        """Ask until there is an answer, for as long as a provider's own lists may lag behind."""
        until, pause = self._at(seconds, from_now=True), 0.25
        while True:
            found = ask()
            if found is not None:
                return found
            if time.monotonic() + pause > until:
                # what was never read proves nothing
                raise StepFailed(otherwise if self._read else "the provider does not answer such questions")
            time.sleep(pause)
            pause = min(2.0, pause * 1.5)

    def _by_id(self) -> Sent | None:
        assert self._id is not None
        text = self._id
        return self._asked(lambda: self._provider.fetch(text))

    def _in_list(self) -> Sent | None:
        def look() -> Sent | None:
            to, channel = self._line.to, self._line.channel
            for sent in self._provider.sent_to(to, channel, self._since):
                if sent.provider_id == self._id or (self._id is None and self._mark in sent.body):
                    return sent
            return None

        return self._asked(look)

    def _asked(self, ask: Callable[[], Sent | None]) -> Sent | None:
        """What the provider says; None where asking again may help."""
        try:
            found = self._call(ask)
        except NotReached:
            self._read = False
            return None
        except Refused as refusal:
            self._read = refusal.code in NOT_THERE
            if refusal.code in TOO_MANY or self._read:
                return None
            raise
        self._read = True
        return found

    def _call(self, work: Callable[[], T], until: float | None = None) -> T:
        end = self._at(self._times.end)
        return within(min(until or end, end) - time.monotonic(), work)

    def _at(self, seconds: float, *, from_now: bool = False) -> float:
        end = self._began + self._times.end
        return min(end, (time.monotonic() if from_now else self._began) + seconds)

    @contextmanager
    def _turn(self, until: float) -> Iterator[None]:
        """This text counts against the sender's rate like every other."""
        sender, pace, token = self._line.sender, self._line.per_second, [f"selftest:{time.monotonic()}"]
        while not (taken := permits.take(sender, pace, token, first=token[0])).permits:
            if time.monotonic() + taken.wait > until:
                permits.give_up(sender, token)
                raise StepFailed("the sender is busy with other texts: try again when it is quieter")
            time.sleep(taken.wait)
        try:
            yield
        finally:
            permits.returned(sender, pace, token)


def said(code: str | None) -> str:
    """A refusal in words, with its code."""
    return f"{verdict(code).meaning} ({code})"
