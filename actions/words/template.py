"""Texts with merge fields: a small, closed part of Jinja that can neither look around nor run long.

A template is text, {{ field }} with filters, and {% if field %}. Everything else (loops, calls, arithmetic,
attributes, includes, macros) is refused before anything is compiled; the sandbox stands behind that.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from functools import lru_cache
from string import Formatter

from jinja2 import Template, TemplateError, Undefined, nodes, pass_context
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment

from actions.words import since as since_words
from actions.words.merge_fields import EXTRA, FIELDS, MAY_BE_EMPTY
from actions.words.plain import plain

LONGEST_TEMPLATE = 2000
"""Characters; a text itself has at most LONGEST_TEXT."""

LONGEST_TEXT = 1600
"""Characters that the provider takes in one message (Twilio 21617)."""

DEEPEST = 20
"""Levels of nesting in a template."""


class UnusableText(ValueError):
    """The template cannot become a text; the message says why, in a sentence for whoever writes it."""


class Missing(Undefined):
    """A field that this contact has no value for: empty in a condition, an error where it would be said."""

    __slots__ = ()

    @property
    def field(self) -> str:
        """What it is called."""
        return str(self._undefined_name)


def _said(value: object) -> object:
    """What a field puts into the text. Raises UnusableText where that would be a hole, or no words."""
    if isinstance(value, Missing):
        raise UnusableText(f"{value.field} has no value for this contact, and the text no fallback")
    if isinstance(value, date | Mapping):
        raise UnusableText("a date needs | since or | short_date, and extra the name of a column")
    return "" if isinstance(value, Undefined) else value


def _or_else(value: object, instead: str = "") -> object:
    """The value, or these words where there is none."""
    return instead if isinstance(value, Missing) or value in ("", None) else value


@pass_context
def _since(context: Context, value: object) -> object:
    if not value:
        return value
    return since_words.since(_as_date(value), context["today"], context.get("country", "US"))


@pass_context
def _short_date(context: Context, value: object) -> object:
    return since_words.short_date(_as_date(value), context["today"]) if value else value


def _first(value: object) -> object:
    """The first word, such as "Mary" of "Mary Ann"."""
    return str(value).split(maxsplit=1)[0] if value and str(value).split() else value


def _cased(change: str) -> object:
    def cased(value: object) -> object:
        return getattr(str(value), change)() if value else value

    return cased


FILTERS = {
    "or_else": _or_else,
    "default": _or_else,
    "since": _since,
    "short_date": _short_date,
    "first": _first,
    "lower": _cased("lower"),
    "upper": _cased("upper"),
    "capitalize": _cased("capitalize"),
    "trim": _cased("strip"),
}
"""All the filters there are."""

_ALLOWED = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Const, nodes.Filter, nodes.If,
    nodes.Compare, nodes.Operand, nodes.And, nodes.Or, nodes.Not, nodes.Getitem, nodes.CondExpr,
)  # fmt: skip

_ENVIRONMENT = ImmutableSandboxedEnvironment(
    undefined=Missing, finalize=_said, autoescape=False, cache_size=0
)
_ENVIRONMENT.filters = dict(FILTERS)
_ENVIRONMENT.tests = {}
_ENVIRONMENT.globals = {}


class Parsed:
    """A template that has been read: the fields and columns that it names, and what renders it."""

    __slots__ = ("columns", "compiled", "fields", "required")

    def __init__(self, source: str, tree: nodes.Template) -> None:
        self.fields = frozenset(node.name for node in tree.find_all(nodes.Name))
        self.columns = frozenset(
            str(node.arg.value) for node in tree.find_all(nodes.Getitem) if isinstance(node.arg, nodes.Const)
        )
        self.required = frozenset(_required(tree))
        self.compiled: Template = _ENVIRONMENT.from_string(source)


@lru_cache(maxsize=1024)
def parse(template: str) -> Parsed:
    """Read a template. Raises UnusableText for what cannot be read, or is more than a text needs."""
    if len(template) > LONGEST_TEMPLATE:
        raise UnusableText(f"the text has {len(template)} characters; at most {LONGEST_TEMPLATE} are taken")
    try:
        tree = _ENVIRONMENT.parse(template)
        _check(tree, 0)
        return Parsed(template, tree)
    except TemplateError as error:
        raise UnusableText(f"the text cannot be read: {error}") from None
    except (RecursionError, MemoryError, ValueError, OverflowError, SyntaxError) as error:
        if isinstance(error, UnusableText):
            raise
        raise UnusableText("the text cannot be read: it is nested too deeply") from None


def render(template: str, fields: Mapping[str, object]) -> str:
    """The text with its fields filled in, tidied. Raises UnusableText.

    `fields` holds every field that exists, None or "" where this contact has no value; "today" is the day
    that `since` counts to, "country" the contact's. A field without a value and without a fallback cannot be
    said; a first or last name falls out instead.
    """
    parsed = parse(template)
    _known(parsed, fields)
    values = {name: _value(name, value) for name, value in fields.items()}
    if parsed.columns:
        values[EXTRA] = _columns(parsed, fields.get(EXTRA))
    try:
        text = parsed.compiled.render(values)
    except TemplateError as error:
        raise UnusableText(f"the text cannot be filled in: {error}") from None
    except UnusableText:
        raise
    except (TypeError, ValueError, LookupError, AttributeError) as error:
        raise UnusableText(f"the text cannot be filled in: {error}") from None
    text = tidy(text)
    if not text:
        raise UnusableText("nothing is left of the text")
    if len(text) > LONGEST_TEXT:
        raise UnusableText(f"the text has {len(text)} characters; at most {LONGEST_TEXT} can be sent")
    return text


def from_braces(text: str) -> str:
    """A text with {first_name} (the profile's and earlier campaigns') as a template of today.

    One that is a template already stays as it is. Raises UnusableText for braces that do not pair.
    """
    if "{{" in text or "{%" in text:
        return text
    try:
        parts = list(Formatter().parse(text))
    except ValueError as error:
        raise UnusableText(f"the text cannot be read: {error}") from None
    whole = ""
    for literal, field, form, conversion in parts:
        whole += literal
        if field is None:
            continue
        if form or conversion or not field.isidentifier():
            raise UnusableText(f"{{{field}}} is not a field; there are {', '.join(FIELDS)}")
        whole += f"{{{{ {field} }}}}"
    return whole


_SPACES = re.compile(r"[ \t]{2,}")
_BEFORE_STOP = re.compile(r" +(?=[,.!?;:](?:\s|$))")
_AROUND_BREAK = re.compile(r"[ \t]*\n[ \t]*")
_GREETING = re.compile(r"\b(?:Hi|Hello|Hey),")
_BREAKS = re.compile(r"\n{3,}")


def tidy(text: str) -> str:
    """Without what an empty field leaves behind: doubled spaces, "Hi ," and "Hi," (which become "Hello,")."""
    text = _BEFORE_STOP.sub("", _SPACES.sub(" ", text))
    if "\n" in text:
        text = _BREAKS.sub("\n\n", _AROUND_BREAK.sub("\n", text))
    return _GREETING.sub("Hello,", text).strip()


def _check(node: nodes.Node, depth: int) -> None:
    if depth > DEEPEST:
        raise UnusableText("the text cannot be read: it is nested too deeply")
    if not isinstance(node, _ALLOWED):
        kind = type(node).__name__.lower()
        raise UnusableText(f"a text may hold fields, filters and conditions alone, and no {kind}")
    if isinstance(node, nodes.Filter) and node.name not in FILTERS:
        raise UnusableText(f"{node.name} is not a filter; there are {', '.join(FILTERS)}")
    if isinstance(node, nodes.Getitem) and not (
        isinstance(node.node, nodes.Name)
        and node.node.name == EXTRA
        and isinstance(node.arg, nodes.Const)
        and isinstance(node.arg.value, str)
    ):
        raise UnusableText('brackets are for columns of the list alone: {{ extra["Column"] }}')
    for child in node.iter_child_nodes():
        _check(child, depth + 1)


def _known(parsed: Parsed, fields: Mapping[str, object]) -> None:
    for name in sorted(parsed.fields):
        if name not in fields or name not in FIELDS:
            raise UnusableText(f"{name} is not a field; there are {', '.join(FIELDS)}")


def _value(name: str, value: object) -> object:
    if isinstance(value, str):
        value = " ".join(plain(value).split()) if name != "openings" else value
    if value or isinstance(value, int | float) or (name in MAY_BE_EMPTY and value == ""):
        return value
    return "" if name in MAY_BE_EMPTY else Missing(name=name)


def _columns(parsed: Parsed, extra: object) -> dict[str, object]:
    known = extra if isinstance(extra, Mapping) else {}
    found: dict[str, object] = {}
    for column in parsed.columns:
        value = known.get(column)
        value = " ".join(plain(str(value)).split()) if value is not None else ""
        found[column] = value or Missing(name=f'extra["{column}"]')
    return found


def _required(node: nodes.Node, given: frozenset[str] = frozenset()) -> Iterator[str]:
    """The fields and columns that the text says without a fallback and outside a condition on themselves."""
    match node:
        case nodes.Filter(name="or_else" | "default"):
            return
        case nodes.Getitem():
            name = f'extra["{node.arg.value}"]' if isinstance(node.arg, nodes.Const) else EXTRA
            if name not in given:
                yield name
        case nodes.Name():
            if node.name not in given:
                yield node.name
        case nodes.If() | nodes.CondExpr():
            tested = given | frozenset(_tested(node.test))
            bodies = node.body if isinstance(node, nodes.If) else [node.expr1]
            for child in bodies:
                yield from _required(child, tested)
            others = (
                [*node.elif_, *node.else_]
                if isinstance(node, nodes.If)
                else [node.expr2]
                if node.expr2
                else []
            )
            for child in others:
                yield from _required(child, given)
        case _:
            for child in node.iter_child_nodes():
                yield from _required(child, given)


def _tested(node: nodes.Node) -> Iterator[str]:
    """What certainly has a value where this condition holds."""
    match node:
        case nodes.Name():
            yield node.name
        case nodes.Getitem() if isinstance(node.arg, nodes.Const):
            yield f'extra["{node.arg.value}"]'
        case nodes.And():
            yield from _tested(node.left)
            yield from _tested(node.right)
        case nodes.Filter() if node.node is not None:
            if node.name not in ("or_else", "default"):
                yield from _tested(node.node)


def _as_date(value: object) -> date:
    if isinstance(value, date):
        return value
    raise UnusableText(f"{str(value)[:40]!r} is no date")
