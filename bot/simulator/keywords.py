"""The words at which the network itself acts, by kind of sender: whole message, any case."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Keyword = Literal["STOP", "START", "HELP"]


@dataclass(frozen=True, slots=True)
class Words:
    """What one kind of sender listens to, and where that is written."""

    words: dict[str, Keyword]
    source: str


def _words(stop: str, start: str, help_: str, source: str) -> Words:
    table: dict[str, Keyword] = {}
    table |= dict.fromkeys(stop.split(), "STOP")
    table |= dict.fromkeys(start.split(), "START")
    table |= dict.fromkeys(help_.split(), "HELP")
    return Words(table, source)


LONG_CODE = _words(
    "STOP STOPALL UNSUBSCRIBE CANCEL END QUIT REVOKE OPTOUT",
    "START YES UNSTOP",
    "HELP INFO",
    "provider's help page on default opt-out keywords for long codes",
)
TOLL_FREE = _words(
    "STOP", "START UNSTOP", "HELP INFO", "provider's help page on opt-out handling of toll-free numbers"
)
_TOLL_FREE_CODES = ("800", "833", "844", "855", "866", "877", "888")

CONFIRMATIONS: dict[Keyword, str] = {
    "STOP": "You have successfully been unsubscribed. You will not receive any more messages from this "
    "number. Reply START to resubscribe.",
    "START": "You have successfully been re-subscribed to messages from this number. Reply HELP for help. "
    "Reply STOP to unsubscribe. Msg&Data Rates May Apply.",
    "HELP": "Reply STOP to unsubscribe. Msg&Data Rates May Apply.",
}
"""What the provider answers on its own where it owns opt-outs (its published default texts)."""


def of_sender(sender: str) -> Words:
    """The table for an E.164 sender number."""
    return TOLL_FREE if sender.startswith("+1") and sender[2:5] in _TOLL_FREE_CODES else LONG_CODE


def heard(body: str, sender: str) -> Keyword | None:
    """The keyword that `body` is as a whole, for this sender, or None."""
    return of_sender(sender).words.get(body.strip().upper())
