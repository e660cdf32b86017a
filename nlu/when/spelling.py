"""From a text as people type it to plain lower-case words: texting spellings, typos, masked non-times."""

from __future__ import annotations

import re
from functools import lru_cache

from nlu.when.words import MONTHS, RELATIVE_DAYS, WEEKDAYS, wordset

# Plain words -> what people type for them. Source: common texting usage and the keyboard's usual slips,
# collected by hand for this project; single slips in long names are found by `corrected` without a table.
TYPED: dict[str, str] = {
    "tomorrow": "tmrw tmrrw tmr tmw tmmrw tmmr tomo tom0rrow tomoz tmoro tmorrow tomorro tommorow tommorrow "
    "2moro 2morrow 2mro 2mrw 2mrow tomorrows",
    "today": "2day todays tday 2dy",
    "tonight": "2nite 2night tonite tonights tonihgt tnite 2nyt tonit",
    "night": "nite nyt nitetime",
    "monday": "mondy moday munday",
    "tuesday": "tuesdy tuseday tuesady teusday tusday",
    "wednesday": "wednsday wensday wednesdy wendsday wednes wedn wendesday",
    "thursday": "thurz thrs thursdy thrusday thurday thirsday thursd thurdsay",
    "friday": "frday firday fryday fridy",
    "saturday": "saterday saturdy satruday satday",
    "sunday": "sundy sundey",
    "next": "nxt nex nect",
    "week": "wk",
    "weekdays": "m-f m-fri mon-fri",
    "weekend": "wknd wkend weeknd wkd weekened w/end",
    "weekends": "wknds wkends",
    "morning": "morn mornin morining mornign moring mrng",
    "afternoon": "aft arvo aftn aftrnoon afternoo afternon aftenoon",
    "evening": "evng evenin eveing evning",
    "before": "b4 bfore befor bef b/4",
    "after": "aftr",
    "until": "til till untill untl",
    "through": "thru thro",
    "between": "btwn betwen betweeen b/w",
    "around": "arnd aroud abt abut approx circa",
    "couple": "coupla cpl",
    "holidays": "hols hollidays holidys",
    "christmas": "xmas crimbo",
    "thanksgiving": "tgiving turkey-day",
    "february": "febuary feburary",
    "august": "agust",
    "yesterday": "ystrday yesterdays yday",
    "cant": "cnt can't cannot",
    "oclock": "o'clock 0clock",
    "half past": "half-past",
    "and": "n",
    "week commencing": "w/c wc",
    "end of day": "eod cob",
    "end of the week": "eow",
    "end of the month": "eom",
    "on the day": "otd",
    "right now": "rn atm",
}
SPELLINGS: dict[str, str] = {
    typed: plain for plain, spellings in TYPED.items() for typed in spellings.split()
}

_LONG_NAMES = tuple(n for n in (*WEEKDAYS, *MONTHS, *RELATIVE_DAYS, "afternoon") if len(n) >= 6)
# Near to a name, and yet no misspelling of it.
_REAL_WORDS = wordset("sundae monkey sundry friend friends fridge augment")

_REWRITES: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        (r"[‘’ʼ´`]", "'"),
        (r"[“”]", '"'),
        (r"[‐‑‒–—―−]", "-"),
        (r"½", " 1/2"),
        (r"¼", " 1/4"),
        (r"\bo\s?['\"]\s?clock|\bo clock", "oclock"),
        (r"(\d)\s*\.?\s?([ap])\s?\.\s?m\b\.?", r"\1 \2m"),
        (r"\b([ap])\.m\b\.?", r"\1m"),
        (r"(\d)\s?([ap])m\b\.?", r"\1 \2m"),
        (r"(\d{1,2})([ap])\b\.?", r"\1 \2m"),
        (r"(\d)\.(\d\d) ?([ap]m)\b", r"\1:\2 \3"),
        (r"\b(\d{1,2})h(\d\d)\b", r"\1:\2"),
        (r"\b([01]\d|2[0-3])([0-5]\d) ?(?:h|hrs|hours)\b", r"\1:\2"),
        (r"\b(\d+)'(?=\W|$)", r"\1 minutes"),
        (r'\b(\d+)"', r"\1 seconds"),
        (r"@", " at "),
        (r"&", " and "),
        (r"~\s?(?=\d)", " around "),
        (r"\bw/", " with "),
        (r"\bday after (?:tomorrow|tmrw|tmr|tomorow)\b", "overmorrow"),
        (r"\b(early|late|mid|later)-", r"\1 "),
        (r"\bmid(?=(?:week|morning|afternoon|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec))", "mid "),
        (r"\b(twenty|thirty|forty|fifty|three(?=-quarters))-", r"\1 "),
        (r"\b(night|day|lunch|dinner|noon)[- ]time\b", r"\1time"),
        (r"(?<=\w)-ish\b", " ish"),
        (r"\bweek-ends?\b", "weekend"),
        (r"\b(end|start|beginning) of (week|month|year)\b", r"\1 of the \2"),
        (r"\b(jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)\. ?(?=\d)", r"\1 "),
        (r"\bweek ?days?\b", "weekdays"),
        (r"\b(?:business|working) days?\b", "workdays"),
        (r"\b(\w+day)'s\b", r"\1"),
        (r"'s\b", "s"),
        (r"'", ""),
    )
)

