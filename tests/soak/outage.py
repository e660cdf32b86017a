"""Redis away for a minute under a steady load of texts: every one answered 200 at once, every reply out soon.

It is taken away in two ways, each in a run of its own: `hangs` (stopped, so that it accepts and never
answers) and `gone` (killed again and again, so that its port is closed). The texts come from here, signed as
the provider signs them, so that each answer can be timed; the replies are counted at the simulated phones.
"""

from __future__ import annotations

import http.client
import os
import signal
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from services import postgresql

from bot.processes import readiness
from bot.processes.redis_server import url as redis_address
from bot.simulator import signature
from soak import lines
from soak.people import BUSINESS_PHONE, Person, make_up
from soak.report import Asked, Report, spread
from soak.world import ACCOUNT, World, running

AWAY = 60.0
BEFORE, AFTER = 20.0, 20.0
"""Seconds of load before Redis goes and after it has come back."""

PER_SECOND = 6.0
PACE = 40.0
"""Texts that the sender may send in a second: the backlog of the outage is to wait for nothing else."""

HOOK = "/webhooks/twilio/messages"
AT_ONCE = 0.3
"""Seconds within which 99 of 100 texts must be answered 200."""

SOON = 60.0
"""Seconds after Redis has come back within which every reply must be out."""

GIVES_UP = 420.0
"""Seconds after which a reply counts as missing: on a busy machine it may only be late."""

WAYS = ("hangs", "gone")


@dataclass
class Text:
    """A text, when it was to be posted (monotonic), what was answered, and when its reply came out."""

    phone: str
    body: str
    at: float
    status: int = 0
    seconds: float = 0.0
    replies: list[float] = field(default_factory=list)


def main(asked: Asked) -> bool:
    """Both ways on every database; whether all of it held."""
    report = Report("redis-outage", asked.out)
    for kind in asked.databases:
        for way in WAYS:
            print(f"\nRedis {way} for {AWAY:.0f} s, {PER_SECOND:.0f} texts a second, {kind}", flush=True)
            report.raw(f"\nRedis {way}, {kind}")
            people = make_up(int(PER_SECOND * (BEFORE + AWAY + AFTER)) + 60, asked.seeds[0])
            with (
                tempfile.TemporaryDirectory(prefix="rekindle-soak-") as folder,
                _database(kind) as url,
                running(Path(folder), people, database_url=url, per_second=PACE) as world,
            ):
                _soak(world, people, way, report)
    report.keep().replace(asked.out / "redis-outage.txt")
    return report.held


@contextmanager
def _database(kind: str) -> Iterator[str]:
    """The address of an empty database, "" for the embedded one."""
    if kind == "sqlite":
        yield ""
        return
    with postgresql.running() as cluster:
        yield cluster.url(cluster.create())


def _soak(world: World, people: list[Person], way: str, report: Report) -> None:
    redis = _Redis(world, way)
    load = Load(world, people)
    before = world.pids()
    went = time.monotonic() + BEFORE
    load.until(went, lambda: None)
    redis.take_away()
    load.until(went + AWAY, redis.keep_away)
    redis.bring_back()
    load.until_true(redis.answers, GIVES_UP)
    back = time.monotonic()
    load.until(back + AFTER, lambda: None)
    load.settle(GIVES_UP)
    lasting = sorted(name for name in ("web", "worker", "beat") if world.pids().get(name) == before.get(name))
    _tell(load.texts, went, back, report)
    report.figure("lived through it", ", ".join(lasting))


class _Redis:
    """The embedded Redis, taken away and given back."""

    def __init__(self, world: World, way: str) -> None:
        self._world, self._way = world, way
        conf = (world.data / "run" / "redis.conf").read_text().splitlines()
        port = next(int(line.split()[1]) for line in conf if line.startswith("port "))
        self._url = redis_address(port, world.redis_password())

    def take_away(self) -> None:
        """From now on it does not answer."""
        os.kill(self._world.pids()["redis"], signal.SIGSTOP if self._way == "hangs" else signal.SIGKILL)

    def keep_away(self) -> None:
        """The supervisor starts again what was killed."""
        if self._way == "gone" and (pid := self._world.pids().get("redis")):
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                return

    def bring_back(self) -> None:
        """It may answer again."""
        if self._way == "hangs":
            os.kill(self._world.pids()["redis"], signal.SIGCONT)

    def answers(self) -> bool:
        """Whether it does."""
        return readiness.redis_answers(self._url)


