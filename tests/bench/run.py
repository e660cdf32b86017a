"""`make bench`: every bench in turn, or those that are named; each prints its figures and keeps them."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path

BENCHES = (
    "pure",
    "acknowledge",
    "conversing",
    "outreach",
    "slow_calendar",
    "memory",
    "importing",
    "choosing",
)
"""Modules beside this one; each has a `main()` that prints, and keeps its raw output under docs/measured/."""

if __name__ == "__main__":
    sys.path.append(str(Path(__file__).parents[1]))  # tests/, where the services live that tests use
    for name in sys.argv[1:] or BENCHES:
        print(f"== {name}", flush=True)
        import_module(name).main()
