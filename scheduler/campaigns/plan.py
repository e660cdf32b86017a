"""A campaign as its owner writes it: brief, touches, channel, ceilings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from actions.words.brief import Brief
from actions.words.plain import plain

MOST_TOUCHES = 12
"""Steps and their variants; a sequence of 3 to 5 steps is what the linter recommends."""


class BadPlan(ValueError):
    """The plan cannot be used; the message says where and why. Trying again cannot help."""


class PlannedTouch(BaseModel):
    """One text. Without a `step` it is the next one; a variant `b` is of the step before it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    text: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1600)]
    day: Annotated[int, Field(ge=0, le=365)] = 0
    step: Annotated[int, Field(ge=1, le=MOST_TOUCHES)] | None = None
    variant: Literal["a", "b"] = "a"
    angle: Annotated[str, StringConstraints(strip_whitespace=True, max_length=60)] = ""
    tiers: Annotated[str, StringConstraints(pattern="^A?B?C?$")] = ""
    """`A`, `AB` …: for contacts of these tiers alone; empty: for all."""
    is_last: bool = False
    whatsapp: str = ""
    """The name or the ContentSid of the WhatsApp template that says the same; empty: by SMS."""


class Plan(BaseModel):
    """All that an owner decides about a campaign. Money is in the business's currency."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    segment: str = ""
    """The name of the saved segment; empty: everybody whom the standing limits leave."""
    brief: Brief = Brief()
    touches: Annotated[tuple[PlannedTouch, ...], Field(max_length=MOST_TOUCHES)] = ()
    channel: Literal["sms", "whatsapp_first"] = "sms"
    sms_after_hours: Annotated[int, Field(ge=1, le=24 * 30)] = 48
    in_business_hours: bool = True
    differs_in: Annotated[str, StringConstraints(strip_whitespace=True, max_length=60)] = ""
    standing: bool = False
    cooling_off_days: Annotated[int, Field(ge=0, le=1000)] = 90
    budget: Annotated[float, Field(gt=0)] | None = None
    pilot: Annotated[int, Field(ge=20, le=1000)] | None = None

    @model_validator(mode="after")
    def _numbered(self) -> Plan:
        seen: set[tuple[int, str]] = set()
        for step, touch in self.steps():
            if (step, touch.variant) in seen:
                raise ValueError(f"step {step} has variant {touch.variant} twice")
            seen.add((step, touch.variant))
        steps = sorted({step for step, _ in seen})
        if steps and steps != list(range(1, len(steps) + 1)):
            raise ValueError(f"the steps must be numbered from 1 without a gap, they are {steps}")
        if lonely := [step for step, variant in seen if variant == "b" and (step, "a") not in seen]:
            raise ValueError(f"step {lonely[0]} has a variant b and no variant a")
        if any(variant == "b" for _, variant in seen) and not self.differs_in:
            raise ValueError("differs_in must name the one thing in which the variants differ")
        return self

    def steps(self) -> list[tuple[int, PlannedTouch]]:
        """Each touch with the number of its step."""
        numbered, last = [], 0
        for touch in self.touches:
            last = touch.step or (max(1, last) if touch.variant == "b" else last + 1)
            numbered.append((last, touch.model_copy(update={"step": last, "text": plain(touch.text)})))
        return numbered


def read_plan(raw: object) -> Plan:
    """A plan from YAML or a form's values. Raises BadPlan."""
    if raw is not None and not isinstance(raw, Mapping):
        raise BadPlan("a campaign is written as names with values, such as touches: and brief:")
    try:
        return Plan.model_validate(dict(raw or {}))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        said = first["msg"].removeprefix("Value error, ")
        raise BadPlan(f"{where}: {said}" if where else said) from None


def as_yaml_values(plan: Plan) -> dict[str, Any]:
    """What `read_plan` reads, without what is as it would be anyway."""
    values = plan.model_dump(mode="json", exclude_defaults=True)
    values["touches"] = [
        {"step": step, **touch.model_dump(mode="json", exclude_defaults=True, exclude={"step"})}
        for step, touch in plan.steps()
    ]
    return values