# What looks like a time and is none: money, shares, phone numbers, addresses, kind wishes.
_NOT_TIMES = re.compile(
    r"""
      [$£€]\s?\d[\d,.]*k?
    | \d[\d,]*(?:\.\d+)?\s?(?:[$£€%]|(?:dollars?|bucks?|usd|euros?|pounds?|percent|cents?)\b)
    | \b(?:\+?1[-. ])?\(?\d{3}\)?[-. ]\d{3}[-. ]\d{4}\b
    | (?<![\d:/-])\d{3}-\d{4}\b
    | \b\d{9,}\b | \+\d{7,}
    | \b24\s?/\s?7\b | \b50\s?/\s?50\b | \b100\b
    | \b\d{1,5}\ (?:[a-z]+\ ){1,2}(?:street|avenue|ave|road|rd|blvd|boulevard|lane|ln|drive|parkway|plaza)\b
    | \b(?:suite|ste|apt|apartment|unit|room|building|bldg|floor|exit|highway|route)\s?\#?\d+\b
    | \b(?:option|number|no\.|tooth|teeth)\s?\#?\d+\b
    | \#\d+
    | \b(?:
          (?:have|enjoy|hope)\b[a-z ]{0,14}\b(?:good|great|nice|lovely|wonderful|blessed|safe|fun|amazing)
        | happy
        | enjoy\ (?:your|the)
      )\ (?:rest\ of\ (?:your|the)\ )?(?:weekend|day|week|evening|night|morning|afternoon|[a-z]+day)\b
    | (?<!in\ )(?<!within\ )(?<!after\ )\bone\ day\b(?!\ (?:or|later|from|before|after))
    | \S+@\S+\.\S+
    """,
    re.VERBOSE,
)

_WORD = re.compile(r"[a-z0-9/'-]*[a-z][a-z0-9/'-]*")


def plain(text: str) -> str:
    """The text in lower case, in plain words, with what is surely no time taken out."""
    text = text.lower()
    for pattern, replacement in _REWRITES[:3]:
        text = pattern.sub(replacement, text)
    text = _NOT_TIMES.sub(" · ", text)
    text = _WORD.sub(lambda found: SPELLINGS.get(found.group(), found.group()), text)
    for pattern, replacement in _REWRITES[3:]:
        text = pattern.sub(replacement, text)
    return text


@lru_cache(maxsize=4096)
def corrected(word: str) -> str:
    """The word, or the long day or month name that it misspells by one letter."""
    if word in SPELLINGS:
        return SPELLINGS[word]
    if len(word) < 6 or word in _REAL_WORDS or word.removesuffix("s") in _LONG_NAMES:
        return word
    for name in _LONG_NAMES:
        if abs(len(name) - len(word)) <= 1 and word[0] == name[0] and _one_slip(word, name):
            return name
    return word


def _one_slip(word: str, name: str) -> bool:
    """Whether one letter is missing, doubled, wrong, or swapped with its neighbour."""
    if word == name:
        return True
    start = 0
    while start < min(len(word), len(name)) and word[start] == name[start]:
        start += 1
    rest, wanted = word[start:], name[start:]
    return (
        rest[1:] == wanted
        or rest == wanted[1:]
        or rest[1:] == wanted[1:]
        or (len(rest) > 1 and rest[1::-1] == wanted[:2] and rest[2:] == wanted[2:])
    )
