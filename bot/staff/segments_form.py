"""A segment's rule as a form: what its fields say, read into a rule, and a rule laid out into its fields."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from werkzeug.datastructures import MultiDict

from bot.staff.numbers_typed import number_typed, share_typed
from data.segments.rule import Rule, read_rule

CONDITIONS = 3
"""Lines for columns of the list that the form has."""

KINDS = {
    "equals": "is",
    "contains": "holds",
    "at_least": "is at least",
    "at_most": "is at most",
    "from_date": "is from this day on",
    "to_date": "is until this day",
    "below_column": "is less than the column",
}
"""What may be said of a column in the form; the rule's other forms are kept as they are."""


def rule_of(form: MultiDict[str, str], before: Rule | None = None) -> Rule:
    """The rule that was typed. What the form has no field for stays as in `before`. Raises UnusableRule."""
    raw: dict[str, Any] = before.as_json() if before is not None else {}
    raw |= {
        "dormant": _dormant(form),
        "around": _around(form, before),
        "services": [*form.getlist("services"), *_listed(form.get("other_services"))],
        "relationship": [one] if (one := form.get("relationship")) else [],
        "value": _range(form, "value"),
        "visits": _range(form, "visits"),
        "tiers": form.getlist("tiers"),
        "states": _listed(form.get("states")),
        "postal_prefixes": _listed(form.get("postal_prefixes")),
        "basis": [one] if (one := form.get("basis")) else [],
        "columns": [*_columns(form), *(one for one in raw.get("columns", ()) if _condition(one) is None)],
        "never_converted": "never_converted" in form,
        "over_18_months": "over_18_months" in form,
        "quiet_days": form.get("quiet_days") or 30,
        "weights": _weights(form),
    }
    return read_rule(raw)


def lines_of(rule: Rule) -> list[tuple[str, str, str]]:
    """The rule's conditions on columns as lines of the form (column, kind, value), and some empty ones."""
    lines = [line for one in rule.as_json().get("columns", ()) if (line := _condition(one)) is not None]
    return [*lines, *[("", "equals", "")] * max(1, CONDITIONS - len(lines))]


def _dormant(form: MultiDict[str, str]) -> dict[str, Any] | None:
    start, end = _typed(form, "dormant_from"), _typed(form, "dormant_to")
    if not start and not end:
        return None
    raw: dict[str, Any] = {"from_months": start or 0, "to_months": end or None}
    if since := form.getlist("dormant_since"):
        raw["since"] = since
    return raw | {"undated": "dormant_undated" in form}


def _around(form: MultiDict[str, str], before: Rule | None) -> dict[str, Any] | None:
    if not form.get("around_day_of"):
        return None
    start, end = form.get("around_from", ""), form.get("around_to", "")
    return {
        "day_of": form["around_day_of"],
        "from_day": start or -30,
        "to_day": end or 30,
        "unless_visited_since": "around_unless_visited" in form,
        "day_first": before is not None and before.around is not None and before.around.day_first,
    }


def _range(form: MultiDict[str, str], name: str) -> dict[str, Any] | None:
    least, most = _typed(form, f"{name}_least"), _typed(form, f"{name}_most")
    return {"at_least": least or None, "at_most": most or None} if least or most else None


def _weights(form: MultiDict[str, str]) -> dict[str, Any] | None:
    typed = {part: share_typed(form.get(f"weight_{part}", "")) for part in ("recency", "value", "engagement")}
    return {part: value or 0 for part, value in typed.items()} if any(typed.values()) else None


def _columns(form: MultiDict[str, str]) -> list[dict[str, Any]]:
    found = []
    names, kinds, values = (form.getlist(name) for name in ("column", "column_kind", "column_value"))
    for name, kind, value in zip(names, kinds, values, strict=False):
        if name.strip() and value.strip() and kind in KINDS:
            found.append({"column": name.strip(), kind: value.strip()})
    return found


def _condition(one: Mapping[str, Any]) -> tuple[str, str, str] | None:
    """A condition as a line of the form; None where the form cannot say it."""
    said = {name: value for name, value in one.items() if name != "column"}
    if len(said) != 1 or (kind := next(iter(said))) not in KINDS:
        return None
    return str(one["column"]), kind, str(said[kind])


def _listed(text: str | None) -> list[str]:
    return [part.strip() for part in (text or "").split(",") if part.strip()]


def _typed(form: MultiDict[str, str], name: str) -> str:
    return number_typed(form.get(name, ""))
