"""What is written for the supervisor, read back by the supervisor's own reader."""

from __future__ import annotations

import json
import stat
import sys
from pathlib import Path

import pytest
from supervisor.options import ServerOptions

from bot.processes import ProcessesError, Program, configuration


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    # Everything that has a meaning in the supervisor's format, in one name.
    base = tmp_path / "100 %s; it's #1"
    run, log = base / "run", base / "log"
    run.mkdir(parents=True)
    log.mkdir()
    return run, log


def read(run: Path, monkeypatch: pytest.MonkeyPatch) -> ServerOptions:
    monkeypatch.chdir(run)
    options = ServerOptions()
    options.realize(["-c", "supervisord.conf"])
    return options


def test_the_supervisor_understands_any_folder_name(
    folders: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    run, log = folders
    configuration.write([Program("web", ["serve", "a b", "50%"])], run, log)

    [group] = read(run, monkeypatch).process_group_configs
    [program] = group.process_configs
    assert program.command == "/bin/sh start web"
    assert Path(program.stdout_logfile).resolve() == log / "web.log"


def test_programs_that_others_lean_on_end_last(
    folders: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    run, log = folders
    programs = [Program("redis", ["r"], outlives=True), Program("web", ["w"]), Program("worker", ["c"])]
    configuration.write(programs, run, log)

    groups = sorted(read(run, monkeypatch).process_group_configs, key=lambda group: group.priority)
    # The supervisor ends groups from the highest priority downwards.
    assert [[p.name for p in group.process_configs] for group in groups] == [["redis"], ["web", "worker"]]


def test_only_the_leader_is_asked_to_end_but_all_of_a_deaf_group_is_killed(
    folders: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    run, log = folders
    configuration.write([Program("worker", ["c"], grace_seconds=25)], run, log)

    program = read(run, monkeypatch).process_group_configs[0].process_configs[0]
    assert (program.stopasgroup, program.killasgroup, program.stopwaitsecs) == (False, True, 25)


def test_nobody_else_may_read_what_is_written(folders: tuple[Path, Path]) -> None:
    run, log = folders
    configuration.write([Program("web", ["serve"], {"TOKEN": "t"})], run, log)

    assert {stat.S_IMODE(path.stat().st_mode) for path in run.iterdir()} == {0o600}


def test_commands_and_variables_arrive_untouched(folders: tuple[Path, Path]) -> None:
    run, log = folders
    odd = ["say", 'a "b" % ; # c', "two\nlines"]
    configuration.write([Program("web", odd, {"ODD": odd[1]})], run, log)

    written = json.loads((run / "programs.json").read_text())["web"]
    assert (written["command"], written["environment"]) == (odd, {"ODD": odd[1]})


@pytest.mark.parametrize("name", ["", "Web", "a:b", "a\nb", configuration.SUPERVISOR])
def test_a_name_that_would_break_the_configuration_is_refused(name: str, folders: tuple[Path, Path]) -> None:
    with pytest.raises(ProcessesError):
        configuration.write([Program(name, [sys.executable])], *folders)
