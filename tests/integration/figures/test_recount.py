"""Every figure against a recount of the raw rows by brute force, over random rows full of edges.

FIGURES_SEEDS and FIGURES_CONTACTS make it larger than there is time for in every run, which looks at one of
three campaigns.
"""

from __future__ import annotations

import os
from dataclasses import asdict

import pytest
from services.figures_recount import Recount
from services.figures_rows import NOW, Rows

from data import clock
from data.clock import HandClock
from data.db import reading, writing
from data.figures import funnel, revenue, spend

SEEDS = range(int(os.environ.get("FIGURES_SEEDS", "1")))
CONTACTS = int(os.environ.get("FIGURES_CONTACTS", "110"))


@pytest.mark.database
@pytest.mark.parametrize("seed", SEEDS)
def test_every_figure_is_what_a_recount_of_the_rows_gives(seed: int) -> None:
    clock.use(HandClock(NOW))
    with writing() as session:
        campaigns = Rows(session, seed, CONTACTS).campaigns
    with reading() as session:
        for campaign in campaigns if "FIGURES_SEEDS" in os.environ else campaigns[:1]:
            recount = Recount(session, campaign, NOW)
            for by in ("", "variant", "tier", "touch", "channel"):
                rows = {row.key: row for row in funnel(session, campaign, by=by)}
                counted = {name: asdict(row) for name, row in rows.items()}
                for one in counted.values():
                    del one["key"]
                assert counted == recount.funnel(by), (by, campaign)
            for found in revenue(session, campaign):
                sales, amount, waiting = recount.revenue(found.days)
                assert (found.sales, found.amount, found.visits_without_sale) == (sales, amount, waiting)
                assert found.estimate == waiting * 150.0
            counted = asdict(spend(session, campaign))
            assert counted == pytest.approx(recount.spend(), abs=1e-5)
