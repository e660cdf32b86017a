"""Every code of the provider, at each moment at which it can come, for each kind of text: what follows.

The table says it in the words of the provider's dictionary and of our promise; it is written down here a
second time on purpose, so that a slip in scheduler/provider/errors.py shows.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import product

import pytest
from sqlalchemy.orm import Session

from data import clock
from data.db import reading, writing
from data.models import Business, Callback, Contact, DeliveryEvent, Enrollment, Handoff, Message, Sender
from data.profile import Profile
from data.queries.messages import conversation_of, enqueue, locked
from data.queries.suppressions import suppressed_for
from scheduler.campaigns.enrolling import begin
from scheduler.consequences import fail
from scheduler.deliver import deliver
from scheduler.provider.client import Outbound, Refused, provider
from scheduler.provider.errors import VERDICTS
from scheduler.receipts import _receive
from tests.world_fixtures import BUSINESS_PHONE, SARAH, STAFF_PHONE, Service

pytestmark = pytest.mark.database

MOMENTS = ("refused", "reported")
"""Refused by the API, or reported by a status callback."""

TRIED = [*product(MOMENTS, ("reply", "touch")), ("refused", "callback"), ("reported", "notice")]

SOON = tuple(timedelta(seconds=min(5 * 2**n, 600)) for n in range(7))
MANY = (*SOON, *[timedelta(minutes=10)] * 2)
"""More than the tries of a text that somebody waits for: it goes on."""

DAY, HOURS = timedelta(days=1), timedelta(hours=4)


@dataclass(frozen=True)
class Follows:
    """What follows. `waits`: before each further try, each up to a fifth longer; then it has failed.

    `rings`: whether a person is told where somebody waits for the text or was promised it.
    """

    waits: tuple[timedelta, ...] = ()
    suppressed: str | None = None
    stopped: frozenset[str] = frozenset()
    rings: bool = True
    by_sms: bool = False
    touch_by_sms: bool = False
    kept: bool = False
    third_suppresses: bool = False


DEAD = Follows(suppressed="undeliverable")
THIS_TEXT = Follows()
OPTED_OUT = Follows(suppressed="opt_out", rings=False)
NO_WHATSAPP = Follows(by_sms=True)
AGAIN_SOON = Follows(waits=SOON)
TOUCH_BY_SMS = Follows(touch_by_sms=True)
UNREGISTERED = Follows(stopped=frozenset({"sms"}))

TABLE: dict[str, Follows] = {
    "20003": Follows(stopped=frozenset({"sms", "whatsapp"}), kept=True),
    "20429": replace(AGAIN_SOON, waits=MANY),
    "21211": DEAD,
    "21408": DEAD,
    "21602": THIS_TEXT,
    "21608": THIS_TEXT,
    "21610": OPTED_OUT,
    "21611": AGAIN_SOON,
    "21612": DEAD,
    "21614": DEAD,
    "21617": THIS_TEXT,
    "21635": DEAD,
    "21655": TOUCH_BY_SMS,
    "21656": TOUCH_BY_SMS,
    "30001": AGAIN_SOON,
    "30003": Follows(waits=(DAY,), third_suppresses=True),
    "30004": THIS_TEXT,
    "30005": DEAD,
    "30006": DEAD,
    "30007": THIS_TEXT,
    "30008": Follows(waits=(HOURS,)),
    "30022": AGAIN_SOON,
    "30032": UNREGISTERED,
    "30034": UNREGISTERED,
    "30500": AGAIN_SOON,
    "63003": NO_WHATSAPP,
    "63013": THIS_TEXT,
    "63014": OPTED_OUT,
    "63016": TOUCH_BY_SMS,
    "63017": AGAIN_SOON,
    "63018": AGAIN_SOON,
    "63024": NO_WHATSAPP,
    "63027": TOUCH_BY_SMS,
    "63038": Follows(waits=(DAY, DAY)),
    "63040": TOUCH_BY_SMS,
    "63041": TOUCH_BY_SMS,
    "63042": TOUCH_BY_SMS,
    "63049": TOUCH_BY_SMS,
    "131050": OPTED_OUT,
    "99999": THIS_TEXT,  # one that nobody has heard of yet
}


def expected(code: str, kind: str) -> Follows:
    """A row of the table, for one kind: an answer that is hours late is a person's, not tried again."""
    row = TABLE[code]
    if kind in ("reply", "notice"):
        row = replace(row, waits=() if row.waits[:1] > (timedelta(hours=1),) else row.waits[: len(SOON)])
    if kind == "notice":  # to staff, whose number is nobody's contact; a notice is repeated by itself
        return replace(
            row, suppressed=None, rings=False, by_sms=False, touch_by_sms=False, third_suppresses=False
        )
    return replace(
        row, rings=row.rings and kind != "touch", touch_by_sms=row.touch_by_sms and kind == "touch"
    )


