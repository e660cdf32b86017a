"""What stands in a line of the log: our own fields, and of the libraries' words what stands in their code."""

from __future__ import annotations

import logging
import sys
import threading
import warnings
from collections.abc import Iterator

import pytest
import structlog

from data import logs

LIBRARY = logging.getLogger("some.library")


@pytest.fixture(autouse=True)
def our_way() -> Iterator[None]:
    logs.configure()
    structlog.contextvars.clear_contextvars()  # a request that another test made leaves its mark
    yield
    structlog.contextvars.clear_contextvars()


def said(capfd: pytest.CaptureFixture[str]) -> str:
    captured = capfd.readouterr()
    assert captured.out == ""
    return captured.err


def test_ours_is_a_line_of_keys_and_values(capfd: pytest.CaptureFixture[str]) -> None:
    with structlog.contextvars.bound_contextvars(job="deliver"):
        structlog.get_logger().warning("text failed", message=7, code="30007")
    line = said(capfd)
    assert line.startswith("timestamp='2")
    assert "level='warning' event='text failed' message=7 code='30007' job='deliver'\n" in line


def test_fields_and_values_that_tell_too_much_are_left_out(capfd: pytest.CaptureFixture[str]) -> None:
    structlog.get_logger().info(
        "x",
        body="hello",
        phone="+12125550123",
        note="call +1 (212) 555-0123 or kim@example.com",
        where="redis://:secret@127.0.0.1:6379/0",
        day="2026-03-05",
    )
    line = said(capfd)
    for value in ("hello", "555", "kim", "secret"):
        assert value not in line
    assert "redis://…@127.0.0.1:6379/0" in line
    assert "2026-03-05" in line


def test_of_what_a_library_puts_in_only_figures_and_kinds_stay(capfd: pytest.CaptureFixture[str]) -> None:
    LIBRARY.warning("retry %d of %s after %r", 3, "Sarah", ValueError("Sarah"))
    assert "event='retry 3 of … after ValueError'" in said(capfd)
    LIBRARY.warning("%(id)s: %(name)s", {"id": 4, "name": "Sarah"})
    assert "event='4: …'" in said(capfd)


def test_a_large_figure_may_be_a_number_that_somebody_has(capfd: pytest.CaptureFixture[str]) -> None:
    LIBRARY.warning("called %s", 12125550123)
    assert "event='called …'" in said(capfd)


def test_a_message_that_was_put_together_is_withheld(capfd: pytest.CaptureFixture[str]) -> None:
    who = "Sarah"
    LIBRARY.error(f"{who} wrote")
    LIBRARY.error("wrote: " + who)
    LIBRARY.error(ValueError(who))
    lines = said(capfd)
    assert who not in lines
    assert lines.count(f"event='{logs.WITHHELD}' logger='some.library'") == 3


def test_an_error_is_told_by_its_kind_and_place(capfd: pytest.CaptureFixture[str]) -> None:
    try:
        int("Sarah")
    except ValueError:
        LIBRARY.exception("could not %s", "Sarah")
    line = said(capfd)
    assert "Sarah" not in line
    assert "error='ValueError'" in line
    assert "test_logs.py:test_an_error_is_told_by_its_kind_and_place" in line


def test_nothing_below_a_warning_is_taken_from_libraries(capfd: pytest.CaptureFixture[str]) -> None:
    LIBRARY.info("request to %s", "somewhere")
    assert said(capfd) == ""


def test_what_nobody_caught_is_told_without_its_message(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for module, hook in ((sys, "excepthook"), (threading, "excepthook"), (warnings, "showwarning")):
        monkeypatch.setattr(module, hook, getattr(module, hook))  # put back afterwards
    logs.guard_the_rest()
    error = ValueError("Sarah")
    sys.excepthook(ValueError, error, None)
    threading.excepthook(threading.ExceptHookArgs((ValueError, error, None, None)))
    warnings.showwarning("Sarah", UserWarning, "somewhere/module.py", 3)
    lines = said(capfd)
    assert "Sarah" not in lines
    assert lines.count("error='ValueError'") == 2
    assert "category='UserWarning' at='somewhere/module.py:3'" in lines
