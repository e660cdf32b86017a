"""Starter sequences, so that nobody begins from blank: by segment, recency and trade."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict

from actions.words.step import Step

Needed = Literal["offer", "why_now"]


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class StarterTouch(_Entry):
    """One text of a starter; `day` counts from the first one."""

    day: int
    angle: str
    text: str
    is_last: bool = False


class Starter(_Entry):
    """A sequence to begin from. It is the owner's once it is taken, to be changed at will."""

    id: str
    segment: str = ""
    """The preset segment that it is for (data/segments/presets)."""
    title: str
    when: str
    """When it is the right one, for whoever chooses."""
    months: tuple[int, int | None]
    """For so many months of silence: from, up to (None: without end)."""
    health: bool = False
    """Written for health trades: names neither treatment nor condition."""
    consent: bool = False
    """Only for contacts whose consent is on record."""
    needs: tuple[Needed, ...] = ()
    """What the brief must hold for it."""
    touches: tuple[StarterTouch, ...]


class _Shelf(_Entry):
    segment: str
    starters: tuple[Starter, ...]


@cache
def shelf() -> tuple[Starter, ...]:
    """All starters, by segment and as they stand in their files."""
    files = sorted(Path(__file__).parent.glob("*.yml"))
    shelves = (_Shelf.model_validate(yaml.safe_load(file.read_text(encoding="utf-8"))) for file in files)
    return tuple(
        starter.model_copy(update={"segment": each.segment}) for each in shelves for starter in each.starters
    )


def catalogue(
    segment: str | None = None,
    months: int | None = None,
    health: bool | None = None,
    angle: str | None = None,
) -> list[Starter]:
    """The starters for a preset segment, for so many months of silence, for health trades or others, with a
    text of that angle; None = any."""
    return [
        starter
        for starter in shelf()
        if (segment is None or starter.segment == segment)
        and (health is None or starter.health == health)
        and (angle is None or any(touch.angle == angle for touch in starter.touches))
        and (
            months is None
            or (starter.months[0] <= months and (starter.months[1] is None or months < starter.months[1]))
        )
    ]


def starter(starter_id: str) -> Starter | None:
    """The starter of that id."""
    return next((each for each in shelf() if each.id == starter_id), None)


def as_steps(starter: Starter) -> tuple[Step, ...]:
    """Its texts as the steps of a sequence."""
    return tuple(
        Step(number, touch.day, touch.text, angle=touch.angle, is_last=touch.is_last)
        for number, touch in enumerate(starter.touches, 1)
    )
