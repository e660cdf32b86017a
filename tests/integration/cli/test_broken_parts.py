"""Each part broken in turn: `rekindle doctor` and `/readyz` name that part and no other."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import sys
import threading
import zoneinfo
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import model_server
import pytest
from celery import Celery
from flask.testing import FlaskClient
from services.bounded import server
from sqlalchemy import event, text
from werkzeug.serving import make_server

from bot.doctor import examine
from bot.health import memory
from bot.health.readiness import NEEDED
from bot.processes import free_port
from bot.processes.bound import note
from bot.simulator import Network
from bot.webapp import create_app
from data import business_file, clock, db, settings
from data.db import writing
from data.models import Business, Heartbeat, StaffUser
from data.queries.heartbeats import NAMES, show_life


@pytest.fixture(scope="module")
def queue(redis_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A Redis with a real worker, apart from the one that the other tests use."""
    address, folder = redis_url.removesuffix("/0") + "/7", tmp_path_factory.mktemp("worker")
    log = folder / "worker.log"
    own = {"REDIS_URL": address, "REKINDLE_DATA_DIR": str(folder), "PATH": os.environ["PATH"]}
    command = [sys.executable, "-m", "celery", "-A", "scheduler.app", "worker", "--pool", "solo"]
    with server(
        [*command, "--loglevel", "INFO"],
        log,
        lambda: _answers(address),
        stop=signal.SIGKILL,
        env=own,
    ):
        yield address


def _answers(queue: str) -> bool:
    with Celery(broker=queue, set_as_current=False) as asking:
        return bool(asking.control.ping(timeout=0.3, limit=1))


@pytest.fixture
def model() -> Iterator[model_server.ModelServer]:
    with model_server.running() as running:
        yield running


@pytest.fixture
def whole(
    sqlite_template: Path, set_up: settings.Settings, queue: str, model: model_server.ModelServer
) -> Iterator[settings.Settings]:
    """A service with every part: database, business, staff, Redis, worker, beat, model and provider."""
    shutil.copyfile(sqlite_template, set_up.rekindle_data_dir / "rekindle.sqlite3")
    yield from _furnished(set_up, queue, model)


@pytest.fixture
def stored(
    database: str, set_up: settings.Settings, queue: str, model: model_server.ModelServer
) -> Iterator[FlaskClient]:
    """The web server of such a service, on each of the databases."""
    for _ in _furnished(set_up.model_copy(update={"database_url": database}), queue, model):
        yield create_app().test_client()


def _furnished(
    set_up: settings.Settings, queue: str, model: model_server.ModelServer
) -> Iterator[settings.Settings]:
    secret = type(set_up.rasa_token)
    present = set_up.model_copy(
        update={
            "redis_url": queue,
            "rasa_url": model.url,
            "rasa_token": secret(model_server.TOKEN),
            "staff_notice_to": "+12125550199",
        }
    )
    settings.use(present)
    db.connect()
    with writing() as session:
        business = business_file.load(session, business_file.read_file(business_file.SAMPLE))
        session.add(
            StaffUser(business_id=business.id, email="desk@example.com", name="Desk", password_hash="x")
        )
        show_life(session, *NAMES)
    yield present
    clock.use()


@pytest.fixture
def web(whole: settings.Settings) -> FlaskClient:
    return create_app().test_client()


def change(**values: Any) -> None:
    settings.use(settings.get().model_copy(update=values))


def by_doctor() -> set[str]:
    return {name for name, finding in examine() if finding.state == "unwell"}


def by_page(web: FlaskClient) -> set[str]:
    """What the page calls unwell; it answers 503 exactly where one of them is needed."""
    answer = web.get("/readyz")
    assert answer.json is not None
    named = {name for name, part in answer.json["parts"].items() if part["state"] == "unwell"}
    assert answer.status_code == (503 if named & NEEDED else 200)
    assert answer.json["ready"] == (answer.status_code == 200)
    return named


def silent(*parts: str) -> None:
    with writing() as session:
        late = clock.real() - timedelta(seconds=28)
        session.query(Heartbeat).where(Heartbeat.name.in_(parts)).update({"seen_at": late})


def test_nothing_is_named_where_all_is_well(web: FlaskClient) -> None:
    assert by_page(web) == set()
    assert by_doctor() == set()


