"""One play: what may be done to the service from outside, each step checked against the ledger."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Literal

from sqlalchemy import text as sql

from bot.simulator.signature import Algorithm
from data import clock, db
from data.db import reading, writing
from data.models import Business, Contact, Enrollment, Message
from data.queries.messages import claim
from data.queries.suppressions import suppress
from scheduler.jobs import Job
from scheduler.run import run
from tests.integration.webhooks.contents import changed
from tests.integration.webhooks.forgeries import FORGERIES, Means
from tests.integration.webhooks.ledger import SILENCED, TEXTS, Ledger, Meaning, check
from tests.integration.webhooks.letters import BASE, Letter, inbound, receipt
from tests.integration.webhooks.stage import Stage

Replay = Literal[
    "the same", "with another idempotency token", "from another connection", "fields in another order",
    "sealed by the other algorithm", "sealed with the port", "with another content",
]  # fmt: skip
REPLAYS: tuple[Replay, ...] = Replay.__args__  # type: ignore[attr-defined]

WAITS = "SELECT count(*) FROM pg_locks WHERE NOT granted"


@dataclass(frozen=True, slots=True)
class Delivered:
    """A genuine letter that was let in, the token that sealed it, and how it was answered."""

    letter: Letter
    token: str
    algorithm: Algorithm
    answer: tuple[int, str]


class Play:
    """A world under way. `done` counts what was tried, by kind."""

    def __init__(self, stage: Stage, done: Counter[str] | None = None) -> None:
        self.stage = stage
        self.done: Counter[str] = Counter() if done is None else done
        stage.begin()
        self.ledger = Ledger(stage.look())
        self.delivered: list[Delivered] = []
        self.numbers = 0
        self.retired = "retired"
        self._kept: dict[str, str] | None = None

    def sid(self) -> str:
        """An id that the provider has not used yet."""
        self.numbers += 1
        return f"SM{self.numbers:032x}"

    # -- genuine

    def text(
        self,
        phone: str,
        meaning: Meaning,
        *,
        which: int = 0,
        channel: str = "sms",
        algorithm: Algorithm = "sha1",
        by_provider: bool = False,
        media: int = 0,
    ) -> Delivered:
        """A phone writes."""
        said = TEXTS[meaning][which % len(TEXTS[meaning])]
        word = meaning.upper() if by_provider and meaning in ("stop", "start", "help") else ""
        letter = inbound(self.sid(), phone, said, channel=channel, media=media, opt_out_type=word)
        delivered = self._deliver(letter, algorithm, 200)
        expected = self.ledger.text(letter.get("MessageSid"), phone, meaning, channel, word, clock.now())
        self.ledger.agrees(self.stage.look(), expected)
        self.done["genuine text"] += 1
        return delivered

    def report(self, message: int, sid: str, status: str, code: str = "") -> Delivered:
        """The provider tells what became of a text of ours."""
        failed = status in ("failed", "undelivered")
        row = self.ledger.picture.outbound.get(message)
        letter = receipt(sid, status, message, code if failed else "", row.phone if row else "")
        delivered = self._deliver(letter, "sha1", 204)
        late = self.ledger.late_first
        self.ledger.receipt(sid, status, code if failed else "", message)
        self.ledger.agrees(self.stage.look(), [])
        self.done["receipt out of its order" if self.ledger.late_first > late else "genuine receipt"] += 1
        return delivered

    def _deliver(self, letter: Letter, algorithm: Algorithm, expected: int) -> Delivered:
        token = self.stage.tokens[self.numbers % len(self.stage.tokens)]  # in turns while two are valid
        sealed = letter.sealed(token, algorithm)
        answer = self.stage.post(sealed)
        self._kept = None
        check(answer[0] == expected, "what the provider signed is let in", answer, letter.target)
        delivered = Delivered(sealed, token, algorithm, answer)
        self.delivered.append(delivered)
        return delivered

    # -- what is not genuine, or not new

    def forge(self, kind: str, letter: Letter) -> None:
        """Send a forgery of a letter that has not been delivered: it is refused, and no row changes."""
        token = self.stage.tokens[-1]
        other = self.delivered[-1].letter if self.delivered else letter.having(ApiVersion="x").sealed(token)
        forged = FORGERIES[kind](letter.sealed(token), Means(token, self.retired, other))
        before = self.contents()
        status, _ = self.stage.post(forged)
        self.unchanged(before, f"a forgery changes no row ({kind})")
        ignored = kind == "the status is cut short" and status == 204
        check(400 <= status < 500 or ignored, f"a forgery is refused ({kind})", status)
        self.done[f"forgery: {kind}"] += 1

    def replay(self, how: Replay, old: Delivered) -> None:
        """Send a delivered letter again: it is answered as before, and no row changes."""
        letter, caller = old.letter, "203.0.113.7"
        match how:
            case "with another idempotency token":
                letter = letter.plus(("I-Twilio-Idempotency-Token", f"again-{self.sid()}"))
            case "from another connection":
                caller = "198.51.100.23"
            case "fields in another order":
                letter = replace(letter, pairs=tuple(reversed(letter.pairs)))
            case "sealed by the other algorithm":
                letter = letter.sealed(old.token, "sha256" if old.algorithm == "sha1" else "sha1")
            case "sealed with the port":
                letter = letter.sealed(old.token, old.algorithm, url=letter.url.replace(BASE, BASE + ":443"))
            case "with another content":
                letter = letter.having(Body="STOP", ErrorCode="21610", To="+12125550101").sealed(
                    old.token, old.algorithm
                )
        before = self.contents()
        answer = self.stage.post(letter, caller=caller)
        self.unchanged(before, f"a replay changes no row ({how})")
        if old.token in self.stage.tokens:
            check(answer == old.answer, f"a replay is answered as the first one was ({how})", answer)
        else:
            check(answer[0] in (403, 429), "a replay under a token that has gone is refused", answer)
        self.done[f"replay: {how}"] += 1

    def twice_at_once(self, send: Callable[[], Letter], settle: Callable[[Letter], None], ok: int) -> None:
        """The same new letter on two connections at the same moment: it counts once."""
        letter = send().sealed(self.stage.tokens[0])
        answers: list[tuple[int, str]] = []

        def go() -> None:
            answers.append(self.stage.post(letter))

        threads = [threading.Thread(target=go) for _ in range(2)]
        with _held_at_the_first_insert(len(threads)):
            for thread in threads:
                thread.start()
        for thread in threads:
            thread.join()
        self._kept = None
        check([a[0] for a in answers] == [ok, ok], "both are told that it has been taken", answers)
        settle(letter)
        self.delivered.append(Delivered(letter, self.stage.tokens[0], "sha1", answers[0]))
        self.done["replay: at the same moment"] += 1

    def text_twice_at_once(self, phone: str, meaning: Meaning) -> None:
        """One text, delivered twice at the same moment."""

        def settle(letter: Letter) -> None:
            expected = self.ledger.text(letter.get("MessageSid"), phone, meaning, "sms", "", clock.now())
            self.ledger.agrees(self.stage.look(), expected)

        self.twice_at_once(lambda: inbound(self.sid(), phone, TEXTS[meaning][0]), settle, 200)

    def report_twice_at_once(self, message: int, sid: str, status: str) -> None:
        """One receipt, delivered twice at the same moment."""

        def settle(_: Letter) -> None:
            self.ledger.receipt(sid, status, "", message)
            self.ledger.agrees(self.stage.look(), [])

        self.twice_at_once(lambda: receipt(sid, status, message), settle, 204)

    # -- inside

    def work(self, most: int = 20) -> None:
        """Do what is due, one job after the other."""
        for job in self.stage.due()[:most]:
            self.job(job)

    def job(self, job: Job) -> None:
        """One job, as a worker does it."""
        run(job)
        self._kept = None
        if self.stage.model.failed is not None:
            failed, self.stage.model.failed = self.stage.model.failed, None
            raise failed
        self.ledger.worked(job.kind, self.stage.look(), self.stage.sent())
        self.done["job"] += 1

    def jobs(self, kind: str) -> list[Job]:
        """The jobs of a kind that are due."""
        return [job for job in self.stage.due() if job.kind == kind]

    def pass_time(self, by: timedelta) -> None:
        """Let time pass, without anything being done."""
        self.stage.clock.forward(by)

    def die_while_sending(self, message: int) -> None:
        """A worker claims a text and dies; the provider may have got it or not."""
        row = self.ledger.picture.outbound[message]
        if row.phone in self.ledger.picture.suppressed and row.kind in SILENCED:
            return  # no worker would: the guards are asked in the same transaction
        with writing() as session:
            claim(session, message)  # None where it waits for a later moment
        self._kept = None
        self.ledger.worked("deliver", self.stage.look(), self.stage.sent())

    def claim_late(self, message: int) -> None:
        """A worker that was told of a text a while ago comes to take it."""
        row = self.ledger.picture.outbound[message]
        with reading() as session:
            taken = claim(session, message) is not None
        if row.state != "queued":
            check(not taken, "a text is claimed once", row)

    def a_minute_passes_for_workers(self) -> None:
        """Whoever has been sending for longer counts as dead."""
        with writing() as session:
            for row in session.query(Message).where(Message.state == "sending"):
                assert row.claimed_at is not None
                row.claimed_at -= timedelta(minutes=2)
        self._kept = None

    def put_on_the_list(self, phone: str) -> None:
        """The owner uploads a do-not-contact list, while texts to that number wait."""
        with writing() as session:
            business = session.query(Business).one()
            suppress(session, business, phone, reason="do_not_contact", source="import")
        self._kept = None
        self.ledger.picture.suppressed = self.stage.look().suppressed
        check(phone in self.ledger.picture.suppressed, "who is put on the list is on it", phone)

    def enrol(self, phone: str) -> None:
        """A campaign that had counted this number in before it was suppressed takes it in now."""
        with writing() as session:
            contact = session.query(Contact).where(Contact.phone == phone).one()
            enrolled = session.query(Enrollment).where(Enrollment.contact_id == contact.id).one()
            enrolled.state, enrolled.stopped_reason, enrolled.due_at = "active", None, clock.now()
        self._kept = None
        self.ledger.adopt(self.stage.look())

    def rotate(self) -> None:
        """The token is rotated: a new one beside the old one; or the old one goes."""
        tokens = self.stage.tokens
        if len(tokens) == 1:
            self.stage.trust(f"token-{self.sid()}", tokens[0])
        else:
            self.retired = tokens[1]
            self.stage.trust(tokens[0])

    # -- looking

    def contents(self) -> dict[str, str]:
        """A fingerprint of every row, kept while nothing can have changed."""
        if self._kept is None:
            self._kept = self.stage.contents()
        return self._kept

    def unchanged(self, before: dict[str, str], promise: str) -> None:
        """Raise where any row of any table differs from before."""
        after = self.stage.contents()
        check(after == before, promise, changed(before, after))


@contextmanager
def _held_at_the_first_insert(callers: int):  # type: ignore[no-untyped-def]
    """On PostgreSQL: let all callers look first, and write only then. SQLite lets one in after the other."""
    if db.engine().dialect.name == "sqlite":
        yield
        return
    with db.engine().connect() as holder, db.engine().connect() as watcher:
        holder.execute(sql("LOCK TABLE message, delivery_event IN SHARE MODE"))
        yield
        given_up = time.monotonic() + 5
        while watcher.scalar(sql(WAITS)) != callers and time.monotonic() < given_up:
            pass  # each look takes a fraction of a millisecond
        holder.rollback()
