"""Which of the times in a text are wanted, which are ruled out, and which were taken back.

The word lists are our own reading of how people accept and turn down times in texts.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Literal

from nlu.when.grammar import CLAUSE_ENDS, Token
from nlu.when.words import MOVES, wordset

Stance = Literal["wanted", "excluded", "never", "replaced"]  # "never": any day but this one
Phrase = tuple[str, ...]
TIMES = frozenset({"days", "clock", "moment"})


def phrases(text: str) -> tuple[Phrase, ...]:
    """Phrases of a table that is written as text with commas."""
    return tuple(tuple(phrase.split()) for phrase in text.split(","))


# Words before a time that rule it out, and what may stand between them and the time.
REFUSALS = phrases(
    "not, cant, wont, dont, doesnt, couldnt, shouldnt, isnt, arent, aint, never, avoid, unable, "
    "busy, booked, unavailable, away, gone, swamped, slammed, tied, travelling, traveling, "
    "out of town, out of office, out of the office, out of state, im out, am out, on vacation, on holiday, "
    "at work, i work, have work, got work, im working, am working, on shift, in class, have class, "
    "have a class, have school, have practice, have a call, have a meeting, got a meeting, in a meeting, "
    "in meetings, no good, no time"
)
DAYS_OFF = phrases("i dont work, we dont work, im not working, not at work, im off, am off")
BETWEEN_REFUSAL_AND_TIME = wordset(
    "stop on at in the any do make it come be this able to of a work during available free for really there "
    "get want like have meet well swing by up out all town from most until through good great best "
    "fully here both either manage anything something"
)
BOOKED_UP = wordset("im am is are fully all double already being get getting pretty solidly")
NO_REFUSAL_BEHIND = wordset("why if or whether")  # "why not friday", "if not tuesday"
TOLD = wordset("was were did")  # "I was not there that weekend" turns nothing down

# "anything but friday", "any day other than", "rather than", "instead of".
EXCEPTIONS = phrases(
    "but, than, except, besides, excluding, other than, apart from, aside from, rather than, instead of, "
    "outside of, with the exception of"
)
WIDE = wordset(
    "any anything anytime anyday every everyday everything all whenever always day days time times"
)

# Words behind a time that rule it out, that accept it, and what may stand between.
TURNED_DOWN = wordset(
    "bad no doesnt dont wont cant isnt not arent busy booked full packed crazy hectic impossible hard "
    "tough tricky terrible tight unavailable awful swamped slammed rough never out"
)
ACCEPTED = wordset("works work fine good ok okay great suits perfect better best")
BEFORE_A_VERDICT = wordset(
    "is are was im i we ill be would really just so all pretty too super always kinda a an probably "
    "both will gonna going to usually this that also its it day"
)
AFTER_NOT = wordset(
    "good great possible ideal available free work working suit suitable do okay ok going gonna best "
    "convenient an able make"
)
OTHER_THINGS = wordset(
    "wait worry forget know have need find see tell remember believe there that it think want mind"
)

LISTS = wordset("or and nor / plus")

# Said between two times, these take the earlier one back.
CORRECTIONS = phrases(
    "i meant, i mean, meant, wait, scratch that, correction, make that, make it, sorry, actually, oops, "
    "my bad, my mistake, typo, no, nvm, never mind, on second thought, rather, change it to, lets do, instead"
)


def stances(tokens: Sequence[Token]) -> list[Stance]:
    """For each token that is a time, in order, whether it is wanted, ruled out or taken back."""
    places = [at for at, token in enumerate(tokens) if token.kind in TIMES]
    found: list[Stance] = [_stance(tokens, at) for at in places]
    for index in range(1, len(places)):
        if found[index] != "wanted":
            continue
        between = range(places[index - 1] + 1, places[index])
        if _moved(tokens, between):
            kinds = TIMES
        elif _corrected(tokens, between):
            kinds = _kinds_from(tokens, places[index:])
        else:
            continue
        for earlier in range(index):
            if found[earlier] == "wanted" and tokens[places[earlier]].kind in kinds:
                found[earlier] = "replaced"
    return found


def _stance(tokens: Sequence[Token], place: int) -> Stance:
    verdict = _verdict_behind(tokens, place)
    return verdict or _verdict_before(tokens, place)


def _verdict_before(tokens: Sequence[Token], place: int) -> Stance:
    """Walk back from a time over words that may stand between, until one of them settles it."""
    if tokens[place].kind == "moment":  # "not interested right now"
        return "excluded" if _refused_in_clause(tokens, place) else "wanted"
    steps = 0
    at = place - 1
    while at >= 0 and steps < 7:
        token = tokens[at]
        text = token.text
        leading = tokens[at - 1].text if at else ""
        if token.kind in TIMES:
            if tokens[at + 1].kind not in TIMES and tokens[at + 1].text not in _LINKS:
                return "wanted"
        elif text == "no":  # "no mondays", while "no, monday" and "no monday is fine" are none
            plural = getattr(tokens[place].value, "every", False)
            return "excluded" if at == place - 1 and plural else "wanted"
        elif _ends(tokens, at, EXCEPTIONS):
            if any(token.text in WIDE for token in tokens[max(0, at - 3) : at]):
                return "never"
            return "wanted" if text == "but" else "excluded"
        elif _ends(tokens, at, DAYS_OFF):
            return "wanted"
        elif _ends(tokens, at, REFUSALS):
            return "excluded" if _refuses(text, leading) else "wanted"
        elif text == ",":
            if not _list_goes_on(tokens, at):
                return "wanted"
        elif text not in BETWEEN_REFUSAL_AND_TIME and text not in LISTS:
            return "wanted"
        steps += token.kind not in TIMES
        at -= 1
    return "wanted"


def _refused_in_clause(tokens: Sequence[Token], place: int) -> bool:
    for at in range(place - 1, -1, -1):
        if tokens[at].text in CLAUSE_ENDS or tokens[at].kind in TIMES:
            return False
        if _ends(tokens, at, REFUSALS):
            return _refuses(tokens[at].text, tokens[at - 1].text if at else "")
    return False


def _refuses(word: str, leading: str) -> bool:
    """Whether the word that may refuse does so behind this one."""
    if word == "booked":  # "I'm booked friday" turns it down, "I booked friday" does not
        return leading in BOOKED_UP
    return leading not in NO_REFUSAL_BEHIND and not (word == "not" and leading in TOLD)


_LINKS = LISTS | wordset(", on at in the")


def _ends(tokens: Sequence[Token], at: int, table: tuple[Phrase, ...]) -> bool:
    """Whether one of the phrases ends at that token."""
    last = tokens[at].text
    for phrase in table:
        if phrase[-1] != last:
            continue
        start = at - len(phrase) + 1
        if start >= 0 and all(tokens[start + i].text == word for i, word in enumerate(phrase)):
            return True
    return False


def _list_goes_on(tokens: Sequence[Token], comma: int) -> bool:
    """Whether a comma stands inside a list of times that ends in "or", "and": "mon, tue or wed"."""
    if not comma or tokens[comma - 1].kind not in TIMES or tokens[comma + 1].kind not in TIMES:
        return False
    for token in tokens[comma + 1 : comma + 9]:
        if token.text in LISTS:
            return True
        if token.kind not in TIMES and token.text != ",":
            return False
    return False


def _verdict_behind(tokens: Sequence[Token], place: int) -> Stance | None:
    """What is said behind a time: turned down, accepted, or nothing."""
    for at in range(place + 1, min(place + 7, len(tokens))):
        text = tokens[at].text
        if tokens[at].kind in TIMES:
            continue  # "tuesday morning doesn't work", "tuesday and friday are bad"
        after = tokens[at + 1].text if at + 1 < len(tokens) else ""
        if text in TURNED_DOWN:
            if text in ("not", "no"):
                return "excluded" if after in AFTER_NOT else None
            if text == "out":
                return "excluded" if tokens[at - 1].text in ("is", "are") else None
            return None if after in OTHER_THINGS else "excluded"
        if text in ACCEPTED:
            return "wanted" if not (at and tokens[at - 1].text in ("i", "we")) else "excluded"
        if text not in BEFORE_A_VERDICT and text not in LISTS:
            return None
    return None


def _corrected(tokens: Sequence[Token], between: range) -> bool:
    """Whether something was said between two times that takes the first one back."""
    return len(between) <= 12 and any(_ends(tokens, at, CORRECTIONS) for at in between)


def _moved(tokens: Sequence[Token], between: range) -> bool:
    """Whether the second time is where the first is to be moved: "move my tuesday visit to thursday"."""
    words = [tokens[at].text for at in between]
    moving = any(token.text in MOVES for token in tokens[: between.start])
    return moving and len(words) <= 12 and words[-1:] in (["to"], ["until"], ["for"]) and "or" not in words


def _kinds_from(tokens: Sequence[Token], places: list[int]) -> frozenset[str]:
    """The kinds of times that stand together from the first of these places on."""
    kinds = {tokens[places[0]].kind}
    for place, after in pairwise(places):
        if after - place > 3:
            break
        kinds.add(tokens[after].kind)
    return frozenset(kinds)
