"""Two at the same moment: what the database itself must keep apart, PostgreSQL above all."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from services import databases
from services.at_once import at_once
from services.postgresql import Cluster
from services.waiting import wait_until
from sqlalchemy import event, text
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from sqlalchemy.orm import Session

from data import business_file, clock, db, settings
from data.db import engine, reading, writing
from data.db_faults import once_more
from data.models import Base, Business, Contact, Message, Suppression
from data.queries.leases import holds_lease, release, take_lease
from data.queries.messages import claim, conversation_of, enqueue, locked
from scheduler.jobs import Job
from scheduler.receipts import receive_receipt
from scheduler.receive import Inbound, receive
from scheduler.run import run
from tests.world_fixtures import BUSINESS_PHONE, SARAH, Service, add_contact

MOST_TEXTS = 5_000


@pytest.fixture
def postgresql(postgresql_cluster: Cluster, postgresql_template: str, tmp_path: Path) -> Iterator[None]:
    """For what only PostgreSQL knows: rows that are locked one by one. SQLite has one writer."""
    before = settings.get()
    with databases.postgresql_copy(postgresql_cluster, postgresql_template) as url:
        settings.use(settings.isolated(database_url=url, rekindle_data_dir=tmp_path))
        db.connect()
        with writing() as session:
            business = business_file.load(session, business_file.read_file(business_file.SAMPLE))
            add_contact(session, business, SARAH, "Sarah")
        yield
        db.dispose()
    settings.use(before)


def queue(body: str = "hello") -> int:
    with writing() as session:
        business, contact = session.query(Business).one(), session.query(Contact).first()
        assert contact is not None
        conversation_of(session, contact)
        message = enqueue(session, business, contact, kind="touch", body=body, channel="sms")
        assert message is not None
        return message.id


def state_of(message_id: int) -> str:
    with reading() as session:
        return session.get_one(Message, message_id).state


def waiting_for_locks() -> int:
    with reading() as session:
        asked = text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
        return int(session.scalar(asked) or 0)


@pytest.mark.database
def test_two_receipts_at_the_same_moment_do_not_undo_one_another(service: Service) -> None:
    # who goes first once the row is free is PostgreSQL's choice: several times, so that each way comes
    assert [told_at_once(f"SM{n}") for n in range(8)] == ["read"] * 8


def told_at_once(sid: str) -> str:
    """Two receipts wait for the same row; what it is in the end."""
    message = queue(sid)
    with writing() as session:
        row = session.get_one(Message, message)
        row.state, row.provider_id = "sent", sid
    with ThreadPoolExecutor(2) as pool:
        with writing() as session:
            locked(session, message)
            blocks = session.get_bind().dialect.name == "postgresql"
            told = [
                pool.submit(receive_receipt, sid, status, None, message) for status in ("read", "delivered")
            ]
            wait_until(lambda: not blocks or waiting_for_locks() == 2, 20)
        for one in told:
            one.result()
    return state_of(message)


@pytest.mark.database
def test_two_failures_at_the_same_moment_are_both_recorded(service: Service) -> None:
    """Both suppress the same number: the row exists once, and no receipt gets lost over that."""
    messages = [queue(f"text {n}") for n in range(6)]
    for n, message in enumerate(messages):
        with writing() as session:
            row = session.get_one(Message, message)
            row.state, row.provider_id = "sent", f"SM{n}"
    at_once(
        *(
            partial(receive_receipt, f"SM{n}", "undelivered", "30005", message)
            for n, message in enumerate(messages)
        )
    )
    assert {state_of(message) for message in messages} == {"undelivered"}
    with reading() as session:
        assert session.query(Suppression).count() == 1


@pytest.mark.usefixtures("postgresql")
class TestOnPostgresql:
    def test_a_text_that_somebody_writes_to_is_left_alone_at_once(self) -> None:
        message = queue()

        def another_worker() -> bool:
            with writing() as session:
                return claim(session, message) is not None

        with ThreadPoolExecutor(1) as pool, writing() as session:
            locked(session, message)
            assert pool.submit(another_worker).result(30) is False
        assert another_worker() is True

    def test_a_contact_that_somebody_writes_to_is_left_alone_at_once(self) -> None:
        contact = due()
        lease = take_lease(contact)
        assert lease is not None
        with ThreadPoolExecutor(1) as pool, writing() as session:
            release(session, lease, due_at=clock.now())
            assert pool.submit(taken, contact).result(30) is False
        assert taken(contact) is True

    def test_a_text_that_is_being_stored_keeps_nobody_from_its_contact(self) -> None:
        contact = due()
        with ThreadPoolExecutor(1) as pool, writing() as session:
            add_inbound(session, contact)
            assert pool.submit(taken, contact).result(30) is True

    def test_a_text_is_stored_while_its_contact_is_answered(self) -> None:
        contact = due()
        lease = take_lease(contact)
        assert lease is not None

        def store() -> None:
            with writing() as session:
                add_inbound(session, contact)

        with ThreadPoolExecutor(1) as pool, writing() as session:
            assert holds_lease(session, lease)
            pool.submit(store).result(30)
            assert release(session, lease)

    def test_a_deadlock_costs_a_second_try_and_nothing_else(self) -> None:
        first, second = queue("a"), queue("b")
        both_have_one = threading.Barrier(2, timeout=60)
        tries: list[int] = []

        @once_more
        def lock(one: int, other: int) -> None:
            with writing() as session:
                # only one of them looks for a deadlock soon: were it both, both might give way
                looks_after = "100ms" if one == first else "30s"
                session.execute(text(f"SET LOCAL deadlock_timeout = '{looks_after}'"))
                locked(session, one)
                tries.append(one)
                if len(tries) <= 2:
                    both_have_one.wait()
                locked(session, other)

        with ThreadPoolExecutor(2) as pool:
            for done in [pool.submit(lock, first, second), pool.submit(lock, second, first)]:
                done.result(60)
        assert len(tries) == 3

    def test_with_its_connections_cut_all_the_time_no_text_is_lost_or_kept_twice(
        self, postgresql_cluster: Cluster
    ) -> None:
        """What a restart of the server does to everybody who is connected (57P01), again and again."""
        phones = [f"+121255501{n:02d}" for n in range(40, 46)]
        with writing() as session:
            business = session.query(Business).one()
            for phone in phones:
                add_contact(session, business, phone, "Sample")
        done = threading.Event()
        cut_off: list[bool] = []
        event.listen(engine(), "handle_error", lambda failure: cut_off.append(failure.is_disconnect))

        def provider(phone: str) -> int:
            """Twelve texts, and more until somebody's connection was cut; how many."""
            for n in range(MOST_TEXTS):
                if n >= 12 and any(cut_off):
                    return n
                while True:
                    try:
                        receive(Inbound(f"SM{phone}{n}", "sms", phone, BUSINESS_PHONE, f"text {n}"))
                        break
                    except SQLAlchemyError:
                        pass  # twice in a row: the provider comes again
            return MOST_TEXTS

        def cut() -> None:
            kill = (
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname LIKE 'test_%' AND pid <> pg_backend_pid()"
            )
            while not done.wait(0.1):
                postgresql_cluster._do(kill)

        with ThreadPoolExecutor(len(phones) + 1) as pool:
            cutting = pool.submit(cut)
            try:
                told = list(pool.map(provider, phones))
            finally:
                done.set()
            cutting.result()
        assert any(cut_off), "nothing was cut: this has shown nothing"
        engine().dispose()  # what was cut at the very end lies in the pool
        with reading() as session:
            assert session.query(Message).where(Message.direction == "in").count() == sum(told)

    def test_a_turn_cut_off_by_the_database_can_be_taken_again_at_once(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from scheduler import converse

        contact = due()
        with writing() as session:
            add_inbound(session, contact)

        thoughts: list[object] = []

        def cut(*heard: object) -> None:
            thoughts.append(heard)
            with writing() as session:
                session.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))

        monkeypatch.setattr(converse, "_understand", cut)
        with pytest.raises(OperationalError):
            run(Job("converse", contact))
        assert len(thoughts) == 2, "the second try could not take the contact"
        assert taken(contact) is True

    def test_every_moment_is_kept_with_its_zone(self) -> None:
        asked = text(
            "SELECT table_name || '.' || column_name FROM information_schema.columns "
            "WHERE table_schema = 'public' AND data_type LIKE 'timestamp without%'"
        )
        with reading() as session:
            assert session.scalars(asked).all() == []
        assert Base.metadata.tables

    def test_nobody_waits_for_the_server_without_an_end(self) -> None:
        with reading() as session:
            limits = [
                session.scalar(text(f"SHOW {name}"))
                for name in ("lock_timeout", "statement_timeout", "idle_in_transaction_session_timeout")
            ]
        assert limits == ["8s", "75s", "1min"]

    def test_a_migration_may_take_longer_than_a_statement(self) -> None:
        db.migrate()


def due() -> int:
    with writing() as session:
        contact = session.query(Contact).first()
        assert contact is not None
        conversation_of(session, contact)
        contact.due_at = clock.now() - timedelta(seconds=1)
        return contact.id


def taken(contact: int) -> bool:
    return take_lease(contact) is not None


def add_inbound(session: Session, contact: int) -> None:
    business = session.query(Business).one()
    session.add(
        Message(
            business_id=business.id,
            contact_id=contact,
            direction="in",
            channel="sms",
            kind="text",
            from_address=SARAH,
            to_address=BUSINESS_PHONE,
            body="hello",
            state="received",
        )
    )
    session.flush()
