"""Not now: one text, later, on a day that can be named."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from actions import wording
from actions.decision import CallBack, HandOver
from actions.handlers import changing, social
from actions.lawful_hours import CALLBACK_CLOCK, NoLawfulTimeError, callback_moment
from actions.proposing import inside, propose
from actions.turn import Turn
from nlu.cues import heard_in
from nlu.plain_answers import read_plain
from nlu.understanding import Window

_MOMENTARY = ("minute", "hour")
""" "Not right now" names a time too, but not one to write at."""

_SOON = {"is occupied": 1, "wants to think first": 7}
"""Days until the one text where a cue (nlu/cues.toml) says why it is not now; else the owner's number."""

_INSTEAD = re.compile(r"\b(?:instead|rather|make it|move (?:it|that|mine)|switch)\b", re.IGNORECASE)
"""Beside a time, what says that the visit should be then."""

_CHOOSING = ("offer_to_book", "which_time", "which_opening", "confirm_time")


def not_now(turn: Turn) -> None:
    """Set a callback: at the time that was named, behind the time that does not suit, or after a while.

    What only rules out other days than today ("not mondays"), or names a time that is running already, is a
    wish for a visit all the same. Who has a visit is asked when it suits instead.
    """
    context = turn.context
    if turn.visit:
        _about_the_visit(turn)
        return
    if turn.state.asked in _CHOOSING and _is_about_a_visit(turn):
        propose(turn, turn.understanding.times)
        return
    try:
        due_at = callback_moment(
            _when(turn),
            now=context.now,
            zone=context.contact.zone,
            where=context.contact.where,
            open_days=context.business.profile.open_days,
            table=context.business.lawful,
        )
    except NoLawfulTimeError:
        turn.say("call_us")
        turn.do(HandOver("no_lawful_time", silent=False))
        turn.ask(None, offered=())
        return
    here = ZoneInfo(context.contact.zone)
    local = due_at.astimezone(here)
    day = wording.day(local, context.now.astimezone(here))
    if local.time() != CALLBACK_CLOCK:
        day += f" at {wording.clock_time(local)}"
    turn.say("callback_moved" if turn.state.asked == "callback_time" else "callback", day=day)
    turn.do(CallBack(due_at, turn.heard.topic or ""))
    turn.ask("callback_time", offered=())


def _about_the_visit(turn: Turn) -> None:
    assert turn.visit is not None
    zone = turn.context.business.zone
    times = turn.understanding.times
    ruled_out = any(inside(turn.visit.start, window, zone) for window in times.excluded)
    named = [window for window in times.windows if not inside(turn.visit.start, window, zone)]
    if ruled_out or (named and _INSTEAD.search(turn.understanding.text)):
        changing.reschedule(turn)
    elif turn.state.moving is not None:
        changing.keep(turn)
    else:
        social.all_right(turn)


def _is_about_a_visit(turn: Turn) -> bool:
    times, now = turn.understanding.times, _now(turn)
    if times.windows:
        first = times.windows[0]
        runs = first.start <= now and (first.end is None or first.end - first.start > timedelta(days=1))
        return runs and not times.excluded and read_plain(turn.understanding.text) is not None
    short = all(window.grain in (*_MOMENTARY, "part_of_day", "day") for window in times.excluded)
    return bool(times.excluded) and short and not any(_holds(w, now) for w in times.excluded)


def _when(turn: Turn) -> Window:
    """The window that the callback is meant for, local to the contact."""
    times, now = turn.understanding.times, _now(turn)
    ahead = [window for window in times.windows if not (window.grain in _MOMENTARY and window.start <= now)]
    if ahead:
        return ahead[0]
    lasting = [window for window in times.excluded if window.grain not in _MOMENTARY]
    ends = [window.end for window in lasting if window.end and window.end > now]
    cues = [_SOON[cue.name] for cue in heard_in(turn.understanding.text, times) if cue.name in _SOON]
    days = min([turn.context.business.profile.callback_after_days, *cues])
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    start = min(ends) if ends else midnight + timedelta(days=days)
    return Window(start, start + timedelta(days=1), "day")


def _now(turn: Turn) -> datetime:
    return turn.context.now.astimezone(ZoneInfo(turn.context.contact.zone)).replace(tzinfo=None)


def _holds(window: Window, now: datetime) -> bool:
    day = now.replace(hour=0, minute=0, second=0, microsecond=0)
    return window.start < day + timedelta(days=1) and (window.end is None or window.end > now)
