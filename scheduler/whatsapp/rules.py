"""Whether the business may begin on WhatsApp, and on which channel a touch goes. Pure.

Sources: Twilio's error pages 63016 (beginning needs an approved template), 63049 (no marketing to +1), 21656
(what a variable may hold); the channel's default by country stands in data/tables/whatsapp_countries.csv.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Literal, Protocol

Channel = Literal["sms", "whatsapp"]

PLACE = re.compile(r"\{\{\s*(\w+)\s*\}\}")
"""Where a template takes a variable."""

_NO_BREAK_ALLOWED = re.compile(r"[\n\r\t]| {5}")
_TABLE = Path(__file__).resolve().parents[2] / "data" / "tables" / "whatsapp_countries.csv"

REASONS = {
    "no_sender": "the business has no WhatsApp number",
    "suppressed": "this contact is not to be written to on WhatsApp, or cannot be",
    "no_template": "this touch has no WhatsApp template",
    "not_approved": "WhatsApp has not approved the template",
    "unusable_variables": "a place of the template stays empty for this contact",
    "marketing_not_delivered": "WhatsApp delivers no marketing to numbers with +1",
}
"""Why the business may not begin on WhatsApp -> in words for staff."""


class Template(Protocol):
    """What is asked of a template (data.models.WhatsAppTemplate)."""

    approval: str
    category: str


class UnusableVariables(ValueError):
    """A place of the template cannot be filled so that WhatsApp takes it; the message says which."""


def may_begin(
    phone: str, template: Template | None, *, sender_there: bool = True, suppressed_for: str | None = None
) -> str | None:
    """Why the business may not begin with this number (E.164) on WhatsApp, one of REASONS; None where it may.

    `suppressed_for`: why the number gets nothing on WhatsApp, as data.queries.suppressions says.
    """
    if not sender_there:
        return "no_sender"
    if suppressed_for is not None:
        return "suppressed"
    if template is None:
        return "no_template"
    if template.approval != "approved":
        return "not_approved"
    # whatever is no utility counts as marketing: a category that we do not know is no permission
    if template.category != "utility" and phone.startswith("+1"):
        return "marketing_not_delivered"
    return None


@dataclass(frozen=True, slots=True)
class Situation:
    """What the choice of a channel needs to know of a contact in a sequence. Moments are aware.

    `whatsapp`: why the business may not begin there (`may_begin`), None where it may. `sms`: whether SMS can
    reach them. `answered_on`: the channel on which they wrote last, None if they never did. `silent_since`:
    when the latest WhatsApp touch of this very sequence was sent; it met silence, or there would be no next.
    """

    country: str
    whatsapp: str | None
    sms: bool = True
    answered_on: str | None = None
    silent_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """The one channel that a touch goes by, and from when on; None: now."""

    channel: Channel
    not_before: datetime | None = None


def choose_channel(campaign_channel: str, sms_after: timedelta, of: Situation) -> Choice:
    """On which channel the next touch goes. A touch is one text on one channel, never both.

    `campaign_channel`: Campaign.channel. With WhatsApp first: the channel that the contact answered on last,
    else the country's default; after a WhatsApp touch that met silence for `sms_after` it is SMS.
    """
    if campaign_channel == "sms" or of.whatsapp is not None:
        return Choice("sms")
    if not of.sms:
        return Choice("whatsapp")
    if of.silent_since is not None:
        return Choice("sms", of.silent_since + sms_after)
    return Choice("whatsapp" if (of.answered_on or default_of(of.country)) == "whatsapp" else "sms")


def default_of(country: str) -> str:
    """The channel that goes first in a country: `sms` or `whatsapp`."""
    rows = _countries()
    return rows.get(country, rows["*"])


@cache
def _countries() -> dict[str, str]:
    with _TABLE.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(line for line in file if not line.startswith("#"))
        return {row["country"]: row["first"] for row in rows}


def filled(body: str, variables: Mapping[str, str]) -> str:
    """A template's text with its places filled, as the provider will do it. Raises UnusableVariables."""
    for name in PLACE.findall(body):
        check(name, variables.get(name, ""))
    return PLACE.sub(lambda place: variables[place[1]], body)


def check(name: str, value: str) -> None:
    """Whether WhatsApp takes a value for a place. Raises UnusableVariables."""
    if not value.strip():
        raise UnusableVariables(f"{{{{{name}}}}} would be empty")
    if _NO_BREAK_ALLOWED.search(value):
        raise UnusableVariables(f"{{{{{name}}}}} would hold a line break, a tab or five spaces in a row")
