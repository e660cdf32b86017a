"""From plain words to tokens: every word gets its kind, and words that only look like a day lose theirs."""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache

import dateparser

from nlu.when import words
from nlu.when.calendar_steps import next_yearly
from nlu.when.grammar import NOTHING, Token
from nlu.when.named_days import BESIDE_A_HOLIDAY, HOLIDAYS, STRETCHES, TURNING_POINTS
from nlu.when.spelling import corrected, plain
from nlu.when.values import Clock, Ordinal
from nlu.when.words import wordset

_PHRASES = sorted((*HOLIDAYS, *BESIDE_A_HOLIDAY, *STRETCHES, *TURNING_POINTS), key=len, reverse=True)

_TOKEN = re.compile(
    rf"""
      (?P<date> \d{{4}}-\d{{1,2}}-\d{{1,2}} | \d{{1,2}}/\d{{1,2}}/\d{{2,4}} | \d{{1,2}}\.\d{{1,2}}\.\d{{2,4}}
              | \d{{1,2}}-\d{{1,2}}-(?:\d{{4}}|\d{{2}})(?!\d) | 20[0-9]{{2}}[01]\d[0-3]\d(?!\d) )
    | (?P<slash> \d{{1,2}}\s?/\s?\d{{1,2}} (?![\d/]) )
    | (?P<clocktext> \d{{1,2}}:\d{{2}} (?: :\d{{2}} )? (?!\d) )
    | (?P<ord> \d{{1,2}}(?:st|nd|rd|th)(?![a-z]) )
    | (?P<num> \d+(?:\.\d+)? )
    | (?P<phrase> \b(?:{"|".join(map(re.escape, _PHRASES))})\b )
    | (?P<word> [a-z]+ )
    | (?P<punct> [-.,!?;:/\n·+] )
    """,
    re.VERBOSE,
)

# One look at the raw text tells most texts that name no time. Whatever the grammar can begin with is here.
_HINT = re.compile(
    r"""\d|day|morrow|night|noon|morn|even|even|week|month|year|hour|minute|mins?\b|hrs?\b|wk|lunch|dinner
    |breakfast|\b(?:mon|tue|tues|wed|weds|thu|thur|thurs|fri|sat|sun)s?\b|jan|feb|mar|apr|\bmay\b|jun|jul|aug
    |sep|oct|nov|dec|spring|summer|fall|autumn|winter|quarter|half|fortnight|\bnow\b|moment|holi|hols
    |school|easter|xmas|crimbo|christmas|thanksg|hallow|valent|patrick|junete|nye|season|break|later|asap
    |tm|tom|2m|2n|nite|nyt|aft|arvo|arvos|\bam\b|\bpm\b|\beo[dwm]\b|\bcob\b|\brn\b|\batm\b|second|oclock|clock
    |\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty)|first|third|fourth
    |th\b|work|soon|dy\b|yday|wkn|wke|overm|rest\ of|end\ of|nd\ of""",
    re.IGNORECASE | re.VERBOSE,
)


def names_no_time(text: str) -> bool:
    """Whether one look is enough: nothing in the text could be part of a time."""
    return _HINT.search(text) is None


def tokens_of(text: str, today: date) -> list[Token]:
    """The tokens of a text as typed."""
    found: list[Token] = []
    for match in _TOKEN.finditer(plain(text)):
        kind = match.lastgroup or "word"
        token = _token(kind, match.group(), today)
        if token is not None:
            found.append(token)
    return [_settled(found, place) for place in range(len(found))]


def _token(kind: str, text: str, today: date) -> Token | None:
    if kind == "date":
        return Token("date", text, written_date(text))
    if kind == "slash":
        return Token("slash", text.replace(" ", ""), text.replace(" ", ""))
    if kind == "clocktext":
        return Token("clocktext", text, text)
    if kind == "ord":
        return Token("ord", text, Ordinal(int(text[:-2])))
    if kind == "num":
        return Token("decimal", text, float(text)) if "." in text else Token("num", text, int(text))
    if kind == "phrase":
        return Token(_phrase_kind(text), text, text)
    if kind == "punct":
        return Token("punct", text)
    return _word(corrected(text))


def _phrase_kind(text: str) -> str:
    if text in STRETCHES:
        return "stretch"
    return "turning" if text in TURNING_POINTS else "holiday"


