"""What may be wrong with a sequence as a whole: days, angles, variants, the promise of a last text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise

from actions.words.about import About
from actions.words.brief import Brief
from actions.words.finding import Finding, finding, quoted
from actions.words.merge_fields import UnusableText
from actions.words.paths import paths, places
from actions.words.renderings import in_general, longest, renderings, whatsapp_template
from actions.words.rules import in_table
from actions.words.sms_segments import count
from actions.words.step import Step
from actions.words.template import from_braces, parse

FEWEST, MOST = 3, 5
"""Touches of a sequence."""

LONGEST_DAYS = 28
"""Days from the first touch to the last."""


def check_sequence(steps: Sequence[Step], brief: Brief, about: About) -> Iterator[Finding]:
    """All that speaks against the sequence; `steps` by number and variant."""
    yield from _days(steps, about)
    yield from _number(steps)
    yield from _angles(steps)
    yield from _last(steps, brief, about)
    yield from _variants(steps, brief, about)
    yield from _same(steps)
    yield from _whatsapp(steps, about)


def _days(steps: Sequence[Step], about: About) -> Iterator[Finding]:
    if steps and steps[0].day != 0:
        yield finding("day_gaps", steps[0], f"The first text is on day 0, not on day {steps[0].day}.")
    seen = set()
    for path in paths(steps).values():
        for before, step in pairwise(path):
            gap = step.day - before.day
            if gap < about.gap_days and (before.step, step.step) not in seen:
                seen.add((before.step, step.step))
                close = f"Day {step.day} is too close to step {before.step} on day {before.day}"
                yield finding("day_gaps", step, f"{close}: not before {before.day + about.gap_days}.")


def _number(steps: Sequence[Step]) -> Iterator[Finding]:
    for tier, path in paths(steps).items():
        who = "" if all(not step.tiers for step in steps) else f" for tier {tier}"
        if not FEWEST <= len(path) <= MOST:
            yield finding(
                "number_of_touches",
                None,
                f"Touches{who}: {len(path)}; {FEWEST} to {MOST} work best.",
            )
        if path and path[-1].day - path[0].day > LONGEST_DAYS:
            yield finding("number_of_touches", path[-1], f"The last touch{who} is later than four weeks.")
        if not who:
            return


def _angles(steps: Sequence[Step]) -> Iterator[Finding]:
    if len({step.step for step in steps}) < 2:
        return
    taken: dict[str, int] = {}
    for step in steps:
        angle = step.angle.strip().lower()
        if not angle:
            yield finding("angles", step, "It has no angle: say what this text appeals to.")
        elif taken.setdefault(angle, step.step) != step.step:
            yield finding("angles", step, f"It has the angle of step {taken[angle]}: give each its own.")


def _last(steps: Sequence[Step], brief: Brief, about: About) -> Iterator[Finding]:
    rule = in_table("promised_last")
    for step, place in zip(steps, places(steps), strict=True):
        promises: list[str] = []
        everywhere = True
        for template in filter(None, (step.template, whatsapp_template(step))):
            try:
                texts = renderings(template, brief, in_general(about), step.day)
            except UnusableText:
                continue
            found = [rule.found_in(text) for text in texts]
            promises += [word for words in found for word in words if word not in promises]
            everywhere = everywhere and all(found)
        if step.is_last and not place.is_last:
            yield finding("promised_last", step, "It is marked as the last text, and others follow.")
        if step.is_last and not (promises and everywhere):
            yield finding("promised_last", step, "It is marked as the last text, and does not say so.")
        if promises and not step.is_last:
            yield finding(
                "promised_last",
                step,
                f"It promises to be the last ({quoted(promises)}), and is not marked so.",
            )


def _variants(steps: Sequence[Step], brief: Brief, about: About) -> Iterator[Finding]:
    several = False
    for _, group in groupby(steps, key=lambda step: step.step):
        first, *others = list(group)
        several = several or bool(others)
        for other in others:
            yield from _pair(first, other, brief, about)
    if several and not about.differs_in.strip():
        yield finding("variants", None, "There are variants: name the one thing that they differ in.")


def _pair(first: Step, other: Step, brief: Brief, about: About) -> Iterator[Finding]:
    if (first.day, first.tiers, first.is_last) != (other.day, other.tiers, other.is_last):
        yield finding("variants", other, f"Its day, tiers or promise differ from variant {first.variant}.")
    if _bare(first.template) == _bare(other.template):
        yield finding("variants", other, f"It says the same as variant {first.variant}.")
    try:
        fields = [parse(from_braces(step.template)).fields for step in (first, other)]
        sizes = [
            count(longest(step.template, brief, about, step.day) or "").segments for step in (first, other)
        ]
    except UnusableText:
        return
    if sizes[0] != sizes[1] and "length" not in about.differs_in.lower():
        yield finding(
            "variants_alike",
            other,
            f"It has {sizes[1]} SMS segments, variant {first.variant} {sizes[0]}: keep them alike.",
        )
    named = about.differs_in.lower().replace(" ", "_")
    apart = sorted(name for name in fields[0] ^ fields[1] if name.split("_")[0] not in named)
    if apart and "angle" not in named and "text" not in named and "word" not in named:
        yield finding(
            "variants_alike", other, f"Only one variant has {', '.join(apart)}, beside {about.differs_in}."
        )


def _same(steps: Sequence[Step]) -> Iterator[Finding]:
    for index, step in enumerate(steps):
        for before in steps[:index]:
            if before.step != step.step and _bare(before.template) == _bare(step.template):
                yield finding("same_text", step, str(before.step))
                break


def _whatsapp(steps: Sequence[Step], about: About) -> Iterator[Finding]:
    for step in steps:
        if step.whatsapp is None:
            if about.whatsapp:
                yield finding("whatsapp_missing", step)
            continue
        numbers = [number for number in _numbers(step.whatsapp.body) if number not in step.whatsapp.variables]
        if numbers:
            yield finding("whatsapp_variables", step, f"nothing fills {{{{{numbers[0]}}}}}")


def _numbers(body: str) -> list[str]:
    return [part.split("}}")[0].strip() for part in body.split("{{")[1:] if "}}" in part]


def _bare(template: str) -> str:
    return " ".join(template.lower().split())
