"""What all tests share: settings that ignore the machine's, services for the session, a database per test."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Generator, Iterator
from pathlib import Path

import hypothesis
import pytest
from playwright.sync_api import Browser
from services import browser, databases, memory, model, postgresql, redis, statements, templates

from data import clock, db, settings
from nlu import rasa_process
from nlu.rasa import Rasa
from scheduler import permits, rate_limit

# The same examples at every run: a failure in CI is a failure here, and never somebody else's bad luck.
hypothesis.settings.register_profile("steady", derandomize=True, deadline=None, print_blob=True)
# For a search with fresh examples: HYPOTHESIS_PROFILE=search
hypothesis.settings.register_profile("search", deadline=None, max_examples=2_000, print_blob=True)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE") or "steady")

db.create_engine = statements.create_engine
templates.keep()

QUICK = memory.folder()
if QUICK:
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(QUICK))  # pytest's own name for where its folders lie


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--database",
        choices=[*databases.KINDS, "both"],
        default="both",
        help="run the tests that need a database on this kind only",
    )


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test that uses a database, by mark or by fixture, exists once for each kind."""
    if metafunc.definition.get_closest_marker("database") and "database_url" not in metafunc.fixturenames:
        metafunc.fixturenames.append("database_url")  # so that it may be parametrised
    if "database_url" in metafunc.fixturenames:
        chosen = metafunc.config.getoption("--database")
        kinds = databases.KINDS if chosen == "both" else (chosen,)
        metafunc.parametrize("database_url", kinds, indirect=True)


LONG = (
    "soak/test_survives_kills.py",
    "integration/test_rehearsals.py",
    "processes/test_up.py",
    "e2e/test_demo.py",
    "processes/test_any_order.py",
    "soak/test_outreach_small.py",
    "nlu/test_rasa_model.py",
    "webhooks/test_strangers.py",
    "processes/test_supervision.py",
    "calendars/test_visits_under_kills.py",
    "calendars/test_visits_under_faults.py",
    "cli/test_broken_parts.py",
    "processes/test_signs_of_life.py",
)
"""Files that take long, the longest first. They begin early, or one process would end long after the other,
and one after the other among the short ones, since each wants most of the machine."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Spread the long files over the run."""
    files: dict[str, list[pytest.Item]] = {}
    for item in items:
        files.setdefault(item.nodeid.partition("::")[0], []).append(item)
    long = [name for end in LONG for name in files if name.endswith(end)]
    # beside the longest of them, which kills and starts processes, tests that wait for nothing
    short = sorted((name for name in files if name not in long), key=lambda name: "/unit/" not in name)
    apart = max(1, len(short) // (len(long) + 2))  # the last ones are short
    order: list[str] = []
    for place, name in enumerate(long):
        order += [name, *short[place * apart : (place + 1) * apart]]
    order += [name for name in short if name not in order]
    items[:] = [item for name in order for item in files[name]]


@pytest.fixture(autouse=True, scope="session")
def a_world_of_its_own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No test reads the environment's settings or a developer's .env."""
    settings.use(settings.isolated(rekindle_data_dir=tmp_path_factory.mktemp("data")))
    yield
    settings.use(None)


@pytest.fixture(scope="session")
def postgresql_cluster() -> Iterator[postgresql.Cluster]:
    with postgresql.running(QUICK) as cluster:
        yield cluster


@pytest.fixture(scope="session")
def postgres_url(postgresql_cluster: postgresql.Cluster) -> str:
    """The server's own database, for tests that make databases themselves."""
    return postgresql_cluster.url()


@pytest.fixture(scope="session")
def postgresql_template(
    postgresql_cluster: postgresql.Cluster, tmp_path_factory: pytest.TempPathFactory
) -> str:
    name = postgresql_cluster.create()
    databases.migrate(postgresql_cluster.url(name), tmp_path_factory.mktemp("template"))
    return name


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("template")
    databases.migrate("", folder)
    return folder / "rekindle.sqlite3"


@pytest.fixture
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a fresh, migrated database that nobody is connected to yet."""
    if request.param == "sqlite":
        copy = databases.sqlite_copy(request.getfixturevalue("sqlite_template"), tmp_path)
    else:
        cluster = request.getfixturevalue("postgresql_cluster")
        copy = databases.postgresql_copy(cluster, request.getfixturevalue("postgresql_template"))
    with copy as url:
        yield url


@pytest.fixture
def database(database_url: str, tmp_path: Path) -> Iterator[str]:
    """`reading()` and `writing()` work, on this test's own database; the clock is put right afterwards."""
    before = settings.get()
    settings.use(settings.isolated(database_url=database_url, rekindle_data_dir=tmp_path))
    db.connect()
    yield database_url
    db.dispose()
    settings.use(before)
    clock.use()


@pytest.fixture(autouse=True)
def database_by_mark(request: pytest.FixtureRequest) -> None:
    """A marked test need not name the fixture."""
    if request.node.get_closest_marker("database"):
        request.getfixturevalue("database")


@pytest.fixture(autouse=True)
def a_pace_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test waits for the places at the provider that another one has taken in this process."""
    monkeypatch.setattr(rate_limit, "_free_at", {})
    monkeypatch.setattr(permits, "_alone", {})


@pytest.fixture(scope="session")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a Redis that only this test run uses."""
    with redis.running(tmp_path_factory.mktemp("redis")) as url:
        yield url


@pytest.fixture(scope="session")
def rasa(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rasa]:
    """A client of a real Rasa server with the trained model."""
    several = hasattr(request.config, "workerinput")
    with model.shared(tmp_path_factory.getbasetemp().parent) if several else rasa_process.running() as client:
        yield client


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """A real browser; give each test a context of its own with `chromium.new_context()`."""
    with browser.running() as running:
        yield running


_passed: Counter[str] = Counter()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    params = getattr(getattr(item, "callspec", None), "params", {})
    report.user_properties.append(("database", params.get("database_url", "no database")))
    return report


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Counts where all reports arrive: in the one process, or in the one that hands tests to others."""
    if report.when == "call" and report.passed:
        _passed[dict(report.user_properties)["database"]] += 1


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    counts = ", ".join(f"{kind} {_passed[kind]}" for kind in (*databases.KINDS, "no database"))
    terminalreporter.write_line(f"passed per database: {counts}")
    if not _same_on_all(config):
        terminalreporter.write_line("FAILED: the databases did not pass the same number of tests", red=True)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """What holds on one database holds on the other: a difference fails the run, whatever passed."""
    if exitstatus == pytest.ExitCode.OK and not _same_on_all(session.config):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def _same_on_all(config: pytest.Config) -> bool:
    """Whether each database has passed as many tests; where somebody chose among the tests, nobody asks."""
    option = config.getoption
    chosen = option("keyword") or option("markexpr") or option("--database") != "both" or option("--lf")
    if chosen or any("::" in argument for argument in config.args) or hasattr(config, "workerinput"):
        return True
    return len({_passed[kind] for kind in databases.KINDS}) == 1
