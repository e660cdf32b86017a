"""The ledger: in plain Python, what may have changed after each request and each job. It calls none of ours.

Written from design.md, mission.md and facts.md, with tables of its own, so that a mistake in the service's
tables is a difference and not agreement.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Literal

from tests.integration.webhooks.stage import CONTACTS, STAFF_PHONE, Picture, Row

Meaning = Literal["stop", "start", "help", "life", "life_and_stop", "doubtful", "ordinary"]

TEXTS: dict[Meaning, tuple[str, ...]] = {
    "stop": (
        "STOP", "stop", " Stop. ", "STOP!!", "Unsubscribe", "st\x00op", "please stop texting me",
        "take me off your list", "leave me alone", "cancel", "QUIT",
    ),
    "start": ("START", "unstop"),
    "help": ("HELP", "info"),
    "life": ("I can't breathe", "my husband is having a heart attack"),
    "life_and_stop": ("I can't breathe. STOP texting me",),
    "doubtful": ("stop lol",),
    "ordinary": (
        "yes", "2", "hello", "how much is a cleaning?", "", "   ", "😀", "\x07\x1b[31m\x00", "hello " * 2_000,
        "I have terrible tooth pain", "não, obrigado", "'; DROP TABLE message; --", "{first_name}",
    ),
}  # fmt: skip
"""What the tests write, and what each means by the promises; one table, read by people."""

CALLS_IT: dict[str, str] = {
    "accepted": "sent", "scheduled": "sent", "queued": "sent", "sending": "sent", "sent": "sent",
    "delivered": "delivered", "read": "read", "failed": "failed", "undelivered": "undelivered",
    "canceled": "cancelled",
}  # fmt: skip
ORDER = ("queued", "sending", "sent", "delivered", "read")
FINAL = ("failed", "undelivered", "unknown", "cancelled")
FAILED = ("failed", "undelivered")

SUPPRESSES = {"30005": "undeliverable", "21610": "opt_out"}
TRIES = {("30022", True): 8, ("30022", False): 8, ("30008", True): 2}
"""How many attempts a text gets behind a code: what the business starts (True), and answers (False)."""

PROACTIVE = ("touch", "callback", "nudge")
SILENCED = (*PROACTIVE, "reply")
"""What is taken out of the outbox when its number is suppressed."""

EMERGENCY_AGAIN = timedelta(minutes=15)


class Broken(AssertionError):
    """A promise is broken; the message says which."""


def check(holds: bool, promise: str, *seen: object) -> None:
    """Raise Broken where a promise does not hold."""
    if not holds:
        raise Broken(f"{promise}: {', '.join(map(repr, seen))}" if seen else promise)


@dataclass
class Ledger:
    """What the database has to hold. `phone -> reason` in `suppressed`; rows by their id in `outbound`."""

    picture: Picture
    failed: set[str] = field(default_factory=set)
    """The provider's ids of attempts that are known to have failed."""
    sids: set[str] = field(default_factory=set)
    """The provider's ids that any of our rows has ever had."""
    failures: dict[int, int] = field(default_factory=dict)
    """How many attempts at a text of ours have failed."""
    not_found: set[int] = field(default_factory=set)
    """Texts of ours that the provider had not got when it was asked, and that wait to go once more."""
    emergency_at: dict[str, datetime] = field(default_factory=dict)
    doubtful: set[str] = field(default_factory=set)
    late_first: int = 0
    """How many receipts came behind one that says more."""

    # -- what a text does

    def text(
        self, sid: str, phone: str, meaning: Meaning, channel: str, said_for_us: str, now: datetime
    ) -> list[tuple[str, str]]:
        """A genuine text has come. Returns the outbound texts (number, kind) that have to follow at once."""
        if sid in self.picture.inbound:
            return []
        self.picture.inbound = sorted([*self.picture.inbound, sid])
        stops = meaning in ("stop", "life_and_stop") or said_for_us == "STOP"
        if phone not in CONTACTS:
            if stops:
                self._suppress(phone, "opt_out")
            return []
        self.picture.enrolled -= {phone}
        self._cancel(phone, ("touch", "nudge"))
        was = self.picture.suppressed.get(phone)
        by_provider = bool(said_for_us) and channel == "sms"
        if meaning in ("life", "life_and_stop"):
            return self._emergency(phone, stops, was, now)
        if stops:
            self._suppress(phone, "opt_out")
            return [(phone, "farewell")] if was is None and not by_provider else []
        if meaning == "doubtful" and not was:
            self.doubtful.add(phone)
            return []
        if was and meaning == "start":
            self._lift(phone)
            return [] if by_provider else [(phone, "reply")]
        if was in ("opt_out", "do_not_contact", "wrong_number"):
            return []
        self._lift(phone)  # who writes can be reached after all
        return [(phone, "reply")] if meaning == "help" and not by_provider else []

    def _emergency(self, phone: str, stops: bool, was: str | None, now: datetime) -> list[tuple[str, str]]:
        last = self.emergency_at.get(phone)
        told = last is not None and last >= now - EMERGENCY_AGAIN
        says = not told or (stops and was is None)
        if stops:
            self._suppress(phone, "opt_out")
        if says:
            self.emergency_at[phone] = now
        return [(phone, "emergency")] if says else []

    # -- what a receipt does

    def receipt(self, sid: str, status: str, code: str, message: int | None) -> None:
        """A genuine status callback has come."""
        if (sid, status) in self.picture.events:
            return
        found = next((at for at, row in self.picture.outbound.items() if row.sid == sid), None)
        if found is None and message in self.picture.outbound:
            row = self.picture.outbound[message]
            looked_for = row.state == "queued" and message in self.not_found
            waits = row.sid is None and (row.state in ("sending", "unknown") or looked_for)
            found = message if waits and sid not in self.failed else None
        self.picture.events = sorted([*self.picture.events, (sid, status)])
        if status in FAILED:
            self.failed.add(sid)
        if found is not None:
            self._move(found, sid, CALLS_IT[status], code)

    def _move(self, at: int, sid: str, reported: str, code: str) -> None:
        row = self.picture.outbound[at]
        if not self.follows(row.state, reported):
            self.late_first += 1
            return
        self.sids.add(sid)
        if reported not in FAILED:
            self.picture.outbound[at] = replace(row, state=reported, sid=row.sid or sid)
            return
        code = code or "30008"
        self.failures[at] = self.failures.get(at, 0) + 1
        again = self.failures[at] < TRIES.get((code, row.kind in PROACTIVE), 1)
        self.picture.outbound[at] = replace(
            row,
            state="queued" if again else reported,
            sid=None if again else row.sid or sid,
            code=row.code or code,
        )
        if row.phone in CONTACTS and code in SUPPRESSES:
            self._suppress(row.phone, SUPPRESSES[code])
            self.picture.enrolled -= {row.phone}

    @staticmethod
    def follows(present: str, reported: str) -> bool:
        """Whether a reported state comes after the present one; a final one stays."""
        if present == "unknown":
            return reported in ("sent", "delivered", "read")
        if present in FINAL:
            return False
        if reported in FINAL:
            return present in ("queued", "sending", "sent")
        return ORDER.index(reported) > ORDER.index(present)

    # -- comparing

    def agrees(self, seen: Picture, expected: list[tuple[str, str]]) -> None:
        """After a request: the rows are what the ledger says, and `expected` are the only new texts."""
        mine = self.picture
        check(seen.inbound == mine.inbound, "every text is kept once", *_differ(seen.inbound, mine.inbound))
        check(seen.events == mine.events, "every receipt is kept once", *_differ(seen.events, mine.events))
        check(
            seen.suppressed == mine.suppressed,
            "suppressed is who opted out",
            seen.suppressed,
            mine.suppressed,
        )
        check(seen.enrolled == mine.enrolled, "who answers leaves the sequence", seen.enrolled, mine.enrolled)
        fresh = [row for at, row in seen.outbound.items() if at not in mine.outbound]
        check(
            sorted((row.phone, row.kind) for row in fresh) == sorted(expected),
            "a text is answered as promised, once",
            fresh,
            expected,
        )
        for at, row in mine.outbound.items():
            self._row_agrees(at, row, seen.outbound.get(at))
        self.adopt(seen)

    def _row_agrees(self, at: int, mine: Row, seen: Row | None) -> None:
        if seen is None:
            raise Broken(f"a text of ours is never lost: {at}")
        same = (seen.state, seen.sid) == (mine.state, mine.sid)
        check(same, "a state never regresses", at, seen, mine)
        check(seen.code == mine.code, "the first error code stays", at, seen.code, mine.code)

    def adopt(self, seen: Picture) -> None:
        """What is seen has been found right: go on from there."""
        self.sids |= {row.sid for row in seen.outbound.values() if row.sid}
        self.picture = seen

    # -- what a job may do

    def worked(self, kind: str, seen: Picture, sent: list[str]) -> None:
        """After a job: nothing came in, nothing went backwards, nothing got past a suppression."""
        mine = self.picture
        check(seen.inbound == mine.inbound, "a job invents no text")
        check(seen.events == mine.events, "a job invents no receipt")
        decided = {
            phone: "opt_out"
            for phone in self.doubtful
            if kind == "notice" and phone in seen.suppressed and phone not in mine.suppressed
        }
        check(
            seen.suppressed == mine.suppressed | decided,
            "a job suppresses and lifts nothing",
            seen.suppressed,
            mine.suppressed,
        )
        for at, row in seen.outbound.items():
            if kind == "reconcile" and mine.outbound[at].state != row.state == "queued":
                self.not_found.add(at)
            self._job_moved(at, mine.outbound.get(at), row)
        self.adopt(seen)
        strays = sorted(set(sent) - self.sids)
        check(not strays, "the provider gets nothing that is not in our outbox", strays)

    def _job_moved(self, at: int, old: Row | None, row: Row) -> None:
        silenced = row.phone in self.picture.suppressed and row.kind in SILENCED
        check(row.phone in (*CONTACTS, STAFF_PHONE), "a stranger is never answered", row)
        if old is None:
            check(
                not (silenced and row.kind in PROACTIVE and row.state == "queued"),
                "nothing proactive is queued for a suppressed number",
                row,
            )
            check(
                not (silenced and row.state == "queued"),
                "an opt-out undoes the turn that was thought about",
                row,
            )
            return
        if old.state in ("delivered", "read", *FINAL):
            check(row == old, "a text that has ended stays as it is", old, row)
        if row.state in ("sending", "sent") and old.state == "queued":
            check(not silenced, "nothing leaves to a suppressed number", row)
        if old.state == "sent":
            check(row.state == "sent", "a text that was sent is not sent again", old, row)
        check(row.code == old.code or old.code is None, "the first error code stays", old, row)

    # -- small steps

    def _suppress(self, phone: str, reason: str) -> None:
        if phone not in self.picture.suppressed or reason == "opt_out":
            self.picture.suppressed[phone] = reason
        if phone in CONTACTS:
            self._cancel(phone, SILENCED)

    def _lift(self, phone: str) -> None:
        self.picture.suppressed.pop(phone, None)

    def _cancel(self, phone: str, kinds: tuple[str, ...]) -> None:
        for at, row in self.picture.outbound.items():
            if row.phone == phone and row.kind in kinds and row.state == "queued":
                self.picture.outbound[at] = replace(row, state="cancelled")


def _differ(seen: list[object], mine: list[object]) -> tuple[str, str]:  # type: ignore[type-arg]
    extra = [one for one in seen if seen.count(one) > mine.count(one)]
    missing = [one for one in mine if mine.count(one) > seen.count(one)]
    return f"too many {extra[:3]}", f"too few {missing[:3]}"
