"""The dry run of a campaign: played in a process of its own, and noted if all of it went as it must."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.rehearsal.cast import cast_of
from data.db import reading, writing
from data.models import Campaign
from scheduler.campaigns.lifecycle import OPERATOR, Actor, note_dry_run

LONGEST = 120.0
"""Seconds that a play may take; weeks of a few contacts take some seconds."""


class DryRunFailed(Exception):
    """It could not be played to its end; trying again may help."""


@dataclass(frozen=True, slots=True)
class PlayedText:
    """A text of the dry run; `at` is aware."""

    at: datetime
    channel: str
    text: str
    sms_segments: int | None


@dataclass(frozen=True, slots=True)
class PlayedContact:
    """What one contact got; `label` says what it stands for."""

    label: str
    variant: str
    outcome: str | None
    texts: tuple[PlayedText, ...]


@dataclass(frozen=True, slots=True)
class DryRun:
    """What was played; `wrong` says what did not go as it must, and is empty where all did."""

    players: tuple[PlayedContact, ...]
    wrong: tuple[str, ...]


def dry_run(campaign_id: int, by: Actor = OPERATOR) -> DryRun:
    """Play the whole sequence of a campaign, and note that where nothing was wrong. Raises DryRunFailed."""
    with reading() as session:
        cast = cast_of(session, session.get_one(Campaign, campaign_id))
    played = _play(cast)
    if not played["wrong"]:
        with writing() as session:
            campaign = session.get_one(Campaign, campaign_id, with_for_update=True)
            note_dry_run(session, campaign, played["words"], by)
    return DryRun(tuple(_contact(one) for one in played["players"]), tuple(played["wrong"]))


def _play(cast: dict[str, Any]) -> dict[str, Any]:
    try:
        child = subprocess.run(
            [sys.executable, "-m", "bot.rehearsal.sequence"],
            input=json.dumps(cast),
            capture_output=True,
            text=True,
            timeout=LONGEST,
            check=True,
            env={name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ},
        )
        played: dict[str, Any] = json.loads(child.stdout)
    except subprocess.TimeoutExpired:
        raise DryRunFailed(f"the dry run took longer than {LONGEST:.0f} seconds") from None
    except (subprocess.CalledProcessError, OSError, ValueError) as error:
        last = (getattr(error, "stderr", "") or str(error)).strip().splitlines()
        raise DryRunFailed(f"the dry run broke off: {last[-1] if last else error}") from None
    return played


def _contact(one: dict[str, Any]) -> PlayedContact:
    texts = tuple(
        PlayedText(datetime.fromisoformat(text["at"]), text["channel"], text["text"], text["sms_segments"])
        for text in one["texts"]
    )
    return PlayedContact(one["label"], one["variant"], one["outcome"], texts)
