"""The kill soak: contacts in conversation while process after process dies by SIGKILL, then the count."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from services import postgresql

from soak import ledger, lines
from soak.killer import Killer, descendants
from soak.ledger import Ledger
from soak.people import BUSINESS_PHONE, STAFF_PHONE, Person, make_up
from soak.planted import Planted
from soak.report import Asked, Report, spread
from soak.talking import Talking
from soak.world import ACCOUNT, World, running

WITHIN = 100.0
"""Seconds over which the kills are spread, from the first opener on."""

SETTLES = 135.0
"""Seconds after the last kill in which a double could still come: a task is handed out again after 120."""

GIVES_UP = 200.0
"""Seconds without any news after which what has not come counts as lost: longer than every way back takes."""

STILL = 10.0
"""Seconds without anything happening that count as quiet."""

NEVER = ("text lost", "answered twice", "opener twice", "a text after STOP", "two visits at one time")
BESIDE = ("a text that nothing asked for", "an answer to what was not asked", "a text that was never taken",
          "a text that did not arrive", "an opt-out confirmed that nobody wished")  # fmt: skip


def main(asked: Asked) -> bool:
    """Every seed on every database; whether all of it held."""
    held = True
    for database in asked.databases:
        for seed in asked.seeds:
            report = Report(f"kills-{database}-{seed}", asked.out)
            print(f"\n{asked.contacts} contacts, {asked.kills} kills, seed {seed}, {database}", flush=True)
            with tempfile.TemporaryDirectory(prefix="rekindle-soak-") as folder, _database(database) as url:
                people = make_up(asked.contacts, seed)
                with running(Path(folder), people, database_url=url) as world:
                    soak(world, people, seed, asked.kills, report)
                left = _still_alive(world)
                report.claim("processes left behind at the end", not left, str(len(left)))
                search_logs(world, people, url, report)
            report.keep()
            held = held and report.held
    return held


@contextmanager
def _database(kind: str) -> Iterator[str]:
    """The address of an empty database, "" for the embedded one."""
    if kind == "sqlite":
        yield ""
        return
    with postgresql.running() as cluster:
        yield cluster.url(cluster.create())


def soak(
    world: World,
    people: list[Person],
    seed: int,
    kills: int,
    report: Report,
    *,
    within: float = WITHIN,
    settles: float = SETTLES,
    pause: tuple[float, float] = (3.0, 25.0),
    spare_openers: bool = False,
) -> Ledger:
    """Start the campaign, converse and kill until both are through and all is quiet; then count.

    `spare_openers`: nothing is killed before every contact has its opener. One that was with the provider
    when its worker died is never repeated, and of a few contacts each is wanted in conversation.
    """
    talking = Talking(world.phones, people, seed, pause=pause)
    enrolled = world.launch()
    killer = Killer(world, talking, seed, kills=kills, within=within, spare_openers=spare_openers)
    began = time.monotonic()
    while not _is_over(talking, killer, settles):
        world.check()
        talking.tick()
        killer.tick()
        time.sleep(0.1)
    for kill in killer.done:
        under_way = f"{kill.in_flight} texts without an answer, {kill.to_open} openers to come"
        report.raw(f"kill {kill.at:7.2f} s  {kill.target:15s} with {under_way}")
    took = time.monotonic() - began
    counted = ledger.count(world.phones.everything())
    _tell(counted, talking, killer, enrolled, kills, took, report)
    strays = _strays(world)
    report.claim("processes of killed parents still running", not strays, str(len(strays)))
    for account in counted.offending[:20]:
        _show(account, report, people)
    return counted


def _is_over(talking: Talking, killer: Killer, settles: float) -> bool:
    silent = time.monotonic() - talking.last_event
    settled = talking.done and silent > STILL and killer.since_last > settles
    return silent > GIVES_UP or (killer.over and settled)


def _tell(
    counted: Ledger, talking: Talking, killer: Killer, enrolled: int, kills: int, took: float, report: Report
) -> None:
    counts, problems = counted.counts, counted.problems
    spread_over = ", ".join(f"{what} {many}" for what, many in sorted(killer.counts().items()))
    report.claim("kill -9", len(killer.done) >= kills, f"{len(killer.done)} ({spread_over})")
    report.claim(
        "contacts in conversation", counts["openers"] >= 0.95 * enrolled, f"{counts['openers']} of {enrolled}"
    )
    report.claim("text lost", not problems["text lost"], f"{problems['text lost']} of {_texts(counted)}")
    for problem in NEVER[1:]:
        report.claim(problem, not problems[problem], str(problems[problem]))
    for problem in BESIDE:
        report.claim(problem, not problems[problem], str(problems[problem]))
    report.claim("everything said", talking.done, f"in {took:.0f} s, {talking.resent} texts sent again")
    for name, many in sorted(counts.items()):
        report.figure(name, str(many))
    report.figure("openers kept back for safety", str(enrolled - counts["openers"]))
    report.figure("from a text to its answer", spread(counted.waits))


def _texts(counted: Ledger) -> str:
    counts = counted.counts
    return f"{counts['texts answered 200']} texts answered 200, {counts['texts written']} written"


def _show(account: ledger.Account, report: Report, people: list[Person]) -> None:
    index = next((one.index for one in people if one.phone == account.phone), -1)
    report.detail(f"contact {index}: {'; '.join(account.wrong)}")
    for text in account.texts:
        body = text["body"].replace("\n", " / ")
        report.detail(f"  {text['created_at'][11:23]} {text['at'][11:23]} {text['from']:8s} {body}")


def search_logs(world: World, people: list[Person], database_url: str, report: Report) -> None:
    """No number, name, address, text, token or key of this soak stands in any log."""
    planted = Planted()
    planted.add_numbers("number", [*(one.phone for one in people), BUSINESS_PHONE, STAFF_PHONE])
    planted.add_words("name", [name for one in people for name in (one.first_name, one.last_name)])
    planted.add_words("e-mail address", [one.email for one in people])
    planted.add_words("text", [question.text for question in lines.QUESTIONS])
    planted.add_words("text", [question.answer for question in lines.QUESTIONS])
    planted.add_words("text", [lines.OPENER, lines.FAREWELL, lines.BOOKED, lines.WANTS_A_TIME])
    secrets = dict(world.secrets)
    if database_url:
        secrets["the database's password"] = database_url.split(":")[2].split("@")[0]
    planted.add_secrets(secrets, ACCOUNT)
    found = planted.search(world.logs)
    bytes_ = sum(path.stat().st_size for path in world.logs)
    report.claim(
        "planted values in the logs",
        not found,
        f"{len(found)} of {len(planted)} looked for in {len(world.logs)} files, {bytes_:,} bytes",
    )
    for one in found[:20]:
        report.detail(f"{one.kind} in {one.file}, line {one.line}")


def _strays(world: World) -> set[int]:
    """Processes of this world that the supervisor does not know of: their parent was killed under them."""
    supervisor = world.pids().get("supervisor")
    ours = descendants(supervisor) if supervisor else set()
    assert world.process is not None
    return _still_alive(world) - ours - {world.process.pid}


def _still_alive(world: World) -> set[int]:
    """Every process that was started with this world's data folder (on Linux; elsewhere nobody can tell)."""
    wanted = f"REKINDLE_DATA_DIR={world.data}".encode()
    found = set()
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if wanted in (entry / "environ").read_bytes().split(b"\0"):
                found.add(int(entry.name))
        except OSError:
            continue
    return found - {os.getpid()}
