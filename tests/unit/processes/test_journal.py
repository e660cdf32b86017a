"""Which lines of the supervisor's log reach the terminal."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.processes.journal import Journal


class Terminal:
    def __init__(self, folder: Path) -> None:
        self.said: list[str] = []
        self.path = folder / "supervisor.log"
        self.path.write_text("old: exited: web (exit status 1; not expected)\n")
        self.journal = Journal(folder, self.said.append)

    def log(self, text: str) -> None:
        with self.path.open("a") as file:
            file.write(text)
        self.journal.tell()


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    return Terminal(tmp_path)


def test_a_death_is_told_in_one_line_with_the_log_to_look_at(terminal: Terminal, tmp_path: Path) -> None:
    terminal.log("INFO spawned: 'web' with pid 7\nWARN exited: web (terminated by SIGKILL; not expected)\n")
    log = tmp_path / "web.log"
    assert terminal.said == [f"web ended (terminated by SIGKILL) and is started again; log: {log}"]


def test_what_an_earlier_run_wrote_is_not_told_again(terminal: Terminal) -> None:
    terminal.log("INFO spawned: 'web' with pid 7\n")
    assert terminal.said == []


def test_half_a_line_waits_for_its_other_half(terminal: Terminal) -> None:
    terminal.log("WARN exited: web (exit st")
    assert terminal.said == []
    terminal.log("atus 3; not expected)\n")
    assert "(exit status 3)" in terminal.said[0]


def test_a_program_that_keeps_dying_is_told_of_once_not_a_hundred_times(terminal: Terminal) -> None:
    for _ in range(100):
        terminal.log("INFO exited: web (exit status 1; not expected)\n")
    assert len(terminal.said) == 3
    assert "does not stay up" in terminal.said[-1]


def test_a_rotated_log_is_read_from_its_beginning(terminal: Terminal) -> None:
    terminal.path.write_text("")
    terminal.journal.tell()
    terminal.log("WARN exited: beat (exit status 1; not expected)\n")
    assert len(terminal.said) == 1
