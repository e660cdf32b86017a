"""How fast a sender may send: permits, of which there are as many as texts may leave in a second.

A permit is taken before the provider is called and is free again one second after the call has returned.
Whenever within the call the provider counts the text, the permit was taken by then, and is still taken a
second later: so in no second does it see more than there are permits, however long its answers take. All
workers share them through Redis, whose clock is the only one; a permit whose worker died runs out. With Redis
away each process keeps the pace by itself, and the provider's own 429 is never processed and safe.

Answers go first: one that finds no permit says that it waits, and those who send in bulk leave the next
ones to it.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from scheduler import rate_limit

GUARD = 15.0
"""Seconds after which a permit counts as lost that nobody has given back: longer than a call can take."""

WAITS_FOR = 10.0
"""So many seconds past its place an answer that waits is forgotten: it has left, or never will."""

LOOKED_AT = 64
"""Permits that are looked at to say how long the wait is."""


@dataclass(frozen=True, slots=True)
class Taken:
    """How many permits were got, and in how many seconds there will be another one (0: at once)."""

    permits: int
    wait: float = 0.0


@dataclass(frozen=True, slots=True)
class Pace:
    """`permits` texts within `window` seconds: for 20 a second 20 in 1, for 0.25 a second 1 in 4."""

    permits: int
    window: float

    @classmethod
    def of(cls, per_second: float) -> Pace:
        permits = max(1, int(per_second))
        return cls(permits, permits / per_second)

    @property
    def guard(self) -> float:
        return self.window + GUARD


def take(
    sender: str, per_second: float, tokens: Sequence[str], *, first: str = "", back: Sequence[str] = ()
) -> Taken:
    """Take a permit for each of these tokens, or for as many as there are.

    `first`: the name of an answer, which takes one and, where there is none, waits before everybody else.
    `back`: the permits of calls that are over just now, as `returned` has them.
    """
    pace = Pace.of(per_second)
    settings = (pace.permits, pace.window, pace.guard, WAITS_FOR, LOOKED_AT)
    answer = rate_limit.ask(
        lambda server: server.eval(_TAKE, 2, *_keys(sender), *settings, first, len(back), *back, *tokens)
    )
    if answer is None:
        with _lock:
            return _alone.setdefault(sender, Alone()).take(pace, tokens, first, back, time.monotonic())
    return Taken(int(answer[0]), float(answer[1]))


def free(sender: str, per_second: float) -> Taken:
    """How many permits there are just now, and none is taken."""
    return take(sender, per_second, ())


def returned(sender: str, per_second: float, tokens: Sequence[str]) -> None:
    """The calls of these permits are over, just now."""
    if not tokens:
        return
    pace = Pace.of(per_second)
    done = rate_limit.ask(lambda server: server.eval(_RETURNED, 1, _keys(sender)[0], pace.window, *tokens))
    if done is None:
        with _lock:
            _alone.setdefault(sender, Alone()).returned(pace, tokens, time.monotonic())


def give_up(sender: str, tokens: Sequence[str]) -> None:
    """Nothing was sent with these permits: somebody else may have them at once."""
    if not tokens:
        return
    done = rate_limit.ask(lambda server: server.eval(_GIVE_UP, 2, *_keys(sender), *tokens))
    if done is None:
        with _lock:
            _alone.setdefault(sender, Alone()).give_up(tokens)


def _keys(sender: str) -> tuple[str, str]:
    return f"rekindle:permits:{sender}", f"rekindle:waiting:{sender}"


_TAKE = """
local time = redis.call('TIME')
local now = time[1] + time[2] / 1000000
local permits, window, guard = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local patience, most, first = tonumber(ARGV[4]), tonumber(ARGV[5]), ARGV[6]
local before = 7 + tonumber(ARGV[7])
for number = 8, before do
  redis.call('ZADD', KEYS[1], 'XX', string.format('%.6f', now + window), ARGV[number])
end
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', now)
local free = permits - redis.call('ZCARD', KEYS[1])
local asked = #ARGV - before
local granted = free
if first == '' then granted = free - redis.call('ZCARD', KEYS[2]) end
granted = math.max(0, math.min(asked, granted))
for number = 1, granted do
  redis.call('ZADD', KEYS[1], string.format('%.6f', now + guard), ARGV[before + number])