def test_the_table_holds_every_code_that_we_know() -> None:
    assert set(VERDICTS) == set(TABLE) - {"99999"}


def test_each_code_has_its_consequences_and_no_others(service: Service) -> None:
    with writing() as session:
        business = session.query(Business).one()
        begin(session, business, "spring", Profile.model_validate(business.profile).opener)
    wrong = [
        f"{code} {moment} for a {kind}: {difference}"
        for code, (moment, kind) in product(TABLE, TRIED)
        for difference in try_out(service, code, moment, kind)
    ]
    assert wrong == []


class _Undo(Exception):
    """Ends a trial: nothing of it stays."""


def try_out(service: Service, code: str, moment: str, kind: str) -> list[str]:
    """The differences between what follows and what should."""
    found: list[str] = []
    try:
        with writing() as session:
            found += Trial(session, service, code, moment, kind).differences()
            raise _Undo
    except _Undo:
        return found


class Trial:
    """One text that fails with one code, as often as it is tried."""

    def __init__(self, session: Session, service: Service, code: str, moment: str, kind: str) -> None:
        self.session, self.code, self.moment, self.kind = session, code, moment, kind
        self.business, self.contact = session.query(Business).one(), session.query(Contact).one()
        conversation = conversation_of(session, self.contact)
        conversation.last_inbound_at = conversation.last_whatsapp_inbound_at = service.clock()
        notice = kind == "notice"
        of_whatsapp = len(code) > 5 or code[0] == "6" or TABLE[code].touch_by_sms
        self.channel = "whatsapp" if of_whatsapp else "sms"
        self.channel = "sms" if notice else self.channel
        self.text = self.queue(kind, "hello", None if notice else self.contact)
        self.behind = self.queue("reply", "and another", self.contact)
        session.add(Callback(contact_id=self.contact.id, due_at=clock.now() + timedelta(days=30)))
        session.flush()

    def queue(self, kind: str, body: str, contact: Contact | None) -> Message:
        message = enqueue(
            self.session,
            self.business,
            contact,
            kind=kind,
            body=body,
            channel=self.channel,
            to=None if contact else STAFF_PHONE,
        )
        assert message is not None
        return message

    def once(self, n: int, text: Message) -> None:
        """The text is handed to the provider, and the code comes."""
        text.state, text.claimed_at, text.attempts = "sending", clock.real(), text.attempts + 1
        self.session.flush()
        if self.moment == "refused":
            fail(self.session, locked(self.session, text.id), self.code, "failed")
        else:
            sid = f"SM{text.id}-{n}"
            text.provider_id, text.state = sid, "sent"
            self.session.flush()
            _receive(self.session, sid, "undelivered", self.code, text.id)
        self.session.flush()

    def differences(self) -> list[str]:
        wanted = expected(self.code, self.kind)
        waits = []
        for n in range(len(MANY)):
            self.once(n, self.text)
            if self.text.state != "queued" or self.text.channel != self.channel or wanted.kept:
                break
            assert self.text.due_at is not None
            waits.append(self.text.due_at - clock.now())
        goes_on = wanted.by_sms or wanted.touch_by_sms
        ends = {"queued"} if goes_on or wanted.kept or len(waits) == len(MANY) else {"failed", "undelivered"}
        seen = {
            "ends as": self.text.state in ends,
            "waits": len(waits) == len(wanted.waits)
            and all(w <= waited <= w * 1.2 for w, waited in zip(wanted.waits, waits, strict=True)),
            "code": self.text.error_code == self.code,
            "suppressed": (self.suppressed("sms"), self.suppressed("whatsapp"))
            == (
                wanted.suppressed,
                "undeliverable" if wanted.by_sms else wanted.suppressed,
            ),
            "stopped": {one.channel for one in self.session.query(Sender) if one.stopped_reason}
            == ({self.channel} if wanted.stopped == {"sms"} else wanted.stopped),
            "rings": bool(self.session.query(Handoff).count())
            == (wanted.rings and not wanted.by_sms and not wanted.kept and len(waits) < len(MANY)),
            "behind it": self.behind.state == ("cancelled" if wanted.suppressed else "queued"),
            "by sms": (self.text.channel, self.behind.channel)
            == ("sms" if goes_on else self.channel, "sms" if wanted.by_sms else self.channel),
            "enrollment": self.session.query(Enrollment).one().state
            == ("stopped" if wanted.suppressed else "active"),
            "callback": self.session.query(Callback).one().state
            == ("cancelled" if wanted.suppressed else "pending"),
        }
        return [f"{name} (waited {[str(w) for w in waits]})" for name, right in seen.items() if not right]

    def suppressed(self, channel: str) -> str | None:
        return suppressed_for(self.session, self.business, SARAH, channel)


