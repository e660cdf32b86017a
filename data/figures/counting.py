"""The funnel of a campaign: how far its contacts came, in all and by variant, tier, touch or channel."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
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
    return funnels(session, campaign_id, by)[by]


def funnels(session: Session, campaign_id: int, *parts: By) -> dict[By, list[Funnel]]:
    """Several funnels of one campaign; the rows are asked once for all that do not split contacts."""
    split: dict[Split, _Found] = {}
    for by in parts:
        how = _SPLITS.get(by, "")
        if how not in split:
            split[how] = _find(Ground.of(session, (campaign_id,), how))
    return {by: _rows(split[_SPLITS.get(by, "")], partial(_key, by=by)) or _nobody(by) for by in parts}


def by_campaign(session: Session, campaigns: Collection[int]) -> dict[int, Funnel]:
    """The funnel of each of these campaigns of one business."""
    if not campaigns:
        return {}
    found = {
        row.key: row for row in _rows(_find(Ground.of(session, campaigns)), lambda row: str(row.campaign_id))
    }
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
    return _rows(_find(Ground.of(session, names)), lambda row: names[row.campaign_id]) if names else []


def _key(row: Any, by: By) -> str:
    match by:
        case "":
            return ""
        case "touch" | "channel":
            return str(row.part)
        case _:
            return str(getattr(row, by))


@dataclass(frozen=True, slots=True)
class _Found:
    """What the statements say: the cube's cells, the opt-outs, the first replies."""

    cells: Sequence[Any]
    out: Sequence[Any]
    replied: Sequence[Any]


def _find(ground: Ground) -> _Found:
    ask = ground.session.execute
    return _Found(ask(cube(ground)).all(), opt_outs(ground), ask(_first_replies(ground)).all())


def _rows(found: _Found, key: Callable[[Any], str]) -> list[Funnel]:
    counts: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for row in found.cells:
        mine = counts[key(row)]
        mine["enrolled"] += row.n
        for flag in FLAGS:
            mine[flag] += row.n * getattr(row, flag)
    out: dict[str, set[int]] = defaultdict(set)
    for one in found.out:
        out[key(one)].add(one.enrollment_id)
    waits: dict[str, list[timedelta]] = defaultdict(list)
    for row in found.replied:
        waits[key(row)].append(row.replied_at - row.touched_at)
    return [
        Funnel(
            name,
            **mine,
            opted_out=len(out[name]),
            median_reply=quantile(waits[name], 50),
            p90_reply=quantile(waits[name], 90),
        )
        for name, mine in sorted(counts.items())
    ]


def _nobody(by: By) -> list[Funnel]:
    return [] if by else [Funnel("")]


def _first_replies(ground: Ground) -> Any:
    """The first reply of each contact (with a split: to each part), and the touch that it belongs to."""
    every = replies(ground, touches(ground, who_wrote(ground))).subquery("every")
    place = func.row_number().over(
        partition_by=(every.c.enrollment_id, every.c.part), order_by=(every.c.replied_at, every.c.reply_id)
    )
    placed = select(every, place.label("place")).subquery("placed")
    return select(placed).where(placed.c.place == 1)


def quantile(waits: Sequence[timedelta], percent: int) -> timedelta | None:
    """The shortest wait that so many percent do not exceed: one that has really occurred (nearest rank)."""
    return sorted(waits)[-(-percent * len(waits) // 100) - 1] if waits else None