end
if granted > 0 then
  redis.call('PEXPIRE', KEYS[1], math.ceil(guard * 1000) + 1000)
  if first ~= '' then redis.call('ZREM', KEYS[2], first) end
end
if asked == 0 and free > redis.call('ZCARD', KEYS[2]) then
  return {free - redis.call('ZCARD', KEYS[2]), '0'}
end
if asked > 0 and granted == asked then return {granted, '0'} end
local place
if first ~= '' then
  redis.call('ZADD', KEYS[2], 'NX', string.format('%.6f', now + 3600), first)
  place = redis.call('ZRANK', KEYS[2], first)
else
  place = redis.call('ZCARD', KEYS[2])
end
local frees = {}
local rows = redis.call('ZRANGE', KEYS[1], 0, most - 1, 'WITHSCORES')
for index = 2, #rows, 2 do
  local at = tonumber(rows[index])
  if at > now + window then at = math.max(at - guard + window, now + 0.01) end
  frees[#frees + 1] = at
end
table.sort(frees)
local wait = 0.01
if #frees > 0 then
  wait = frees[place % math.min(#frees, permits) + 1] - now + math.floor(place / permits) * window
end
if first ~= '' then
  redis.call('ZADD', KEYS[2], 'XX', string.format('%.6f', now + wait + patience), first)
  redis.call('PEXPIRE', KEYS[2], math.ceil((wait + patience) * 1000) + 1000)
end
return {granted, string.format('%.6f', math.max(wait, 0.001))}
"""

_RETURNED = """
local time = redis.call('TIME')
local free_at = string.format('%.6f', time[1] + time[2] / 1000000 + tonumber(ARGV[1]))
for number = 2, #ARGV do redis.call('ZADD', KEYS[1], 'XX', free_at, ARGV[number]) end
return 1
"""

_GIVE_UP = """
redis.call('ZREM', KEYS[1], unpack(ARGV))
redis.call('ZREM', KEYS[2], unpack(ARGV))
return 1
"""


@dataclass(slots=True)
class Alone:
    """The same within one process. `held`: token -> when it is free again; `waiting`: until when it waits."""

    held: dict[str, float] = field(default_factory=dict)
    waiting: dict[str, float] = field(default_factory=dict)

    def take(self, pace: Pace, tokens: Sequence[str], first: str, back: Sequence[str], now: float) -> Taken:
        self.returned(pace, back, now)
        self.held = {token: until for token, until in self.held.items() if until > now}
        self.waiting = {token: until for token, until in self.waiting.items() if until > now}
        free = pace.permits - len(self.held) - (0 if first else len(self.waiting))
        granted = max(0, min(len(tokens), free))
        self.held |= dict.fromkeys(tokens[:granted], now + pace.guard)
        if first and granted:
            self.waiting.pop(first, None)
        if not tokens and free > 0:
            return Taken(free)
        if tokens and granted == len(tokens):
            return Taken(granted)
        if first:
            self.waiting.setdefault(first, now + 3600)
        place = list(self.waiting).index(first) if first else len(self.waiting)
        frees = sorted(self._free_at(until, pace, now) for until in self.held.values())
        wait = 0.01
        if frees:
            wait = frees[place % min(len(frees), pace.permits)] - now + place // pace.permits * pace.window
        if first:
            self.waiting[first] = now + wait + WAITS_FOR
        return Taken(granted, max(wait, 0.001))

    @staticmethod
    def _free_at(until: float, pace: Pace, now: float) -> float:
        """Of a call under way: when it would be free again had the call just ended when it began."""
        return max(until - pace.guard + pace.window, now + 0.01) if until > now + pace.window else until

    def returned(self, pace: Pace, tokens: Sequence[str], now: float) -> None:
        self.held |= {token: now + pace.window for token in tokens if token in self.held}

    def give_up(self, tokens: Sequence[str]) -> None:
        for token in tokens:
            self.held.pop(token, None)
            self.waiting.pop(token, None)


_lock = threading.Lock()
_alone: dict[str, Alone] = {}
