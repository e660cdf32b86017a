"""Splits a text into the clauses that may each carry an intent of its own.

"how much is it, and could I come Tuesday?" are two; "between 2 and 4" and "mon and tue" stay whole. When in
doubt the text stays whole: the model reads the whole text in any case.
"""

from __future__ import annotations

import re

from nlu.plain_answers import read_plain

MOST_CLAUSES = 4
FEWEST_WORDS = 2
"""Of a sentence, or of what stands before a joint. "later. how is" is none, "maybe later. how is" is one."""

FEWEST_WORDS_JOINED = 3
"""Of what a comma or an "and" adds."""

# A new sentence: after its mark and a space, but not after "dr." or "a.m." or a number's dot.
_SENTENCE = re.compile(
    r"\n+|(?<=[?!…;])\s*(?=\w)|(?<=[a-z\d]{3}\.)\s+|(?<=\.\.)\s+|(?<=[\w)]\.)\s+(?=[A-Z])|\s+[-–—]\s+"
)
_TITLE = re.compile(r"\b(?:dr|mr|mrs|ms|st|vs|a\.m|p\.m)\.$", re.IGNORECASE)

# Words that begin a clause of its own after a comma, "and", "but", "also".
_STARTER = (
    r"(?:i|im|i'm|i'd|id|i'll|ill|ive|i've|we|we'd|you|u|it's|its|that's|can|could|cld|would|will|do|does|did|is|are"
    r"|am|was|have|has|how|what|whats|what's|when|where|wheres|where's|who|who's|why|which|whose|please|pls|plz"
    r"|let|lets|let's|book|cancel|call|stop|tell|give|send|thanks|thank|sorry|actually|maybe|not)\b"
)
_LINK = r"(?:,|\band\b|\bn\b|&|\bbut\b|\bplus\b|\bbtw\b)"
_JOINT = re.compile(rf"\s*{_LINK}(?:\s*(?:{_LINK}|\balso\b|\bso\b))*\s+(?={_STARTER})", re.IGNORECASE)
# A plain answer before a comma: "yes, do you take delta". The comma may be missing after the shortest.
_ANSWER_FIRST = re.compile(r"^\s*([^,.!?;\n]{1,24}),\s+(?=\S)")


def clauses(text: str) -> tuple[str, ...]:
    """The clauses in order, at most MOST_CLAUSES; of an empty text none."""
    found: list[str] = []
    for sentence in _sentences(text):
        answer = _ANSWER_FIRST.match(sentence)
        if (
            answer
            and _says_yes_or_no(answer[1])
            and len(sentence[answer.end() :].split()) >= FEWEST_WORDS_JOINED
        ):
            found.append(answer[1].strip())
            sentence = sentence[answer.end() :]
        found += _joined_back([part for part in _JOINT.split(sentence) if part.strip()])
    if len(found) > MOST_CLAUSES:
        found[MOST_CLAUSES - 1 :] = [" ".join(found[MOST_CLAUSES - 1 :])]
    return tuple(found)


def _sentences(text: str) -> list[str]:
    """Sentences and lines; a fragment of a word or two joins the one before it."""
    found: list[str] = []
    for part in (part.strip() for part in _SENTENCE.split(text)):
        if not any(c.isalnum() or ord(c) > 0x2000 for c in part):
            continue
        if found and (_TITLE.search(found[-1]) or not _stands_alone(part)):
            found[-1] += " " + part
        else:
            found.append(part)
    if len(found) > 1 and not _stands_alone(found[0]):
        found[:2] = [" ".join(found[:2])]
    return found


def _joined_back(parts: list[str]) -> list[str]:
    """Clauses of one sentence; a part too short to mean something alone goes back to its neighbour."""
    found: list[str] = []
    for part in (part.strip() for part in parts):
        if found and (len(part.split()) < FEWEST_WORDS_JOINED or len(found[-1].split()) < FEWEST_WORDS):
            found[-1] += ", " + part
        else:
            found.append(part)
    return found


def _says_yes_or_no(part: str) -> bool:
    pieces = read_plain(part) or ()
    parts = {piece.part for piece in pieces}
    return bool(parts & {"yes", "agree", "no"}) and not parts & {"time", "number"}


def _stands_alone(part: str) -> bool:
    words = part.split()
    return len(words) >= FEWEST_WORDS or part.endswith("?") or read_plain(part) is not None
