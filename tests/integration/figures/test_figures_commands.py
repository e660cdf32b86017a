"""By command everything that the screens show of figures: compared, by segment, with rates and money."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from services.figures_rows import BEGINS, NOW, Rows
from sqlalchemy import update

from bot.cli.campaign_command import command
from bot.cli.campaign_figures import FILES
from data import clock
from data.clock import HandClock
from data.db import reading, writing
from data.figures import EXPORTS, campaigns_compared, report
from data.models import Campaign

pytestmark = pytest.mark.database


@pytest.fixture
def campaigns(database: str) -> list[int]:
    clock.use(HandClock(NOW))
    with writing() as session:
        made = Rows(session, seed=7, contacts=40).campaigns
        session.execute(update(Campaign).values(started_at=BEGINS))
        return made


def call(*arguments: object) -> Result:
    done = CliRunner().invoke(command, [str(argument) for argument in arguments])
    assert done.exit_code == 0, done.output
    return done


def table(file: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(file.read_text(encoding="utf-8-sig").splitlines()))


def test_campaigns_and_segments_are_compared_by_command_as_on_the_screen(
    campaigns: list[int], tmp_path: Path
) -> None:
    with reading() as session:
        lines = {line.name: line for line in campaigns_compared(session, 1)}
    told = [json.loads(line) for line in call("figures", "--json").stdout.splitlines()]
    assert [(one["name"], one["campaign"]) for one in told] == [
        ("C2", campaigns[2]),
        ("C1", campaigns[1]),
        ("C0", campaigns[0]),
    ]
    for one in told:
        line = lines[one["name"]]
        assert one["cost_per_booking"] == line.spend.total / line.whole.booked
        assert one["return_on_spend"] == line.revenue[-1].amount / line.spend.total
        assert one["whole"]["reactivation_rate"] == line.whole.reactivated / line.whole.sent
        assert (one["spend"]["total"], one["currency"]) == (line.spend.total, "USD")
    segments = {
        s["name"]: s
        for s in map(json.loads, call("figures", "--by", "segment", "--json").stdout.splitlines())
    }
    assert set(segments) == {"Lapsed", ""}
    pair = (lines["C0"], lines["C1"])
    lapsed: dict[str, Any] = segments["Lapsed"]
    assert lapsed["whole"]["booked"] == sum(line.whole.booked for line in pair)
    assert lapsed["spend"]["total"] == pytest.approx(sum(line.spend.total for line in pair))
    assert lapsed["revenue"][2]["amount"] == pytest.approx(sum(line.revenue[2].amount for line in pair))
    assert lapsed["revenue"][0]["estimate"] == sum(line.revenue[0].estimate or 0 for line in pair)
    said = call("figures", "--by", "segment").stdout
    assert f"  cost per booking: {lapsed['cost_per_booking']:.2f} USD (partly reckoned at sending)" in said
    assert "no segment" in said
    out = tmp_path / "all.csv"
    call("figures", "--out", out)
    first = table(out)[0]
    assert (first["campaign"], int(first["booked"])) == ("C2", lines["C2"].whole.booked)
    assert float(first["revenue_90_days"]) == lines["C2"].revenue[2].amount
    assert float(first["estimate_90_days_in_no_sum"]) == lines["C2"].revenue[2].estimate
    assert (first["spend_is_an_estimate"], first["currency"]) == ("yes", "USD")


def test_report_and_files_tell_what_the_page_tells_and_what_of_the_money_is_an_estimate(
    campaigns: list[int], tmp_path: Path
) -> None:
    with reading() as session:
        page = report(session, campaigns[0])
    told = json.loads(call("report", "C0", "--json").stdout)
    assert told["cost_per_booking"] == page.cost_per_booking
    assert told["return_on_spend"] == page.return_on_spend
    assert told["reactivation_rate"] == page.whole.reactivation_rate
    assert page.whole.median_reply is not None
    assert told["whole"]["median_reply_seconds"] == page.whole.median_reply.total_seconds()
    assert told["by_touch"][0]["reactivated"] == page.by_touch[0].reactivated
    assert told["variants"]["variants"][0]["shares"]["replied"]["rate"] is not None
    said = call("report", "C0").stdout
    for line in (
        "half of those who answer do so within ",
        "cost per booking: ",
        "return on spend: ",
        "tier A",
    ):
        assert line in said
    assert f"{page.whole.reactivation_rate:.1%}" in said

    assert tuple(EXPORTS) == FILES
    out = tmp_path / "money.csv"
    call("export", "C0", "money", "--out", out)
    rows = {(row["figure"], row["within_days"]): row for row in table(out)}
    for one in page.revenue:
        real, guess = rows["revenue", str(one.days)], rows["revenue_estimate", str(one.days)]
        assert (float(real["amount"]), real["estimate"], int(real["counted"])) == (
            one.amount,
            "no",
            one.sales,
        )
        assert (float(guess["amount"]), guess["estimate"]) == (one.estimate, "yes")
    assert float(rows["spend", ""]["amount"]) == pytest.approx(page.spend.total)
    assert rows["spend", ""]["estimate"] == rows["cost_per_booking", ""]["estimate"] == "yes"
    assert float(rows["cost_per_booking", ""]["amount"]) == pytest.approx(page.cost_per_booking, abs=1e-6)
    assert float(rows["return_on_spend", "90"]["amount"]) == pytest.approx(page.return_on_spend, abs=1e-6)
    assert float(rows["spend", ""]["counted"]) == page.spend.texts
    assert {row["currency"] for row in rows.values()} == {"USD", ""}
