"""A sender's ceiling of the day: SMS segments that left from it since midnight of the business's zone.

Counted by all workers in Redis, and from the rows where Redis has forgotten. Touches that are over it wait
for the next day; an answer never does.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from data import clock
from data.db import reading
from data.message_states import KINDS
from data.models import Business, Message, Sender
from scheduler import rate_limit

KEPT = 600
"""Seconds for which a count is kept; then the rows are counted anew, in which answers stand as well."""

LEFT = ("sending", "sent", "delivered", "read", "undelivered", "unknown")

_COUNT = """
if redis.call('EXISTS', KEYS[1]) == 1 then redis.call('INCRBY', KEYS[1], ARGV[1]) end
return 1
"""

_RESERVE = """
local room, fit, taken = tonumber(ARGV[1]) - tonumber(redis.call('GET', KEYS[1]) or '0'), 0, 0
for number = 2, #ARGV do
  local size = tonumber(ARGV[number])
  if size > room then break end
  room, fit, taken = room - size, fit + 1, taken + size
end
if taken > 0 then redis.call('INCRBY', KEYS[1], taken) end
return fit
"""


def midnight(business: Business) -> datetime:
    """The beginning of the business's day."""
    zone = ZoneInfo(business.timezone)
    return datetime.combine(clock.now().astimezone(zone).date(), time(0), zone)


def next_day(business: Business) -> datetime:
    """The beginning of the business's next day."""
    zone = ZoneInfo(business.timezone)
    return datetime.combine(clock.now().astimezone(zone).date() + timedelta(days=1), time(0), zone)


def is_spent(business: Business, sender: Sender) -> bool:
    """Whether nothing more may leave from this sender today. Asks Redis, so never inside a transaction."""
    return sender.per_day is not None and _spent(business, sender) >= sender.per_day


def reserve(business: Business, sender: Sender, texts: Sequence[tuple[int, int]]) -> int:
    """Count these texts (their rows and SMS segments) as leaving; how many, from the first on, still fit
    into the day.

    Asks Redis, so never inside a transaction.
    """
    if sender.per_day is None:
        return len(texts)
    segments = [size for _, size in texts]
    spent = _spent(business, sender, but=[message for message, _ in texts])
    key, limit = _key(business, sender), sender.per_day
    fit = rate_limit.ask(lambda server: server.eval(_RESERVE, 1, key, limit, *segments))
    return int(fit) if fit is not None else _fitting(limit - spent, segments)


def count(business: Business, sender: Sender, segments: int) -> None:
    """So many more have left, or fewer after all; where Redis has no count, the rows have it."""
    if sender.per_day is not None and segments:
        key = _key(business, sender)
        rate_limit.ask(lambda server: server.eval(_COUNT, 1, key, segments))


def _fitting(room: int, segments: Sequence[int]) -> int:
    fit = 0
    for size in segments:
        if size > room:
            break
        room, fit = room - size, fit + 1
    return fit


def _spent(business: Business, sender: Sender, but: Sequence[int] = ()) -> int:
    key = _key(business, sender)
    known: Any = rate_limit.ask(lambda server: server.get(key))
    if known is not None:
        return int(known)
    with reading() as session:
        spent = _in_rows(session, business, sender, but)
    rate_limit.ask(lambda server: server.set(key, spent, nx=True, ex=KEPT))
    return spent


def _in_rows(session: Session, business: Business, sender: Sender, but: Sequence[int]) -> int:
    """By the index over state, kind and the moment that a text was due, which is hours before it left."""
    begins = midnight(business)
    still_here = (Message.state == "sending") & (Message.kind == "touch") & Message.called_at.is_(None)
    wanted = select(func.coalesce(func.sum(func.coalesce(Message.segments, 1)), 0)).where(
        Message.state.in_(LEFT),
        ~still_here,
        Message.kind.in_(tuple(KINDS)),
        Message.due_at >= begins - timedelta(days=1),
        func.coalesce(Message.sent_at, Message.created_at) >= begins,
        Message.from_address == sender.address,
        Message.business_id == sender.business_id,
        Message.channel == sender.channel,
        Message.id.not_in(but),
    )
    return int(session.scalar(wanted) or 0)


def _key(business: Business, sender: Sender) -> str:
    return f"rekindle:day:{sender.id}:{midnight(business):%Y%m%d}"
