"""The simulator knows nothing of the service and nothing of the provider's library."""

from __future__ import annotations

import ast
from pathlib import Path

import bot.simulator

FOLDER = Path(bot.simulator.__file__).parent
FOREIGN = {"actions", "data", "nlu", "scheduler", "twilio", "wsgi"}


def imported(module: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(module.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add(node.module or "")
    return names


def test_no_module_imports_the_service_or_the_providers_library() -> None:
    for module in FOLDER.rglob("*.py"):
        for name in imported(module):
            assert name.split(".")[0] not in FOREIGN, f"{module.name} imports {name}"
            assert not name.startswith("bot.") or name.startswith("bot.simulator"), f"{module.name}: {name}"


def test_the_page_asks_no_other_host_for_anything() -> None:
    for part in [*FOLDER.glob("static/*.js"), *FOLDER.glob("static/*.css"), *FOLDER.glob("templates/*")]:
        text = part.read_text("utf-8")
        assert "http://" not in text, part.name
        assert "https://" not in text, part.name
        assert "//cdn" not in text, part.name
