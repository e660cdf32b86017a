"""The load generator: a process that posts signed texts as the provider does, and times the answers.

Each connection is kept and has one request on its way at a time; a request is bytes made beforehand, so that
a small part of one core keeps a server busy. `python load.py` reads a Load as JSON and writes a Took.
"""

from __future__ import annotations

import json
import selectors
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from itertools import cycle
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from bot.simulator import signature


@dataclass
class Load:
    """What to post where. `texts` are (from, body), taken in turn; `ids` makes their provider ids unique."""

    address: str
    path: str
    signed_as: str
    """The public base address: what is signed."""
    token: str
    account: str
    to: str
    ids: str
    texts: list[tuple[str, str]]
    connections: int = 16
    warm_up: float = 5.0
    seconds: float = 6.0
    at_most: float = 6000.0
    """Requests per second to make ready for; should they run out, the round is no good and says so."""
    repeats: bool = False
    """Begin again with the same ones instead, where the server does not look at them."""


@dataclass
class Took:
    """How long the answers took, in ms, once warm; `busy` is the share of a core that the generator used."""

    ms: list[float] = field(default_factory=list)
    seconds: float = 0.0
    statuses: dict[str, int] = field(default_factory=dict)
    busy: float = 0.0

    @property
    def per_second(self) -> float:
        """Answers per second, all connections together."""
        return len(self.ms) / self.seconds

    def p(self, percent: float) -> float:
        """A percentile in ms."""
        ordered = sorted(self.ms)
        return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]


def run(load: Load) -> Took:
    """Run the load in a process of its own."""
    done = subprocess.run(
        [sys.executable, __file__],
        input=json.dumps(asdict(load)),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return Took(**json.loads(done.stdout))


def form(load: Load, number: int) -> list[tuple[str, str]]:
    """The fields of an inbound text, the empty ones included, as the provider sends them."""
    sender, body = load.texts[number % len(load.texts)]
    sid = f"SM{load.ids}{number:0{32 - len(load.ids)}x}"
    fields = {"SmsMessageSid": sid, "MessageSid": sid, "SmsSid": sid, "AccountSid": load.account}
    fields |= {"From": sender, "To": load.to, "Body": body, "SmsStatus": "received", "NumMedia": "0"}
    fields |= {"NumSegments": "1", "ApiVersion": "2010-04-01", "FromCountry": "US", "ToCountry": "US"}
    fields |= {f"{end}{part}": "" for end in ("From", "To") for part in ("City", "State", "Zip")}
    return list(fields.items())


def request(load: Load, number: int) -> bytes:
    """One signed post, head and body."""
    pairs = form(load, number)
    body = urlencode(pairs)
    head = {
        "Host": urlsplit(load.address).netloc,
        "Content-Type": "application/x-www-form-urlencoded; charset=UTF-8",
        "Content-Length": str(len(body)),
        "User-Agent": "TwilioProxy/1.1",
        "Accept": "*/*",
        "I-Twilio-Idempotency-Token": pairs[0][1],
    } | signature.headers(load.signed_as + load.path, pairs, load.token)
    lines = "".join(f"{name}: {value}\r\n" for name, value in head.items())
    return f"POST {load.path} HTTP/1.1\r\n{lines}\r\n{body}".encode()


def _drive(load: Load) -> Took:
    where = urlsplit(load.address)
    many = int(load.at_most) if load.repeats else int(load.at_most * (load.warm_up + load.seconds))
    made = [request(load, number) for number in range(many)]
    ready = cycle(made) if load.repeats else _until_none_is_left(made)
    posts = selectors.DefaultSelector()
    sent_at: dict[socket.socket, float] = {}
    for _ in range(load.connections):
        connection = socket.create_connection((where.hostname, where.port), timeout=15)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        posts.register(connection, selectors.EVENT_READ)
    took = Took()
    warm = time.perf_counter() + load.warm_up
    end = warm + load.seconds
    used = 0.0
    for key in list(posts.get_map().values()):
        _send(key.fileobj, next(ready), sent_at)  # type: ignore[arg-type]
    while (now := time.perf_counter()) < end:
        if not used and now >= warm:
            used, warm = time.process_time(), now
        for key, _ in posts.select(timeout=0.1):
            connection = key.fileobj  # type: ignore[assignment]
            status = _answer(connection)
            answered = time.perf_counter()
            if used:
                took.ms.append(round(1000 * (answered - sent_at[connection]), 3))
                took.statuses[status] = took.statuses.get(status, 0) + 1
            _send(connection, next(ready), sent_at)
    took.seconds = time.perf_counter() - warm
    took.busy = (time.process_time() - used) / took.seconds
    return took


def _until_none_is_left(made: list[bytes]) -> Iterator[bytes]:
    yield from made
    raise RuntimeError(f"the server took all {len(made)} requests before the time was up: raise at_most")


def _send(connection: socket.socket, message: bytes, sent_at: dict[socket.socket, float]) -> None:
    sent_at[connection] = time.perf_counter()
    connection.sendall(message)


def _answer(connection: socket.socket) -> str:
    """Reads one answer whole; its status."""
    answer = connection.recv(65536)
    while b"\r\n\r\n" not in answer:
        answer += _more(connection)
    head, _, body = answer.partition(b"\r\n\r\n")
    length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n", 1)[0])
    while len(body) < length:
        body += _more(connection)
    return head[9:12].decode()


def _more(connection: socket.socket) -> bytes:
    """The next bytes of an answer that is not whole yet."""
    more = connection.recv(65536)
    if not more:
        raise ConnectionError("the server closed the connection")
    return more


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    print(json.dumps(asdict(_drive(Load(**json.loads(sys.stdin.read()))))))