def test_the_third_unreachable_in_a_row_suppresses_whatever_the_texts_were(service: Service) -> None:
    for moment, kind in product(MOMENTS, ("reply", "touch", "callback")):
        try:
            with writing() as session:
                trial = Trial(session, service, "30003", moment, kind)
                reasons = []
                for n in range(3):
                    another = trial.queue(kind, f"text {n}", trial.contact)
                    session.add(
                        DeliveryEvent(
                            message_id=another.id,
                            provider_id=f"SM{n}",
                            status="undelivered",
                            error_code="30003",
                        )
                    )
                    session.flush()
                    fail(session, another, "30003", "undelivered")
                    reasons.append(trial.suppressed("sms"))
                assert reasons == [None, None, "undeliverable"], (moment, kind)
                raise _Undo
        except _Undo:
            continue


def test_each_code_arrives_as_the_providers_client_hears_it(service: Service) -> None:
    def hear(code: int) -> str:
        service.network.faults.add("api_reject", code=code)
        with pytest.raises(Refused) as refused:
            provider().send(Outbound(SARAH, BUSINESS_PHONE, "sms", "hello", ""))
        return refused.value.code

    assert [hear(int(code)) for code in TABLE] == list(TABLE)


def test_each_code_of_a_status_callback_is_written_down(service: Service) -> None:
    quiet = [code for code in TABLE if TABLE[code] in (THIS_TEXT, AGAIN_SOON)]
    texts = []
    with writing() as session:
        business, contact = session.query(Business).one(), session.query(Contact).one()
        for code in quiet:
            text = enqueue(session, business, contact, kind="touch", body=code, channel="sms")
            assert text is not None
            texts.append(text.id)
    for code, text_id in zip(quiet, texts, strict=True):
        service.network.faults.add("send_undelivered", code=int(code))
        deliver(text_id)
        service.network.run_due()
    with reading() as session:
        kept = [session.get_one(Message, text_id).error_code for text_id in texts]
    assert kept == quiet


def waits_of(service: Service, act: Callable[[], int]) -> timedelta:
    text = act()
    with reading() as session:
        due = session.get_one(Message, text).due_at
    assert due is not None
    return due - clock.now()


def test_the_provider_says_when_to_come_again_and_is_obeyed(service: Service) -> None:
    def refused_with(seconds: float) -> int:
        service.network.faults.add("api_rate_limited", seconds=seconds)
        with writing() as session:
            business, contact = session.query(Business).one(), session.query(Contact).one()
            text = enqueue(session, business, contact, kind="reply", body="hello", channel="sms")
        assert text is not None
        deliver(text.id)
        return text.id

    assert waits_of(service, lambda: refused_with(90)) == timedelta(seconds=90)
    assert timedelta(seconds=5) <= waits_of(service, lambda: refused_with(1)) <= timedelta(seconds=6)
    # nobody means a year
    assert waits_of(service, lambda: refused_with(31_000_000)) <= timedelta(hours=1)