def test_the_page_tells_no_address_no_secret_and_no_version(
    web: FlaskClient, whole: settings.Settings
) -> None:
    change(redis_url=f"redis://:planted-secret@127.0.0.1:{free_port()}/0")
    said = web.get("/readyz").text
    for planted in (
        "planted-secret",
        "127.0.0.1",
        model_server.TOKEN,
        "sqlite",
        "postgres",
        str(memory.newest()),
    ):
        assert planted not in said.lower()


def test_a_database_that_is_away_is_named(stored: FlaskClient) -> None:
    db.connect(f"postgresql+psycopg://nobody@127.0.0.1:{free_port()}/none")
    assert by_page(stored) == {"database"}
    change(database_url=f"postgresql://nobody@127.0.0.1:{free_port()}/none")
    assert by_doctor() == {"database"}


def test_a_database_that_is_behind_is_named(stored: FlaskClient) -> None:
    with db.engine().begin() as connection:
        connection.execute(text("update alembic_version set version_num = '0001'"))
    assert by_page(stored) == {"database"}
    assert by_doctor() == {"database"}


def test_a_database_that_takes_no_writes_is_named(stored: FlaskClient) -> None:
    """As a replica does, or a file whose owner has changed."""
    engine = db.engine()
    engine.dispose()

    @event.listens_for(engine, "connect")
    def _for_reading_only(connection: Any, _record: Any) -> None:
        if engine.dialect.name == "sqlite":
            connection.execute("PRAGMA query_only=ON")
        else:
            connection.read_only = True

    assert by_page(stored) == {"database"}
    with db.engine().connect() as connection:
        assert not memory.takes_writes(connection)


def test_a_database_that_hangs_is_named_in_time(web: FlaskClient, whole: settings.Settings) -> None:
    with _hanging() as port:
        db.connect(f"postgresql+psycopg://nobody@127.0.0.1:{port}/none")
        assert by_page(web) == {"database"}
        assert by_page(web) == {"database"}  # the second look does not wait for another connection


def test_a_missing_business_is_named(stored: FlaskClient) -> None:
    with writing() as session:
        session.query(Business).delete()
    assert by_page(stored) == {"business"}
    assert by_doctor() == {"business", "staff"}  # nobody can log in to what is not there


def test_keys_that_do_not_fit_are_named_by_both(stored: FlaskClient) -> None:
    other = type(settings.get().encryption_keys)("VGhpcyBpcyBhbm90aGVyIGtleSB0aGFuIGJlZm9yZSE=")
    change(encryption_keys=other)
    assert by_page(stored) == {"keys"}
    assert by_doctor() == {"keys"}


