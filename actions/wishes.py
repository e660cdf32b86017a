"""Turns of phrase that change what a wish is about: the soonest opening, the same time, dropping the matter.

Read from the contact's own words, since no intent carries them. Source of all rows: our own list.
"""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta

from nlu.understanding import Times, Window

_MINUTE = timedelta(minutes=1)

_SOONEST = re.compile(
    r"^\W*(?:right )?now\W*$|\b(?:asap|a\.s\.a\.p|as soon as|soonest|right away|how soon"
    r"|first (?:available|opening|free|thing you)|next (?:available|opening|free)"
    r"|earliest(?: (?:you|available|possible|opening|slot|time|appointment|appt)))\b"
)
_DROPS = re.compile(
    r"\b(?:never ?mind|nvm|nevermind|forget (?:it|about it|that)|leave it|don'?t bother|changed my mind"
    r"|no longer (?:need|want)|not any ?more|drop it|scratch that)\b"
)
_SAME_TIME = re.compile(r"\bsame (?:time|hour)\b(?! as (?:last|before|always|usual))")
_EARLIER = re.compile(r"\b(?:earlier|sooner)\b")
_LATER = re.compile(r"\blater\b")
_SAME_DAY = re.compile(r"\b(?:later|earlier|sooner)\b(?: on)?,? (?:in the|that|the same|same|on that) day\b")
_OTHERS = re.compile(
    r"\b(?:anything|something|any|what|nothing|others?)\b.*\b(?:else|other|later|earlier|sooner)\b"
)
_MOMENT = re.compile(
    r"^\W*(?:(?:ok(?:ay)?|sure|yes|um+|hmm+|please),? )*"
    r"(?:give me|gimme|hold on|hang on|wait|one|just|let me check|brb)(?: (?:for|just|a|one|quick))*"
    r"(?: (?:sec|secs|second|min|minute|moment|bit|while))?(?: (?:please|pls))?\W*$"
)
_LOOKS_IT_UP = re.compile(
    r"\b(?:let me|lemme|i(?:'ll| will| need to| have to| gotta)?|gotta|gonna|need to|have to) "
    r"(?:just |quickly |first )*"
    r"(?:check|look at|see|look in|consult|pull up) (?:what'?s on )?(?:my|the|our) "
    r"(?:\w+ )?(?:calendar|schedule|diary|planner|shifts?|agenda|rota)\b"
)
_REFERS = re.compile(
    r"\bmy (?:\w+ )?(?:sister|brother|mom|mum|mother|dad|father|wife|husband|partner|friend|neighbou?r"
    r"|roommate|coworker|colleague|cousin|son|daughter|girlfriend|boyfriend|family)"
    r" (?:might|may|would|could|wants?|needs?|is)\b"
)
_LATE = re.compile(
    r"\b(?:running|(?:gonna|going to|will|might|may|i'?ll) be|i'?m|we'?re) "
    r"(?:a (?:bit|little|few minutes|couple minutes) |about |like |\d+ ?(?:min\w*|minutes?) |really |so )*"
    r"(?:late|behind)\b|\bstuck in traffic\b|\bon (?:my|our) way\b"
    r"|\bbe there in (?:\d+|a (?:few|minute|sec|bit)|five|ten|fifteen|twenty)\b"
)
_ANNOUNCES = re.compile(
    r"^\W*(?:(?:hi|hey|hello|ok(?:ay)?|yes|sure|well),? )*(?:i (?:have|had|got)|i'?ve got|got|have|just)?"
    r" ?(?:a|one|two|some|a few|a couple(?: of)?|another|few)? ?(?:quick |little |more )?questions?"
    r"(?: (?:first|though|for you|please|pls))*\W*$"
)
_UNDECIDED = re.compile(
    r"^\W*(?:u[hm]+,? |h+m+,? |well,? |i'?m |i am |honestly )*"
    r"(?:not (?:quite |really |so )?sure|i (?:don'?t|dont|do not) know|dunno|idk|undecided)"
    r"(?: yet| right now| just yet| atm| tbh| sorry| when)*\W*$"
)
_WITH_SOMEBODY = re.compile(r"\b(?:with|see|seen by) (?:dr\b\.?|doctor) ?[a-z]{2,}")
_SEVERAL = re.compile(
    r"\b(?:both(?: of (?:us|them))?|all (?:\w+ )?of (?:us|them)|(?:two|three|four) of us|every(?:one|body))\b"
)


def wants_the_soonest(text: str) -> bool:
    """ "As soon as possible", "your first available"."""
    return bool(_SOONEST.search(_plain(text)))


def drops_the_matter(text: str) -> bool:
    """ "Never mind", "forget it": no other time is wanted either."""
    return bool(_DROPS.search(_plain(text)))


def wants_several(text: str) -> bool:
    """ "Both of us": more than one visit at once."""
    return bool(_SEVERAL.search(_plain(text)))


def wants_somebody(text: str) -> bool:
    """ "With Dr. Lee": one of the people who work there."""
    return bool(_WITH_SOMEBODY.search(_plain(text)))


def wants_the_same_time(text: str) -> bool:
    """ "Tuesday, same time"."""
    return bool(_SAME_TIME.search(_plain(text)))


def direction(text: str, *, alone: bool) -> int:
    """-1 for something earlier than what was offered, 1 for something later, 0 for neither or both.

    `alone`: no time is named beside it. Else only "later that day" counts: "later this week" is a time.
    """
    plain = _plain(text)
    if not alone and not _SAME_DAY.search(plain):
        return 0
    return bool(_LATER.search(plain)) - bool(_EARLIER.search(plain))


def asks_for_others(text: str) -> bool:
    """ "Anything else on friday?": not what was offered already."""
    return bool(_OTHERS.search(_plain(text)))


def wants_a_moment(text: str) -> bool:
    """ "Give me a sec": nothing is to be said to that but to wait."""
    return bool(_MOMENT.search(_plain(text)) or _LOOKS_IT_UP.search(_plain(text)))


def names_another(text: str) -> bool:
    """ "Not for me, but my sister might": somebody else would like to come."""
    return bool(_REFERS.search(_plain(text)))


def is_on_the_way(text: str) -> bool:
    """ "Running late", "be there in 10"."""
    return bool(_LATE.search(_plain(text)))


def announces_a_question(text: str) -> bool:
    """ "I have a question": it is still to come."""
    return bool(_ANNOUNCES.search(_plain(text)))


def is_undecided(text: str) -> bool:
    """ "Not sure yet"."""
    return bool(_UNDECIDED.search(_plain(text)))


def at_the_same_time(times: Times, base: Window) -> Times:
    """The days of `times` (as far as they are whole days), each at the time of day of `base`.

    Of a whole week it is the day of `base`; of the very week that `base` lies in, that of the week after: who
    was offered Thursday at 3 and says "same time next week" means a week later.
    """
    days = [day for window in times.windows for day in _same_days(window, base.start)]
    windows = tuple(Window(day, day + _MINUTE, "minute") for day in days)
    return Times(windows, times.excluded) if windows else times


def _same_days(window: Window, base: datetime) -> list[datetime]:
    if window.grain == "day":
        return [datetime.combine(window.start, base.time())]
    if window.grain == "week":
        apart = _monday(window.start) - _monday(base)
        return [base + apart if apart else base + timedelta(weeks=1)]
    return []


def _monday(moment: datetime) -> date:
    return moment.date() - timedelta(days=moment.weekday())


def _plain(text: str) -> str:
    return text.lower().replace("’", "'")
