"""The words of a sequence over the real contacts: its worst cases, what is missing, and what it costs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from actions.words.brief import Brief
from actions.words.grammar import Parsed
from actions.words.greeting import oddness
from actions.words.merge_fields import EXTRA, MAY_BE_EMPTY, UnusableText
from actions.words.prices import price_of
from actions.words.renderings import ALWAYS
from actions.words.sms_segments import SmsSegments, count
from actions.words.step import Step
from actions.words.template import from_braces, parse, render
from data import clock
from data.models import Business, Contact, Person
from scheduler.gather import profile_of
from scheduler.outreach.wording import SaysNever, fields_of, put_in_words
from scheduler.outreach.worst_cases import KINDS, Case, Keeper

LONGEST_VALUE = 60
"""Of a column's longest value so many characters count: one odd row is shown, but rules out no text."""

MOST_LEFT_OUT = 5
"""So many contacts are named of those who cannot get a text, for each reason."""


@dataclass(slots=True)
class StepTotal:
    """What a step comes to if all its contacts get it: texts, SMS segments, cost where it is known."""

    step: int
    variant: str
    texts: int = 0
    sms_segments: int = 0
    cost: float = 0.0
    unpriced: int = 0
    """Texts for which no price is known."""


@dataclass(slots=True)
class Preview:
    """A sequence as its contacts would get it if nobody answered."""

    contacts: int = 0
    cases: tuple[Case, ...] = ()
    steps: list[StepTotal] = field(default_factory=list)
    unusable: Counter[str] = field(default_factory=Counter)
    """Why a contact gets no text -> how many contacts."""
    unusable_contacts: dict[str, list[int]] = field(default_factory=dict)
    """The same reasons -> the first few of these contacts."""
    lacking: dict[str, float] = field(default_factory=dict)
    """The share of the contacts that have no value for a field that the texts use (About.lacking)."""
    longest: dict[str, object] = field(default_factory=dict)
    """The longest names and values of columns among them (About.longest)."""
    currency: str = "USD"

    @property
    def sms_segments(self) -> float:
        """SMS segments of the whole sequence; where a step has variants, each goes to its share."""
        return sum(total.sms_segments / self._variants(total.step) for total in self.steps)

    @property
    def cost(self) -> float | None:
        """What that costs, estimated, in the business's currency; None where a price is not known."""
        if any(total.unpriced for total in self.steps):
            return None
        return round(sum(total.cost / self._variants(total.step) for total in self.steps), 2)

    def _variants(self, step: int) -> int:
        return sum(total.step == step for total in self.steps)

    def lines(self) -> Iterator[str]:
        """All of it in lines for a terminal."""
        for case in self.cases:
            price = f", {case.cost:.4f} {self.currency}" if case.cost is not None else ""
            because = f" ({case.because})" if case.because else ""
            yield f"{KINDS[case.kind]}{because}: text {case.step}{case.variant}, contact {case.contact_id}"
            yield f"  {case.counted.characters} characters, {case.counted.segments} SMS segments{price}"
            yield from (f"  | {line}" for line in case.text.splitlines())
        for reason, number in self.unusable.most_common():
            yield f"No text for {number} contacts: {reason}"
        for total in self.steps:
            yield f"Text {total.step}{total.variant}: {total.texts} texts, {total.sms_segments} SMS segments"
        cost = f"about {self.cost:.2f} {self.currency}" if self.cost is not None else "no price is known"
        yield f"{self.contacts} contacts, at most {round(self.sms_segments)} SMS segments in all: {cost}"


def preview(
    candidates: Iterable[tuple[Contact, Person | None]],
    steps: Sequence[Step],
    brief: Brief,
    business: Business,
    *,
    openings: Sequence[datetime] = (),
    today: date | None = None,
    tiers: Mapping[int, str] | None = None,
) -> Preview:
    """One pass over the candidates, whose number does not matter for memory.

    `openings` are two examples; `tiers` says the tier of a contact by its id, for steps that are for some
    tiers alone (without it everybody gets every step). What cannot be said is counted.
    """
    today = today or clock.now().astimezone(ZoneInfo(business.timezone)).date()
    made, keeper = Preview(currency=profile_of(business).currency), Keeper()
    texts = list(_readable(steps, made))
    absent = Counter({name: 0 for each in texts for name in each.needed})
    for contact, person in candidates:
        made.contacts += 1
        fields = fields_of(contact, person, business, brief, openings, today)
        _note_fields(fields, texts, absent, made.longest)
        tier = (tiers or {}).get(contact.id, "")
        for each in texts:
            if not each.step.tiers or not tier or tier in each.step.tiers:
                each.say(contact, fields, brief, business, made, keeper)
    made.cases = keeper.cases()
    made.lacking = {name: number / made.contacts for name, number in absent.items() if made.contacts}
    return made


