"""Writes docs/conversations.md from rehearsals: what was really said, by the real model.

.venv/bin/python docs/conversations.py
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SHOWN = {
    "two_questions_in_one_breath": "Two questions in one breath, then a time in four words",
    "finds_it_steep_then_books_something_else": "A price that surprises, and something smaller instead",
    "rambles_at_length": "One long text with everything in it",
    "friday_instead": "A change of mind, after the booking",
    "reminder_confirmed_by_a_letter": "A reminder, and one letter for a yes",
    "new_baby_after_the_holidays": "Not now, but a day that can be named",
    "falls_silent_and_is_nudged_once": "A silence, and one nudge into it",
    "opt_out_in_own_words": "An opt-out in somebody's own words",
}
HEAD = """# What it sounds like

Each of these is a rehearsal (`tests/rehearsals/`), played with the real model, the real webhook and a
simulated network, on Thursday, March 5, 2026. `docs/conversations.py` wrote this page from what was said.
"""


def main() -> None:
    """Play the scripts and write the page."""
    paths = [f"tests/rehearsals/{name}.yml" for name in SHOWN]
    command = [str(Path(sys.executable).with_name("rekindle")), "rehearse", *paths, "--json"]
    played = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True, timeout=300)
    lines = [json.loads(line) for line in played.stdout.splitlines()]
    page = [HEAD]
    for path, (name, title) in zip(paths, SHOWN.items(), strict=True):
        said = [line for line in lines if line["script"] == path]
        page += [f"## {title}\n", *(_line(line) for line in said if "from" in line)]
        page.append(_end(said[-1]) + f" (`{name}`)\n")
    (ROOT / "docs" / "conversations.md").write_text("\n".join(page), encoding="utf-8")


def _line(line: dict[str, str]) -> str:
    who = "**Assistant**" if line["from"] == "bot" else "Contact"
    return f"> {who}, {line['at'][11:16]}: {line['text'].replace(chr(10), '<br>')}\n>"


def _end(result: dict[str, object]) -> str:
    visit, later = result["appointment"], result["callback_at"]
    if isinstance(visit, dict):
        return f"\nOutcome: {result['outcome']}, {visit['service']} at {visit['start']}"
    return f"\nOutcome: {result['outcome']}" + (f", callback at {later}" if later else "")


if __name__ == "__main__":
    main()
