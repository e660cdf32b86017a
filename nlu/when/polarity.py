"""Which of the times in a text are wanted, which are ruled out, and which were taken back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from nlu.when.grammar import Token
from nlu.when.words import MOVES, wordset

Stance = Literal["wanted", "excluded", "replaced"]
TIMES = frozenset({"days", "clock", "moment"})

# Words before a time that rule it out, and what may stand between them and the time.
# Source: our own reading of how people turn times down in texts.
REFUSALS = wordset("""
    not cant cannot wont dont doesnt couldnt shouldnt isnt arent aint except excluding besides busy
    booked unavailable away never avoid unable gone swamped slammed tied travelling traveling
    vacation
""")
BETWEEN_REFUSAL_AND_TIME = wordset("""
    on at in the any do make it come be this able to of a work during available free for really
    there get want like have meet well swing by up out all town from most until through good great
    best fully here both either manage anything something
""")
BOOKED_UP = wordset("im am is are were fully all double already being get getting pretty solidly")
NEVER_BEFORE_A_REFUSAL = wordset("why if or whether was were did")  # "why not friday", "if not tuesday"

# "anything but friday", "any day other than", "rather than", "instead of".
EXCEPTIONS: tuple[tuple[str, ...], ...] = (
    ("but",), ("other", "than"), ("apart", "from"), ("aside", "from"), ("rather", "than"), ("instead", "of"),
    ("outside", "of"), ("with", "the", "exception", "of"),
)  # fmt: skip
_WIDE = wordset("""
    any anything anytime anyday every everyday everything all whenever always day time
""")

# Words behind a time that rule it out.
TURNED_DOWN = wordset("""
    bad no doesnt dont wont cant isnt not arent busy booked full packed crazy hectic impossible hard
    tough tricky terrible tight unavailable awful swamped slammed rough never out
""")
BEFORE_TURNED_DOWN = wordset("""
    is are was im i we ill be would really just so all pretty too super always kinda a an probably
    both will gonna going to usually this that also its it morning day
""")
AFTER_NOT = wordset("""
    good great possible ideal available free work working suit suitable do okay ok going gonna best
    convenient an able make an
""")
ACCEPTED = wordset("works work is are fine good ok okay great suits perfect better best")

LISTS = wordset("or and nor / plus")

# Said between two times, these take the earlier one back.
CORRECTIONS: tuple[tuple[str, ...], ...] = (
    ("i", "meant"), ("i", "mean"), ("meant",), ("wait",), ("scratch", "that"), ("correction",), ("make", "that"),
    ("make", "it"), ("sorry",), ("actually",), ("oops",), ("my", "bad"), ("no",), ("nvm",), ("never", "mind"),
    ("on", "second", "thought"), ("rather",), ("typo",), ("my", "mistake"), ("change", "it", "to"),
    ("lets", "do"), ("instead",),
)  # fmt: skip


def stances(tokens: Sequence[Token]) -> list[Stance]:
    """For each token that is a time, in order, whether it is wanted, ruled out or taken back."""
    places = [at for at, token in enumerate(tokens) if token.kind in TIMES]
    found: list[Stance] = ["excluded" if _excluded(tokens, at) else "wanted" for at in places]
    for index in range(1, len(places)):
        if found[index] == "wanted" and _takes_back(tokens, places[index - 1], places[index]):
            axis = tokens[places[index]].kind
            for earlier in range(index):
                if found[earlier] == "wanted" and tokens[places[earlier]].kind == axis:
                    found[earlier] = "replaced"
    return found


def _excluded(tokens: Sequence[Token], place: int) -> bool:
    behind = _verdict_behind(tokens, place)
    if behind is not None:
        return behind
    return _refused_before(tokens, place)


def _refused_before(tokens: Sequence[Token], place: int) -> bool:
    words = 0
    at = place - 1
    while at >= 0 and words < 7:
        token = tokens[at]
        if token.kind in TIMES:
            if tokens[at + 1].kind not in TIMES and tokens[at + 1].text not in LISTS | {
                ",",
                "on",
                "at",
                "in",
                "the",
            }:
                return False
            at -= 1
            continue
        text = token.text
        if text in REFUSALS:
            leading = tokens[at - 1].text if at else ""
            if text == "booked":  # "I'm booked friday" turns it down, "I booked friday" does not
                return leading in BOOKED_UP
            return leading not in NEVER_BEFORE_A_REFUSAL
        if text == "no":
            plural = getattr(tokens[place].value, "every", False)
            return at == place - 1 and plural
        if any(_ends_with(tokens, at, phrase) for phrase in EXCEPTIONS):
            return text != "but" or any(t.text in _WIDE for t in tokens[max(0, at - 3) : at])
        if text == ",":
            if not _list_goes_on(tokens, at):
                return False
        elif text not in BETWEEN_REFUSAL_AND_TIME and text not in LISTS:
            return False
        words += 1
        at -= 1
    return False


def _list_goes_on(tokens: Sequence[Token], comma: int) -> bool:
    """Whether a comma stands inside a list of times that ends in "or", "and": "mon, tue or wed"."""
    if not comma or tokens[comma - 1].kind not in TIMES or tokens[comma + 1].kind not in TIMES:
        return False
    rest = [token for token in tokens[comma + 1 : comma + 8] if token.kind not in TIMES]
    for token in rest:
        if token.text in LISTS:
            return True
        if token.text != ",":
            return False
    return False


def _ends_with(tokens: Sequence[Token], at: int, phrase: tuple[str, ...]) -> bool:
    start = at - len(phrase) + 1
    return start >= 0 and tuple(token.text for token in tokens[start : at + 1]) == phrase


def _verdict_behind(tokens: Sequence[Token], place: int) -> bool | None:
    """What is said behind a time: True turned down, False accepted, None nothing."""
    at = place + 1
    steps = 0
    while at < len(tokens) and steps < 6:
        token = tokens[at]
        text = token.text
        if token.kind in TIMES:
            pass  # "tuesday morning doesn't work", "tuesday and friday are bad"
        elif text in TURNED_DOWN:
            after = tokens[at + 1].text if at + 1 < len(tokens) else ""
            if text in ("not", "no"):
                return after in AFTER_NOT or None
            if text == "out":
                return tokens[at - 1].text in ("is", "are") or None
            if text in ("cant", "wont", "dont", "doesnt", "isnt", "never") and after in _OTHER_THINGS:
                return None
            return True
        elif text in ACCEPTED and text not in ("is", "are"):
            return False
        elif text not in BEFORE_TURNED_DOWN and text not in LISTS:
            return None
        at += 1
        steps += 1
    return None


_OTHER_THINGS = wordset("""
    wait worry forget know have need find see tell remember believe there that it
""")


def _takes_back(tokens: Sequence[Token], earlier: int, later: int) -> bool:
    between = [token.text for token in tokens[earlier + 1 : later]]
    if len(between) > 12:
        return False
    for phrase in CORRECTIONS:
        for start in range(len(between) - len(phrase) + 1):
            if tuple(between[start : start + len(phrase)]) == phrase:
                return True
    moving = any(token.text in MOVES for token in tokens[:earlier])
    return moving and bool(between) and between[-1] in ("to", "until", "for") and "or" not in between