@pytest.fixture
def without_zones(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A machine without zone data: neither the system's nor the package's."""
    before = zoneinfo.TZPATH
    zoneinfo.reset_tzpath(to=())
    for name in ["tzdata", *(name for name in sys.modules if name.startswith("tzdata."))]:
        monkeypatch.setitem(sys.modules, name, None)
    yield
    zoneinfo.reset_tzpath(to=before)


def test_missing_zones_are_named(web: FlaskClient, without_zones: None) -> None:
    assert by_page(web) == {"time zones"}
    assert by_doctor() == {"time zones"}


def test_zones_with_a_wrong_offset_are_named(web: FlaskClient, tmp_path: Path) -> None:
    before = zoneinfo.TZPATH
    wrong = tmp_path / "zones"
    for name in ("America/New_York", "Asia/Kolkata"):
        (wrong / name).parent.mkdir(parents=True, exist_ok=True)
        source = next(Path(folder) / "Europe/Berlin" for folder in before if Path(folder).is_dir())
        (wrong / name).write_bytes(source.read_bytes())
    zoneinfo.reset_tzpath(to=(str(wrong),))
    try:
        assert by_page(web) == {"time zones"}
    finally:
        zoneinfo.reset_tzpath(to=before)


def test_a_redis_that_is_away_hides_worker_and_beat(web: FlaskClient) -> None:
    silent("worker", "beat")
    change(redis_url=f"redis://127.0.0.1:{free_port()}/0")
    assert by_page(web) == {"redis"}
    assert by_doctor() == {"redis"}


def test_a_redis_that_hangs_is_named(web: FlaskClient) -> None:
    with _hanging() as port:
        change(redis_url=f"redis://127.0.0.1:{port}/0")
        assert by_page(web) == {"redis"}
        assert by_doctor() == {"redis"}


def test_a_model_that_is_away_takes_no_traffic_away(web: FlaskClient) -> None:
    change(rasa_url=f"http://127.0.0.1:{free_port()}")
    assert by_page(web) == {"model server"}
    assert by_doctor() == {"model server"}


def test_a_model_that_refuses_our_token_is_named(web: FlaskClient, whole: settings.Settings) -> None:
    change(rasa_token=type(whole.rasa_token)("wrong"))
    assert by_page(web) == {"model server"}
    assert by_doctor() == {"model server"}


def test_a_model_that_hangs_is_named(web: FlaskClient, model: model_server.ModelServer) -> None:
    model.go_on.clear()
    assert by_page(web) == {"model server"}
    assert by_doctor() == {"model server"}


def test_a_beat_that_stands_still_is_named_within_half_a_minute(web: FlaskClient) -> None:
    silent("beat", "worker", "sweep")
    assert by_page(web) == {"beat"}
    assert by_doctor() == {"beat"}


def test_a_worker_that_does_nothing_is_named_within_half_a_minute(web: FlaskClient) -> None:
    silent("worker", "sweep")
    assert by_page(web) == {"worker"}
    assert by_doctor() == {"worker"}


def test_a_worker_that_is_down_is_named(web: FlaskClient, redis_url: str) -> None:
    change(redis_url=redis_url.removesuffix("/0") + "/8")
    silent("worker", "sweep")
    assert by_page(web) == {"worker"}
    assert by_doctor() == {"worker"}


def test_what_lies_outside_is_named_by_the_doctor_and_takes_no_traffic_away(
    web: FlaskClient, whole: settings.Settings, line: tuple[Network, str]
) -> None:
    change(twilio_auth_token=type(whole.twilio_auth_token)("wrong"))
    assert by_doctor() == {"provider"}
    settings.use(whole)
    change(staff_notice_to="")
    assert by_doctor() == {"staff notices"}
    settings.use(whole)
    change(public_base_url=line[1])
    assert by_doctor() == {"public address"}  # there the provider answers, not we
    assert by_page(web) == set()


def _kept_running(whole: settings.Settings, *alive: str) -> None:
    """What `rekindle up` leaves in its folder, with these programs running."""
    folder = whole.rekindle_data_dir / "run"
    folder.mkdir()
    listed = {name: {"command": ["true"]} for name in ("supervisor", "web", "beat")}
    (folder / "programs.json").write_text(json.dumps(listed))
    for name in ("supervisor", *alive):
        note(folder, name, os.getpid())


def test_a_web_server_that_is_down_is_named(whole: settings.Settings) -> None:
    _kept_running(whole, "beat")
    findings = dict(examine())
    assert {name for name, finding in findings.items() if finding.state == "unwell"} == {"processes"}
    assert findings["processes"].detail == "down: web"


def test_a_web_server_that_does_not_answer_is_named(whole: settings.Settings) -> None:
    change(rekindle_port=free_port())
    _kept_running(whole, "beat", "web")
    findings = dict(examine())
    assert {name for name, finding in findings.items() if finding.state == "unwell"} == {"processes"}
    assert "web server" in findings["processes"].detail


def test_figures_that_anybody_may_read_are_named(whole: settings.Settings, web: FlaskClient) -> None:
    with make_server("127.0.0.1", 0, web.application, threaded=True) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        change(rekindle_port=server.server_port)
        _kept_running(whole, "beat", "web")
        assert by_doctor() == set()
        web.application.view_functions["metrics.metrics"] = lambda: "rekindle_rows_readable 1"
        assert by_doctor() == {"metrics"}
        server.shutdown()


def test_a_secret_that_others_can_read_is_named(whole: settings.Settings) -> None:
    whole.secret("secret_key")
    path = whole.rekindle_data_dir / "secrets" / "secret_key"
    path.chmod(0o644)
    assert by_doctor() == {"secret files"}


def test_a_disk_that_is_nearly_full_is_named(
    whole: settings.Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.doctor.machine.ROOM", 10**18)
    assert by_doctor() == {"data folder"}


def test_the_process_answers_whatever_is_broken(web: FlaskClient) -> None:
    db.connect(f"postgresql+psycopg://nobody@127.0.0.1:{free_port()}/none")
    assert web.get("/healthz").text == "ok"


def _hanging() -> Any:
    """A port that takes connections and never says a word."""
    listening = socket.create_server(("127.0.0.1", 0), backlog=64)

    class Port:
        def __enter__(self) -> int:
            return int(listening.getsockname()[1])

        def __exit__(self, *_: object) -> None:
            listening.close()

    return Port()
