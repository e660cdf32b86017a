"""Letting go whom a pilot holds: the best ahead of the others, and all of them once it is released.

A few statements for each moment at which some may be texted next, however many are held: a list of half a
million is released by one click, and nobody else waits for it long.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import ColumnElement, CursorResult, Table, Text, func, select, update
from sqlalchemy import cast as as_type
from sqlalchemy.orm import Session

from data.models import Contact, Enrollment
from data.queries.locks import lock_business
from data.whereabouts import Source, Whereabouts
from scheduler.campaigns.taking_in import Door

AT_ONCE = 300
"""So many places are named in one statement."""

_enrollment, _contact = cast(Table, Enrollment.__table__), cast(Table, Contact.__table__)
_zones = as_type(_contact.c.zones, Text)
_PLACE = (_zones, _contact.c.zones_source, func.coalesce(_contact.c.state, ""), _contact.c.country)
_NAME = _zones + "|" + _PLACE[1] + "|" + _PLACE[2] + "|" + _PLACE[3]
"""A place in one word: what `Moments` tells apart."""


def send_ahead(session: Session, door: Door, most: int) -> int:
    """The best of those who are held go ahead, until `most` of the campaign have; how many they are now."""
    lock_business(session, door.business)
    of_it = Enrollment.campaign_id == door.campaign
    gone = session.scalar(select(func.count(Enrollment.id)).where(of_it, Enrollment.state != "held")) or 0
    best = (
        select(Enrollment.id)
        .where(of_it, Enrollment.state == "held")
        .order_by(Enrollment.score.desc(), Enrollment.id.desc())
        .limit(max(0, most - gone))
    )
    return _let_go(session, door, _enrollment.c.id.in_(session.scalars(best).all()))


def let_go(session: Session, door: Door) -> int:
    """All who are held may go, each from the next moment on that is allowed for it; how many they are.

    Whom no moment suits any more stays held: that is asked again at the next release.
    """
    return _let_go(session, door, _enrollment.c.campaign_id == door.campaign)


def _let_go(session: Session, door: Door, whom: ColumnElement[bool]) -> int:
    held = whom & (_enrollment.c.state == "held")
    let = 0
    for moment, names in _places(session, door, held).items():
        for some in _parts(names):
            there = select(_contact.c.id).where(_contact.c.business_id == door.business, _NAME.in_(some))
            done = session.execute(
                update(_enrollment)
                .where(held, _enrollment.c.contact_id.in_(there))
                .values(state="active", due_at=moment, queued=moment <= door.moments.now),
                execution_options={"synchronize_session": False},
            )
            assert isinstance(done, CursorResult)
            let += done.rowcount
    session.expire_all()
    return let


def _places(session: Session, door: Door, held: ColumnElement[bool]) -> dict[datetime, list[str]]:
    """The next allowed moment -> the places where those who are held may be texted from then on."""
    found: dict[datetime, list[str]] = defaultdict(list)
    rows = session.execute(
        select(*_PLACE, _NAME)
        .join_from(_enrollment, _contact, _contact.c.id == _enrollment.c.contact_id)
        .where(held)
        .distinct()
    )
    for zones, source, state, country, name in rows:
        where = Whereabouts(tuple(json.loads(zones)), cast(Source, source), state or None, country)
        moment = door.moments.next(where)
        if moment is not None:
            found[moment].append(name)
    return found


def _parts(names: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for first in range(0, len(names), AT_ONCE):
        yield names[first : first + AT_ONCE]
