"""Every figure of campaigns against a recount of the raw rows, over many made-up databases."""

from __future__ import annotations

import os
import subprocess
import sys

from soak.report import ROOT, Asked, Report

SEEDS, CONTACTS = "50", "1000"
"""`make test` looks at one database of each kind, with fewer contacts."""


def main(asked: Asked) -> bool:
    """Whether every figure agreed with its recount."""
    report = Report("figures", asked.out)
    for database in asked.databases:
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "--database", database,
             "tests/integration/figures/test_recount.py"],
            cwd=ROOT,
            env=os.environ | {"FIGURES_SEEDS": SEEDS, "FIGURES_CONTACTS": CONTACTS},
            check=False,
        )  # fmt: skip
        report.claim(f"figures recounted on {database}", done.returncode == 0, f"{SEEDS} databases")
    report.keep()
    return report.held