_KINDS: dict[str, tuple[str, int | str | Ordinal | Clock]] = {
    **{word: ("unit", unit) for word, unit in words.UNITS.items()},
    **{word: ("part", part) for word, part in words.PART_WORDS.items()},
    **{word: ("parts", part) for word, part in words.PLURAL_PARTS.items()},
    **{word: ("season", word) for word in words.SEASONS},
    **{word: ("relative", days) for word, days in words.RELATIVE_DAYS.items()},
    **{word: ("num", number) for word, number in words.NUMBERS.items()},
    **{word: ("ord", Ordinal(number, spelled=True)) for word, number in words.ORDINALS.items()},
    **{word: ("month", month) for word, month in words.MONTHS.items()},
    **{word: ("weekday", weekday) for word, weekday in words.WEEKDAYS.items()},
    **{word + "s": ("weekdays", weekday) for word, weekday in words.WEEKDAYS.items() if word != "wed"},
    **{
        word: ("clock", Clock(minutes, minutes + 60, "at", "hour"))
        for word, minutes in words.NAMED_CLOCKS.items()
    },
    "am": ("ampm", "am"),
    "pm": ("ampm", "pm"),
    "quarter": ("word", "quarter"),
    "tues": ("weekday", 1),
    "thurs": ("weekday", 3),
}


def _word(text: str) -> Token:
    kind, value = _KINDS.get(text, ("word", None))
    if kind == "word" and text.endswith("ish") and text[:-3] in _KINDS:
        kind, value = _KINDS[text[:-3]]
        text = text[:-3]
    return Token(kind, text, value)


@lru_cache(maxsize=1024)
def written_date(text: str) -> date | None:
    """A date in digits with its year, read by dateparser in the order of the United States."""
    if text.isdigit():
        text = f"{text[:4]}-{text[4:6]}-{text[6:]}"
    order = "YMD" if text[:4].isdigit() else "MDY"
    found = dateparser.parse(text, languages=["en"], settings={"DATE_ORDER": order})
    return found.date() if found else None


def slash_date(text: str, today: date) -> date | None:
    """The next date written as "3/10", month first; "25/3" can only be a day first."""
    found = written_date(f"{text}/2028")  # a leap year, so that 2/29 can be read
    return next_yearly(today, found.month, found.day) if found else None


_BEFORE_A_NAME = wordset("""
    on this next last every in by until before after from since to through or of mid early late
    coming any for start end - / and between until
""")
_PRONOUNS = wordset("i you we it that they he she who which this there u ya")
_TIMEY = wordset("num ord clocktext weekday part ampm relative clock date slash month")
_NUMERIC = frozenset(["num", "ord"])


def _settled(tokens: list[Token], place: int) -> Token:
    """The token, or a plain word in its stead where its neighbours say that it names no time here."""
    token = tokens[place]
    before = tokens[place - 1] if place else NOTHING
    after = tokens[place + 1] if place + 1 < len(tokens) else NOTHING
    fits = True
    if token.text == "am":
        if before.text == "the":
            return Token("part", "morning", "morning")
        fits = (before.kind in _TIMEY or before.text == "oclock") and before.text != "i"
    elif token.text == "pm" and before.text == "the":
        return Token("part", "afternoon", "afternoon")
    elif token.text == "may":
        fits = (
            after.kind in _NUMERIC
            or before.kind in _NUMERIC
            or (
                before.text not in _PRONOUNS
                and (before.text in _BEFORE_A_NAME or before.kind in ("end", "punct"))
                and after.text not in _PRONOUNS | {"be", "have", "not", "my"}
            )
            or (before.text == "of")
        )
    elif token.text == "mar":
        fits = after.kind in _NUMERIC or before.kind in _NUMERIC or before.text in _BEFORE_A_NAME
    elif token.text in ("sun", "suns", "sats"):
        fits = before.text not in ("the", "my", "full") and after.text not in ("burn", "light", "screen")
    elif token.text == "sat":
        fits = before.text not in _PRONOUNS - {"this"} | {"just", "have", "been"} and after.text not in (
            "down",
            "there",
            "with",
            "in",
        )
    elif token.text == "wed":
        fits = before.text not in ("to", "we", "newly", "get", "got", "were") or after.kind in _TIMEY
    elif token.text == "eve":
        fits = before.kind in _TIMEY
    return token if fits else Token("word", token.text)
