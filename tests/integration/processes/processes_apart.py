"""The service's processes run apart, as on several machines: each by itself, its neighbours there or not."""

from __future__ import annotations

import os
import secrets
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from services.bounded import server

from bot.processes import free_port, readiness, redis_server, service
from bot.processes.bound import end_with_parent
from bot.simulator import Behaviour, Network, Retries, over_http, serving
from data import business_file, clock, db, settings
from data.db import reading, writing
from data.models import Contact, Message, Sender
from tests.world_fixtures import ACCOUNT, BUSINESS_PHONE, STAFF_PHONE, add_contact

PHONES = [f"+121255501{n}" for n in range(40, 64)]


@dataclass
class Apart:
    """Each part is started and ended by itself. The addresses of all are known from the beginning."""

    folder: Path
    database_url: str
    rasa_address: str
    rasa_token: str
    network: Network
    provider: str
    web_port: int
    parts: ExitStack
    redis_port: int = field(default_factory=free_port)
    rasa_port: int = field(default_factory=free_port)
    password: str = field(default_factory=lambda: secrets.token_urlsafe(12))
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.given = settings.isolated(
            rekindle_data_dir=self.folder,
            rekindle_port=self.web_port,
            database_url=self.database_url,
            redis_url=redis_server.url(self.redis_port, self.password),
            rasa_url=f"http://127.0.0.1:{self.rasa_port}",
            rasa_token=self.rasa_token,
            public_base_url=f"http://127.0.0.1:{self.web_port}",
            twilio_account_sid=ACCOUNT,
            twilio_auth_token="secret",
            twilio_from=BUSINESS_PHONE,
            twilio_api_base_url=self.provider,
            staff_notice_to=STAFF_PHONE,
        )

    # -- the service's own

    def start(self, *names: str) -> None:
        whole = service.compose(self.given, self.folder)
        commands = {program.name: program.command for program in whole.programs}
        for name in names:
            with (self.folder / f"{name}.log").open("ab") as log:
                self.running[name] = subprocess.Popen(
                    commands[name],
                    env={"PATH": "/usr/bin:/bin", **whole.environment},
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                    preexec_fn=lambda: end_with_parent(signal.SIGKILL),
                )

    def ask_to_end(self, *names: str) -> None:
        for name in names:
            self.running[name].send_signal(signal.SIGTERM)

    def ended(self, name: str, grace: float) -> int:
        """Wait for its end; its exit code."""
        return self.running.pop(name).wait(grace)

    def up(self, name: str) -> bool:
        return self.running[name].poll() is None

    def log(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text(errors="replace")

    def healthy(self) -> bool:
        return readiness.web_answers(f"http://127.0.0.1:{self.web_port}/healthz")

    # -- its neighbours

    def start_redis(self) -> None:
        config = redis_server.configure(self.folder, self.redis_port, self.password)
        answers = lambda: readiness.redis_answers(self.given.redis_url)  # noqa: E731
        self.parts.enter_context(
            server(
                [redis_server.binary(), str(config)], self.folder / "redis.log", answers, stop=signal.SIGTERM
            )
        )

    def start_rasa(self) -> None:
        """The session's model answers at the address that was empty until now."""
        where = urlsplit(self.rasa_address)
        assert where.hostname
        assert where.port
        self.parts.enter_context(forwarding(self.rasa_port, (where.hostname, where.port)))

    def migrate(self) -> None:
        db.migrate()
        with writing() as session:
            business = business_file.load(session, business_file.read_file(business_file.SAMPLE))
            business.profile = {**business.profile, "collect_seconds": 1}
            for sender in session.query(Sender):
                sender.per_second = 100.0
            for phone in PHONES:
                add_contact(session, business, phone, "Sample")

    # -- looking

    def texts(self, body: str, phones: list[str]) -> None:
        for phone in phones:
            self.network.text(phone, body)

    def answers(self, phone: str) -> int:
        """How many answers the provider has taken for this phone, counted there."""
        return sum(
            kept.direction == "outbound-api" and kept.number == phone for kept in self.network.messages()
        )

    def unhandled(self) -> int:
        with reading() as session:
            return session.query(Message).where(Message.state == "received").count()

    def leased(self) -> int:
        with reading() as session:
            return session.query(Contact).where(Contact.leased_until > clock.real()).count()

    def sending(self) -> int:
        with reading() as session:
            return session.query(Message).where(Message.state == "sending").count()


@contextmanager
def apart(folder: Path, database_url: str, rasa_address: str, rasa_token: str) -> Iterator[Apart]:
    """Nothing runs yet but the phone network; at the end nothing runs any more."""
    web_port = free_port()
    network = Network(
        account_sid=ACCOUNT,
        auth_token="secret",
        senders=(BUSINESS_PHONE, f"whatsapp:{BUSINESS_PHONE}"),
        webhook_url=f"http://127.0.0.1:{web_port}/webhooks/twilio/messages",
        clock=clock.real,
        post=over_http(),
        staff_phone=STAFF_PHONE,
        behaviour=Behaviour(webhook_retries=Retries(5, frozenset({"all"}))),
        pause=time.sleep,
    )
    before = settings.get()
    with serving(network, pump_threads=8) as provider, ExitStack() as parts:
        made = Apart(folder, database_url, rasa_address, rasa_token, network, provider, web_port, parts)
        settings.use(made.given)
        db.connect()
        try:
            yield made
        finally:
            for process in made.running.values():
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
            db.dispose()
            settings.use(before)


@contextmanager
def forwarding(port: int, to: tuple[str, int]) -> Iterator[None]:
    """Hands on every connection to another address."""
    listening = socket.create_server(("127.0.0.1", port))
    threading.Thread(target=_accept, args=(listening, to), daemon=True).start()
    try:
        yield
    finally:
        with suppress(OSError):
            listening.shutdown(socket.SHUT_RDWR)
        listening.close()


def _accept(listening: socket.socket, to: tuple[str, int]) -> None:
    while True:
        try:
            client, _ = listening.accept()
        except OSError:
            return
        threading.Thread(target=_between, args=(client, socket.create_connection(to)), daemon=True).start()


def _between(client: socket.socket, there: socket.socket) -> None:
    with client, there:
        back = threading.Thread(target=_pass_on, args=(there, client), daemon=True)
        back.start()
        _pass_on(client, there)
        back.join()


def _pass_on(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65_536):
            target.sendall(data)
    for end in (source, target):
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