@dataclass(slots=True)
class _Text:
    """A step that can be read, with its total."""

    step: Step
    source: str
    parsed: Parsed
    total: StepTotal
    optional: tuple[str, ...] = ()

    def say(
        self,
        contact: Contact,
        fields: Mapping[str, object],
        brief: Brief,
        business: Business,
        made: Preview,
        keeper: Keeper,
    ) -> None:
        """Put it in words for one contact, count it, and keep it where it is among the worst."""
        try:
            text = put_in_words(lambda values: render(self.source, values), fields, brief, business)
        except UnusableText as error:
            return _leave_out(made, contact, str(error))
        except SaysNever as error:
            return _leave_out(made, contact, f'it says "{error.phrase}"')
        counted = count(text)
        cost = price_of(counted.segments, contact.country, "sms", profile_of(business))
        total = self.total
        total.texts += 1
        total.sms_segments += counted.segments
        total.cost += cost or 0.0
        total.unpriced += cost is None
        place = (contact.id, self.step.step, self.step.variant)
        for kind, badness in self._badness(contact, fields, counted):
            if badness and keeper.wants(kind, badness, contact.id):
                because = self._because(kind, fields, counted)
                keeper.keep(badness, Case(kind, *place, text, counted, cost, because))
        return None

    def _badness(
        self, contact: Contact, fields: Mapping[str, object], counted: SmsSegments
    ) -> tuple[tuple[str, float], ...]:
        """How bad the text is in each way that there is; 0 = not at all."""
        name, months, several = fields["first_name"], fields["months_away"], len(contact.persons) > 1
        greets = "first_name" in self.parsed.fields
        return (
            ("longest", counted.characters),
            ("dearest", counted.segments if counted.segments > 1 else 0),
            ("encoding", counted.characters if counted.culprits and self._own(counted) else 0),
            ("gaps", len(self.gaps(fields))),
            ("odd_name", oddness(str(name)) if greets else 0),
            ("longest_away", months if isinstance(months, int) and self.step.step == 1 else 0),
            ("household", greets and several),
            ("nameless", greets and not name and not several),
        )

    def _because(self, kind: str, fields: Mapping[str, object], counted: SmsSegments) -> str:
        match kind:
            case "encoding":
                return "".join(self._own(counted))
            case "gaps":
                return ", ".join(self.gaps(fields))
            case "odd_name":
                return str(fields["first_name"])
            case "longest_away":
                return f"{fields['months_away']} months"
        return ""

    def _own(self, counted: SmsSegments) -> list[str]:
        """The dear characters that come from the contact, not from the template."""
        return [one.character for one in counted.culprits if one.character not in self.source]

    def gaps(self, fields: Mapping[str, object]) -> list[str]:
        """The fields and columns that the text uses, and that this contact has no value for."""
        extra = _columns(fields)
        return [name for name in self.optional if fields[name] in (None, "")] + [
            _column(name) for name in self.parsed.columns if not extra.get(name)
        ]

    @property
    def needed(self) -> list[str]:
        """All that a contact might have no value for."""
        return [*self.optional, *map(_column, self.parsed.columns)]


def _readable(steps: Sequence[Step], made: Preview) -> Iterator[_Text]:
    for step in sorted(steps, key=lambda step: (step.step, step.variant)):
        try:
            source = from_braces(step.template)
            parsed = parse(source)
        except UnusableText as error:
            made.unusable[f"text {step.step}{step.variant}: {error}"] += 1
            continue
        total = StepTotal(step.step, step.variant)
        made.steps.append(total)
        optional = sorted(parsed.fields - MAY_BE_EMPTY - ALWAYS - {EXTRA, "openings"})
        yield _Text(step, source, parsed, total, tuple(optional))


def _note_fields(
    fields: Mapping[str, object], texts: Sequence[_Text], absent: Counter[str], longest: dict[str, object]
) -> None:
    """Count what this contact lacks, and remember the longest values."""
    lacked: set[str] = set()
    for each in texts:
        lacked.update(each.gaps(fields))
    absent.update(lacked)
    for name in ("first_name", "last_name"):
        if len(str(fields[name])) > len(str(longest.get(name, ""))):
            longest[name] = fields[name]
    for each in texts:
        for column in each.parsed.columns:
            _note_column(column, str(_columns(fields).get(column) or ""), longest)


def _note_column(column: str, value: str, longest: dict[str, object]) -> None:
    kept = longest.setdefault(EXTRA, {})
    if isinstance(kept, dict) and len(value) > len(kept.get(column, "")):
        kept[column] = value[:LONGEST_VALUE]


def _column(name: str) -> str:
    return f'{EXTRA}["{name}"]'


def _columns(fields: Mapping[str, object]) -> Mapping[str, object]:
    columns = fields[EXTRA]
    return columns if isinstance(columns, dict) else {}


def _leave_out(made: Preview, contact: Contact, reason: str) -> None:
    made.unusable[reason] += 1
    named = made.unusable_contacts.setdefault(reason, [])
    if len(named) < MOST_LEFT_OUT and contact.id not in named:
        named.append(contact.id)
