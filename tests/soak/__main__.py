"""`make soak`: every part in turn, or those that are named; exit 1 where something did not hold."""

from __future__ import annotations

import argparse
import sys
from importlib import import_module
from pathlib import Path

from soak.report import ROOT, Asked

PARTS = ("conversations", "openings", "strangers", "outage", "kills", "booking", "figures", "outreach")
"""Modules beside this one; each has a `main(asked) -> bool` that prints its claims and keeps raw lines."""


def main() -> None:
    """Read the arguments, run the parts, say which did not hold."""
    parser = argparse.ArgumentParser(prog="python -m soak", description=__doc__)
    add = parser.add_argument
    add("--seed", type=int, action="append", help="repeatable; three seeds by default")
    add("--database", choices=["sqlite", "postgresql", "both"], default="both")
    add("--contacts", type=int, default=300)
    add("--kills", type=int, default=30)
    add("--only", choices=PARTS, action="append", help="repeatable; every part by default")
    add("--out", type=Path, default=ROOT / "docs" / "measured", help="where the raw lines are kept")
    given = parser.parse_args()
    asked = Asked(
        seeds=tuple(given.seed or (1, 2, 3)),
        databases=("sqlite", "postgresql") if given.database == "both" else (given.database,),
        contacts=given.contacts,
        kills=given.kills,
        out=given.out,
    )
    failed = [part for part in given.only or PARTS if not import_module(f"soak.{part}").main(asked)]
    print(f"\n{'did not hold: ' + ', '.join(failed) if failed else 'everything held'}")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