class Load:
    """Texts at a steady pace, whatever becomes of them, each from somebody who has not written before."""

    def __init__(self, world: World, people: list[Person]) -> None:
        self.texts: list[Text] = []
        self._world, self._people = world, iter(people)
        self._by_phone: dict[str, Text] = {}
        self._seen: set[str] = set()
        self._threads = ThreadPoolExecutor(32)
        self._posts: list[Future[None]] = []
        self._next = time.monotonic()

    def until(self, moment: float, meanwhile: Callable[[], None]) -> None:
        """Keep the load up until then."""
        while time.monotonic() < moment:
            meanwhile()
            self._tick()

    def until_true(self, condition: Callable[[], bool], seconds: float) -> None:
        """Keep the load up until the condition holds."""
        until = time.monotonic() + seconds
        while not condition() and time.monotonic() < until:
            self._tick()

    def settle(self, seconds: float) -> None:
        """No further texts: wait until every reply has come, and a moment longer for one too many."""
        until = time.monotonic() + seconds
        while time.monotonic() < until and any(not text.replies for text in self.texts):
            self._look()
            time.sleep(0.2)
        extra = time.monotonic() + 10
        while time.monotonic() < extra:
            self._look()
            time.sleep(0.2)
        for post in self._posts:
            post.result()

    def _tick(self) -> None:
        if time.monotonic() >= self._next and (person := next(self._people, None)):
            question = lines.QUESTIONS[len(self.texts) % len(lines.QUESTIONS)]
            text = Text(person.phone, question.text, self._next)
            self.texts.append(text)
            self._by_phone[text.phone] = text
            self._posts.append(self._threads.submit(self._post, text, len(self.texts)))
            self._next += 1 / PER_SECOND
        self._look()
        time.sleep(0.02)

    def _post(self, text: Text, number: int) -> None:
        sid = f"SM{number:032x}"
        pairs = [("MessageSid", sid), ("SmsSid", sid), ("AccountSid", ACCOUNT), ("From", text.phone)]
        pairs += [("To", BUSINESS_PHONE), ("Body", text.body), ("NumMedia", "0"), ("NumSegments", "1")]
        url = self._world.service_url + HOOK
        signed = signature.headers(url, pairs, self._world.secrets["provider's token"])
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=15)
        try:
            connection.request("POST", HOOK, urlencode(pairs), signed | kind)
            text.status = connection.getresponse().status
        except OSError:
            text.status = 0
        finally:
            connection.close()
        text.seconds = time.monotonic() - text.at

    def _look(self) -> None:
        for event in self._world.phones.news():
            message = event.get("message")
            if message is None or message["from"] != "business" or message["sid"] in self._seen:
                continue
            self._seen.add(message["sid"])
            text = self._by_phone.get(message["number"])
            if text is not None and text.body in lines.answers_in(message["body"]):
                text.replies.append(time.monotonic())


def _tell(texts: list[Text], went: float, back: float, report: Report) -> None:
    during = [text for text in texts if went <= text.at <= back]
    report.figure("Redis was away", f"{back - went:.0f} s, {len(during)} of {len(texts)} texts meanwhile")
    statuses = Counter(text.status for text in texts)
    report.claim("every text answered 200", set(statuses) == {200}, str(dict(statuses)))
    report.figure("answered before", _times([text for text in texts if text.at < went])[1])
    p99, figures = _times(during)
    report.claim(f"answered within {AT_ONCE} s at p99 while it was away", p99 <= AT_ONCE, figures)
    lost, doubled = sum(not text.replies for text in texts), sum(len(text.replies) > 1 for text in texts)
    report.claim("every reply out, once", not lost and not doubled, f"{lost} missing, {doubled} doubled")
    late = [max(0.0, text.replies[0] - back) for text in texts if text.at <= back and text.replies]
    soon = bool(late) and max(late) <= SOON
    report.claim(f"replies out within {SOON:.0f} s of its return", soon, spread(late))
    by_ten = Counter(int((moment - back) // 10) for text in texts for moment in text.replies)
    report.figure(
        "replies out by 10 s from its return on",
        " ".join(f"{at * 10}:{n}" for at, n in sorted(by_ten.items())),
    )
    usual = [text.replies[0] - text.at for text in texts if text.at < went - 10 and text.replies]
    report.figure("from a text to its reply, before", spread(usual))


def _times(texts: list[Text]) -> tuple[float, str]:
    """The 99th percentile of the answers, in seconds, and all that is told of them."""
    ordered = sorted(text.seconds for text in texts)
    p50, p99 = ordered[len(ordered) // 2], ordered[int(0.99 * len(ordered))]
    return p99, f"p50 {1000 * p50:.0f} ms, p99 {1000 * p99:.0f} ms, longest {1000 * ordered[-1]:.0f} ms"
