"""A campaign's plan as a form: what its fields say, and the texts laid out into lines of it."""

from __future__ import annotations

import re
from typing import Any

from werkzeug.datastructures import MultiDict

from bot.staff.numbers_typed import number_typed
from scheduler.campaigns.plan import MOST_TOUCHES, BadPlan, Plan, PlannedTouch, read_plan
from scheduler.campaigns.starters import plan_from

QUESTIONS = 3
"""Lines for qualifying questions."""


def plan_of(form: MultiDict[str, str]) -> Plan:
    """What was typed. Texts are put in the order of their days; an emptied one is gone. Raises BadPlan."""
    return read_plan(
        _settings(form)
        | {
            "segment": form.get("segment", ""),
            "sms_after_hours": _number(form, "sms_after_hours") or 48,
            "differs_in": form.get("differs_in", ""),
            "cooling_off_days": _number(form, "cooling_off_days") or 90,
            "brief": {
                "offer": form.get("offer", ""),
                "terms": form.get("terms", ""),
                "expires_on": form.get("expires_on") or None,
                "why_now": form.get("why_now", ""),
                "questions": [one for one in form.getlist("question") if one.strip()],
                "disqualifiers": _lines(form, "disqualifiers"),
                "never_say": _lines(form, "never_say"),
            },
            "touches": _touches(form),
        }
    )


def beginning(form: MultiDict[str, str]) -> Plan:
    """What the page for a new campaign asks, with a starter's texts. Raises BadPlan, UnknownStarter."""
    plan = plan_from(form["starter"]) if form.get("starter") else Plan()
    values = plan.model_dump(mode="json") | _settings(form) | {"segment": form.get("segment", "")}
    return read_plan(values)


def lines_of(plan: Plan) -> list[PlannedTouch]:
    """The texts as lines of the form, with their steps."""
    return [touch.model_copy(update={"step": step}) for step, touch in plan.steps()]


def plainly(error: Exception) -> str:
    """What a plan's error says, without the names of our own fields."""
    said = str(error).removeprefix("'").removesuffix("'").rstrip(".")
    found = re.fullmatch(r"touches\.(\d+)(?:\.(\w+))?: (.*)", said)
    if found:
        what = f", {found[2].replace('_', ' ')}" if found[2] else ""
        return f"Text {int(found[1]) + 1}{what}: {found[3]}"
    field, colon, rest = said.partition(": ")
    if colon and re.fullmatch(r"[a-z_.0-9]+", field):
        return f"{field.removeprefix('brief.').replace('_', ' ').replace('.', ' ').capitalize()}: {rest}"
    return said[:1].upper() + said[1:]


def _settings(form: MultiDict[str, str]) -> dict[str, Any]:
    return {
        "channel": form.get("channel", "sms"),
        "in_business_hours": "in_business_hours" in form,
        "standing": "standing" in form,
        "budget": _number(form, "budget"),
        "pilot": _number(form, "pilot"),
    }


def _touches(form: MultiDict[str, str]) -> list[dict[str, Any]]:
    """Each step with its variant b behind it, the steps by day."""
    groups: list[list[dict[str, Any]]] = []
    for at in range(MOST_TOUCHES + 2):
        text = form.get(f"text-{at}", "").strip()
        if not text:
            continue
        touch = {
            "text": text,
            "day": _number(form, f"day-{at}") or 0,
            "variant": form.get(f"variant-{at}", "a"),
            "angle": form.get(f"angle-{at}", ""),
            "tiers": form.get(f"tiers-{at}", ""),
            "is_last": f"last-{at}" in form,
            "whatsapp": form.get(f"whatsapp-{at}", ""),
        }
        if touch["variant"] == "b" and groups:
            groups[-1].append(touch | {"day": groups[-1][0]["day"]})
        else:
            groups.append([touch | {"variant": "a"}])
    if len(groups) > MOST_TOUCHES:
        raise BadPlan(f"a sequence has at most {MOST_TOUCHES} texts")
    groups.sort(key=lambda group: int(group[0]["day"]) if str(group[0]["day"]).isdigit() else 0)
    return [touch for group in groups for touch in group]


def _lines(form: MultiDict[str, str], name: str) -> list[str]:
    return [line.strip() for line in form.get(name, "").splitlines() if line.strip()]


def _number(form: MultiDict[str, str], name: str) -> str | None:
    return number_typed(form.get(name, "")) or None
