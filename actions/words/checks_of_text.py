"""What may be wrong with a single text."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from actions.words.about import About
from actions.words.brief import Brief, says_never
from actions.words.finding import Finding, finding, quoted
from actions.words.grammar import Parsed
from actions.words.health import names_health, tells_health
from actions.words.merge_fields import FIELDS, MAY_BE_EMPTY, NEVER_IN_HEALTH, OFFER, UnusableText
from actions.words.own_name import as_said, without_name, without_name_in_any_case
from actions.words.paths import Place
from actions.words.plain import PLAIN
from actions.words.renderings import ALWAYS, in_general, renderings
from actions.words.rules import rules
from actions.words.sms_segments import UCS_2, count
from actions.words.step import Step
from actions.words.template import from_braces, parse

LONGEST = 320
"""Characters of a text at its longest (Twilio's advice)."""

LONG_SILENCE = 30
"""Days after which a text says again that an assistant writes."""

A_YEAR = 12
"""From so many months of silence on the first text says how we know people."""

MANY = 2
"""SMS segments that a text may have at its longest."""

_OF_THE_BRIEF = {
    "offer": "an offer",
    "offer_terms": "terms",
    "offer_until": "a last day",
    "why_now": "a why now",
}


def check_text(
    step: Step, template: str, brief: Brief, about: About, place: Place, *, whatsapp: bool = False
) -> Iterator[Finding]:
    """All that speaks against one text at its place in the sequence."""
    try:
        parsed = parse(from_braces(template))
        texts = renderings(template, brief, in_general(about), step.day)
    except UnusableText as error:
        yield finding("unusable_text", step, str(error))
        return
    yield from _fields(step, parsed, brief, about)
    texts = texts or [template]  # it can never be said as it is: the words are looked at all the same
    yield from _needs(step, texts, about, place)
    yield from _words(step, texts, parsed, about, place)
    yield from _brief(step, texts, parsed, brief, about)
    if not whatsapp:
        yield from _length(step, template, renderings(template, brief, about, step.day) or texts)


def _fields(step: Step, parsed: Parsed, brief: Brief, about: About) -> Iterator[Finding]:
    for name in sorted(parsed.fields - FIELDS.keys()):
        yield finding("unknown_field", step, f"{name}; there are {', '.join(FIELDS)}")
    if about.health_trade:
        for name in sorted(parsed.fields & NEVER_IN_HEALTH):
            yield finding("health_treatment", step, f"{{{{ {name} }}}}")
        for column in sorted(parsed.columns):
            if tells_health(column, about.services):
                yield finding("health_treatment", step, f'{{{{ extra["{column}"] }}}}')
    given = {
        "offer": brief.offer,
        "offer_terms": brief.terms,
        "offer_until": brief.expires_on,
        "why_now": brief.why_now,
    }
    for name in sorted(parsed.required - ALWAYS - MAY_BE_EMPTY):
        if name not in FIELDS and not name.startswith("extra["):
            continue
        if name == "openings":
            yield finding(
                "missing_field", step, "The calendar cannot always be read: {{ openings }} may be empty."
            )
        elif name in given:
            if not given[name]:
                yield finding("missing_field", step, f"The brief has not {_OF_THE_BRIEF[name]}.")
        else:
            yield from _lacking(step, name, about.lacking.get(name))


def _lacking(step: Step, name: str, share: float | None) -> Iterator[Finding]:
    field = f"{{{{ {name} }}}}"
    if share is None:
        yield finding("some_lack_field", step, f"Not every contact has {field}.")
    elif share > 0.5:
        yield finding("missing_field", step, f"{share:.0%} of the contacts have no {field}.")
    elif share > 0:
        yield finding("some_lack_field", step, f"{max(share, 0.01):.0%} of the contacts have no {field}.")


def _needs(step: Step, texts: list[str], about: About, place: Place) -> Iterator[Finding]:
    """What every rendering must hold: nobody gets the one that lacks it."""
    wanted = ["opt_out_line"]
    if place.is_first or place.silence > LONG_SILENCE:
        wanted.append("disclosure")
    if place.is_first and (about.oldest_months is None or about.oldest_months >= A_YEAR):
        wanted.append("how_we_know_you")
    bare = [without_name_in_any_case(text, about.business) for text in texts]
    for name in wanted:
        # a name such as "Digital Assistant Repair" discloses nothing
        if not all(rules()[name].is_met_by(text) for text in (bare if name == "disclosure" else texts)):
            yield finding(name, step)
    if place.is_first and not all(as_said(about.business).lower() in text.lower() for text in texts):
        yield finding("who_we_are", step)


def _words(step: Step, texts: list[str], parsed: Parsed, about: About, place: Place) -> Iterator[Finding]:
    for rule in rules().values():
        if not rule.patterns or rule.name == "promised_last":
            continue
        if rule.only == "first" and not place.is_first:
            continue
        if rule.unless_openings and "openings" in parsed.fields:
            continue
        # the business's own name is no claim of the text's
        bare = (without_name(text, about.business) for text in texts)
        words = list(dict.fromkeys(word for text in bare for word in rule.found_in(text)))
        if rule.name == "links" and words:
            short = rules()["short_links"]
            words = [word for word in words if not short.found_in(word)]
        if words:
            yield finding(rule.name, step, quoted(words))
    if about.health_trade:
        named = [word for text in texts for word in names_health(text, about.services, about.business)]
        if named:
            yield finding("health_treatment", step, quoted(list(dict.fromkeys(named))))


def _brief(step: Step, texts: list[str], parsed: Parsed, brief: Brief, about: About) -> Iterator[Finding]:
    for text in texts:
        if phrase := says_never(brief, text):
            yield finding("never_say", step, quoted([phrase]))
            break
    if not parsed.fields & OFFER and not (brief.offer and any(brief.offer in text for text in texts)):
        return
    leaves = about.today + timedelta(days=step.day)
    if brief.expires_on is not None and leaves > brief.expires_on:
        yield finding("offer_expired", step, f"leaves on {leaves}, offered until {brief.expires_on}")
    if brief.terms and "offer_terms" not in parsed.fields and not all(brief.terms in text for text in texts):
        yield finding("offer_terms", step, "its terms: use {{ offer_terms }}")
    if brief.expires_on is not None and "offer_until" not in parsed.fields:
        yield finding("offer_terms", step, "its last day: use {{ offer_until | short_date }}")


def _length(step: Step, template: str, texts: list[str]) -> Iterator[Finding]:
    curly = [
        character for character in dict.fromkeys(template) if character in PLAIN and not character.isspace()
    ]
    curly += ["\u00a0"] * ("\u00a0" in template)
    if curly and count(template).encoding == UCS_2:
        yield finding("typographic", step, quoted(curly))
    counted = [(len(text), count(text)) for text in texts]
    dear = {c.character: None for _, each in counted for c in each.culprits if c.character in template}
    if strange := [character for character in dear if character not in PLAIN]:
        yield finding("dear_characters", step, quoted(strange))
    if (most := max(length for length, _ in counted)) > LONGEST:
        yield finding("too_long", step, str(most))
    elif (segments := max(each.segments for _, each in counted)) > MANY:
        yield finding("many_segments", step, str(segments))
