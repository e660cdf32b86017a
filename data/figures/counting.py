"""The funnel of a campaign: how far its contacts came, in all and by variant, tier, touch or channel."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from datetime import timedelta
from typing import Any, Literal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from data.figures.facts import FLAGS, cube, replies, who_wrote
from data.figures.ground import Ground, Split, touches
from data.figures.opt_outs import opt_outs
from data.figures.row import Funnel
from data.models import Campaign, Segment

By = Literal["", "variant", "tier", "touch", "channel"]

_SPLITS: dict[By, Split] = {"touch": "touch", "channel": "channel"}


def funnel(session: Session, campaign_id: int, by: By = "") -> list[Funnel]:
    """The funnel of one campaign: a row for each variant, tier, touch or channel, or one row for all.

    Of a touch or a channel only those rows stand there for which texts were made; a touch's key is its step.
    """
    return _rows(Ground.of(session, (campaign_id,), _SPLITS.get(by, "")), lambda row: _key(row, by))


def by_campaign(session: Session, campaigns: Collection[int]) -> dict[int, Funnel]:
    """The funnel of each of these campaigns of one business."""
    if not campaigns:
        return {}
    found = {row.key: row for row in _rows(Ground.of(session, campaigns), lambda row: str(row.campaign_id))}
    return {one: found.get(str(one), Funnel(str(one))) for one in campaigns}


def by_segment(session: Session, business_id: int) -> list[Funnel]:
    """All campaigns of a business, by the name of the segment that they were made from ("": of none).

    A contact who was in two campaigns of a segment counts in both.
    """
    names = {
        row.id: row.name or ""
        for row in session.execute(
            select(Campaign.id, Segment.name)
            .outerjoin(Segment, Segment.id == Campaign.segment_id)
            .where(Campaign.business_id == business_id)
        )
    }
    return _rows(Ground.of(session, names), lambda row: names[row.campaign_id]) if names else []


def _key(row: Any, by: By) -> str:
    match by:
        case "":
            return ""
        case "touch" | "channel":
            return str(row.part)
        case _:
            return str(getattr(row, by))


def _rows(ground: Ground, key: Callable[[Any], str]) -> list[Funnel]:
    counts: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for row in ground.session.execute(cube(ground)):
        mine = counts[key(row)]
        mine["enrolled"] += row.n
        for flag in FLAGS:
            mine[flag] += row.n * getattr(row, flag)
    out: dict[str, set[int]] = defaultdict(set)
    for one in opt_outs(ground):
        out[key(_Traits(one))].add(one.enrollment)
    waits: dict[str, list[timedelta]] = defaultdict(list)
    for row in ground.session.execute(_first_replies(ground)):
        waits[key(row)].append(row.replied_at - row.touched_at)
    return [
        Funnel(
            name,
            **mine,
            opted_out=len(out[name]),
            median_reply=quantile(waits[name], 0.5),
            p90_reply=quantile(waits[name], 0.9),
        )
        for name, mine in sorted(counts.items())
    ]


class _Traits:
    """An opt-out under the names that the rows of the statements have."""

    def __init__(self, one: Any) -> None:
        self.campaign_id, self.variant, self.tier, self.part = one.campaign, one.variant, one.tier, one.part


def _first_replies(ground: Ground) -> Any:
    """The first reply of each contact (with a split: to each part), and the touch that it belongs to."""
    every = replies(ground, touches(ground, who_wrote(ground))).subquery("every")
    place = func.row_number().over(
        partition_by=(every.c.enrollment_id, every.c.part), order_by=(every.c.replied_at, every.c.reply_id)
    )
    placed = select(every, place.label("place")).subquery("placed")
    return select(placed).where(placed.c.place == 1)


def quantile(waits: Sequence[timedelta], share: float) -> timedelta | None:
    """The value that this share of them does not exceed: one that has really occurred (nearest rank)."""
    if not waits:
        return None
    return sorted(waits)[max(0, math.ceil(share * len(waits)) - 1)]
