"""A rehearsal script: who the contact is, what they say, and what is expected of it."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError


class ScriptError(Exception):
    """The script cannot be played; the message says where and why."""


_UNITS = {"s": "seconds", "m": "minutes", "min": "minutes", "h": "hours", "d": "days", "w": "weeks"}


def _as_wait(value: Any) -> Any:
    """2h, 30 min, 3 days."""
    found = re.fullmatch(
        r"(\d+(?:\.\d+)?)\s*(s|m|min|h|d|w)(?:ours?|ays?|eeks?|econds?)?", str(value).strip()
    )
    if found is None:
        raise ValueError("write a wait as 45s, 30m, 2h, 3d or 1w")
    return timedelta(**{_UNITS[found[2]]: float(found[1])})


def _as_moment(value: Any) -> Any:
    """YAML reads an unquoted moment as one; a bare date means its midnight."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return datetime(value.year, value.month, value.day)  # noqa: DTZ001 - given a zone by the player
    return value


Wait = Annotated[timedelta, BeforeValidator(_as_wait)]
When = Annotated[datetime, BeforeValidator(_as_moment)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, coerce_numbers_to_str=True)


class ScriptContact(_Part):
    """The contact, in the fields of an import."""

    first_name: str = "Sample"
    last_name: str = ""
    phone: str = "+12125550123"
    timezone: str | None = None
    state: str | None = None
    postal_code: str | None = None
    country: str | None = None
    last_service: str | None = None
    last_visit: date | None = None
    preferred_time: str | None = None
    relationship: str = "customer"


class Taken(_Part):
    """Time that is taken on the calendar."""

    start: When
    end: When


class Said(_Part):
    """One text of the contact; `after` the bot has settled."""

    text: str = ""
    after: Wait | None = None
    channel: Literal["sms", "whatsapp"] = "sms"
    media: tuple[str, ...] = ()


class StaffActs(_Part):
    """What staff do: `take_over`, `hand_back`, or a text that they write."""

    staff: str
    after: Wait | None = None


Step = tuple[Said, ...] | StaffActs


class Expected(_Part):
    """What must come of it; only what is named is compared."""

    outcome: str | None = None
    start: When | None = None
    end: When | None = None
    service: str | None = None
    callback: When | None = Field(default=None, alias="callback_at")
    opted_out: bool | None = None
    with_staff: bool | None = None
    bot_lines: int | None = None
    """How many texts the bot and staff send, the opener included."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Script(_Part):
    """A whole script."""

    contact: ScriptContact = ScriptContact()
    busy: tuple[Taken, ...] = ()
    says: tuple[Step, ...] = ()
    until: When | None = None
    expect: Expected = Expected()


def read_script(path: Path) -> Script:
    """Read a script from YAML. Raises ScriptError."""
    try:
        raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise ScriptError(f"{path}: cannot be read ({type(error).__name__})") from None
    except yaml.YAMLError as error:
        raise ScriptError(f"{path}: not YAML ({str(error).splitlines()[0]})") from None
    if not isinstance(raw, dict):
        raise ScriptError(f"{path}: a script is a mapping with contact, says and so on")
    says = raw.get("says") or []
    try:
        return Script.model_validate({**raw, "says": [_step(item) for item in says]})
    except ValidationError as error:
        first = error.errors()[0]
        raise ScriptError(f"{path}, {'.'.join(map(str, first['loc']))}: {first['msg']}") from None
    except (TypeError, ValueError) as error:
        raise ScriptError(f"{path}: {error}") from None


def _step(item: Any) -> Step:
    """A text, a burst of texts, or something that staff do."""
    if isinstance(item, dict) and "staff" in item:
        return StaffActs.model_validate(item)
    texts = item if isinstance(item, list) else [item]
    return tuple(Said.model_validate(one if isinstance(one, dict) else {"text": str(one)}) for one in texts)
