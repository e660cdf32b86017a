"""The small, closed part of Jinja that a text may use: it can neither look around nor run long.

A template is text, {{ field }} with filters, and {% if field %}. Everything else (loops, calls, arithmetic,
attributes, includes, macros) is refused before anything is compiled; the sandbox stands behind that.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from jinja2 import Template, TemplateError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from actions.words.filters import FILTERS, Missing, said
from actions.words.merge_fields import EXTRA, UnusableText

LONGEST_TEMPLATE = 2000
"""Characters; a text itself has at most actions.words.template.LONGEST_TEXT."""

DEEPEST = 20
"""Levels of nesting in a template."""

_ALLOWED = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Const, nodes.Filter, nodes.If,
    nodes.Compare, nodes.Operand, nodes.And, nodes.Or, nodes.Not, nodes.Getitem, nodes.CondExpr,
)  # fmt: skip

_ENVIRONMENT = ImmutableSandboxedEnvironment(undefined=Missing, finalize=said, autoescape=False, cache_size=0)
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
