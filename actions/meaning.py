"""The times that a text asks for, in the light of what is spoken of: the offers, the visit that stands."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from actions.turn import Turn
from actions.wishes import at_the_same_time, direction, wants_the_same_time
from nlu.understanding import Times, Window


def wish(turn: Turn) -> Times:
    """The times of the text; "tuesday, same time" and "anything later that day?" go by what was spoken of."""
    times, zone, text = (
        turn.understanding.times,
        ZoneInfo(turn.context.business.zone),
        turn.understanding.text,
    )
    local = [opening.astimezone(zone).replace(tzinfo=None) for opening in turn.state.offered]
    if not local and turn.visit:
        local = [turn.visit.start.astimezone(zone).replace(tzinfo=None)]
    if not local:
        return times
    if len(local) == 1 and times.windows and wants_the_same_time(text):
        return at_the_same_time(times, Window(local[0], None, "minute"))
    way = direction(text, alone=not times)
    first = local[0]
    if way < 0:
        now = turn.context.business_now.replace(tzinfo=None)
        morning = first.replace(hour=0, minute=0)
        return Times((Window(max(now, morning) if len(local) == 1 else now, first, "range"),))
    if way > 0:
        latest = {moment.date(): moment for moment in local}
        return Times(tuple(_rest_of_the_day(moment) for moment in latest.values()))
    return times


def _rest_of_the_day(moment: datetime) -> Window:
    midnight = moment.replace(hour=0, minute=0) + timedelta(days=1)
    return Window(moment + timedelta(minutes=1), midnight, "range")
