"""Not now: one text, later, on a day that can be named."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

from actions import wording
from actions.decision import CallBack
from actions.lawful_hours import callback_moment
from actions.turn import Turn
from nlu.understanding import Window

_MOMENTARY = ("minute", "hour")
""" "Not right now" names a time too, but not one to write at."""


def not_now(turn: Turn) -> None:
    """Set a callback: at the time that was named, behind the time that does not suit, or after a while."""
    context = turn.context
    due_at = callback_moment(
        _when(turn),
        now=context.now,
        zone=context.contact.zone,
        where=context.contact.where,
        open_days=context.business.profile.open_days,
    )
    day = wording.day(due_at.astimezone(ZoneInfo(context.contact.zone)))
    turn.say("callback_moved" if turn.state.asked == "callback_time" else "callback", day=day)
    turn.do(CallBack(due_at, turn.heard.topic or ""))
    turn.ask("callback_time", offered=())


def _when(turn: Turn) -> Window:
    """The window that the callback is meant for, local to the contact."""
    times = turn.understanding.times
    now = turn.context.now.astimezone(ZoneInfo(turn.context.contact.zone)).replace(tzinfo=None)
    ahead = [window for window in times.windows if not (window.grain in _MOMENTARY and window.start <= now)]
    if ahead:
        return ahead[0]
    ends = [window.end for window in times.excluded if window.end and window.end > now]
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    start = (
        min(ends) if ends else midnight + timedelta(days=turn.context.business.profile.callback_after_days)
    )
    return Window(start, start + timedelta(days=1), "day")
