"""The documents say what is so: settings, commands, files, functions and tests that they name exist."""

from __future__ import annotations

import re
from functools import cache
from importlib import import_module
from pathlib import Path

import click
import pytest

from bot.cli import COMMANDS, main
from data.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
OURS = [ROOT / name for name in ("README.md", "CHANGELOG.md")] + sorted((ROOT / "docs").rglob("*.md"))
LARGEST_IMAGE = 200_000


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


@cache
def text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


every_document = pytest.mark.parametrize("document", OURS, ids=name_of)


def test_every_setting_is_documented_and_nothing_else() -> None:
    rows = re.findall(r"^\| `([A-Z_]+)` \|", text(ROOT / "docs/settings.md"), re.MULTILINE)
    assert sorted(rows) == sorted(name.upper() for name in Settings.model_fields)


def test_documented_defaults_are_the_real_ones() -> None:
    documented = dict(
        re.findall(r"^\| `([A-Z_]+)` \| `([^`]+)` \|", text(ROOT / "docs/settings.md"), re.MULTILINE)
    )
    for name, default in documented.items():
        real = Settings.model_fields[name.lower()].default
        shown = str(real).lower() if isinstance(real, bool) else str(real)
        if real not in ("", None):
            assert default == shown, name


def test_the_readme_names_every_command() -> None:
    named = set(re.findall(r"^\| `rekindle ([a-z]+)", text(ROOT / "README.md"), re.MULTILINE))
    assert named == set(COMMANDS)


@every_document
def test_every_command_that_is_named_exists_with_its_options(document: Path) -> None:
    for line in re.findall(r"(?:`|bin/)rekindle ([a-z][^`\n#]*)", text(document)):
        command: click.Command = main
        words = line.split()
        context = click.Context(main)
        while words and isinstance(command, click.Group):
            if not re.fullmatch(r"[a-z]+", words[0]):
                break
            found = command.get_command(context, words[0])
            assert found is not None, f"rekindle {line}"
            command = found
            words.pop(0)
        options = {option for parameter in command.params for option in parameter.opts}
        for word in words:
            if word.startswith("--"):
                assert word.split("=")[0].rstrip(".,;") in options, f"rekindle {line}"


@every_document
def test_every_make_target_that_is_named_exists(document: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", text(ROOT / "Makefile"), re.MULTILINE))
    named = re.findall(r"`make ([a-z-]+)`|^make ([a-z-]+)$", text(document), re.MULTILINE)
    assert {one or other for one, other in named} <= targets


@every_document
def test_every_link_leads_somewhere(document: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", text(document)):
        if not target.startswith(("https://", "#")):
            assert (document.parent / target.partition("#")[0]).exists(), target


@every_document
def test_every_file_that_is_named_exists(document: Path) -> None:
    named = re.findall(r"`((?:bot|scheduler|actions|nlu|data|docs|tests)/[\w./-]+)`", text(document))
    for path in named:
        assert (ROOT / path).exists(), path


@every_document
def test_every_function_that_is_named_exists(document: Path) -> None:
    for dotted in re.findall(r"`((?:bot|scheduler|actions|nlu|data)(?:\.\w+)+)`", text(document)):
        module, rest = dotted, []
        while True:
            try:
                found: object = import_module(module)
                break
            except ModuleNotFoundError:
                module, _, last = module.rpartition(".")
                assert module, dotted
                rest.insert(0, last)
        for name in rest:
            found = getattr(found, name)


@every_document
def test_every_test_that_is_named_exists(document: Path) -> None:
    named = set(re.findall(r"`(test_\w+)`", text(document)))
    missing = named - _tests() if named else set()
    assert not missing


@cache
def _tests() -> set[str]:
    found: set[str] = set()
    for path in (ROOT / "tests").rglob("test_*.py"):
        found |= set(re.findall(r"^\s*def (test_\w+)", text(path), re.MULTILINE))
    return found


def test_no_picture_is_heavy() -> None:
    pictures = sorted((ROOT / "docs/images").iterdir())
    assert pictures
    for picture in pictures:
        assert picture.stat().st_size <= LARGEST_IMAGE, picture.name


@every_document
def test_no_document_names_a_number_that_may_be_somebodys(document: Path) -> None:
    for number in re.findall(r"\+1[\d -]{10,14}", text(document)):
        assert re.search(r"555-?\s?01\d\d$", re.sub(r"\D", "", number)[-7:]), number
