"""Figures that can be believed: the funnel, money, variants, the report after a pilot, exports.

docs/figures.md defines every one of them. They are read from the rows whenever they are asked for.
"""

from __future__ import annotations

from data.figures.ab_test import Variants, variants
from data.figures.adding_up import check
from data.figures.comparison import Line, campaigns_compared, segments_compared
from data.figures.counting import by_campaign, by_segment, funnel
from data.figures.endings import Outcomes, outcomes
from data.figures.exports import EXPORTS
from data.figures.money import Revenue, Spend, revenue, spend
from data.figures.pilot_report import Report, report
from data.figures.row import Funnel

__all__ = [
    "EXPORTS",
    "Funnel",
    "Line",
    "Outcomes",
    "Report",
    "Revenue",
    "Spend",
    "Variants",
    "by_campaign",
    "by_segment",
    "campaigns_compared",
    "check",
    "funnel",
    "outcomes",
    "report",
    "revenue",
    "segments_compared",
    "spend",
    "variants",
]
