"""What the provider's error codes mean for a text, its number, and its sender.

Source of the codes: Twilio's error dictionary (https://www.twilio.com/docs/api/errors); what to do is ours.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

Suppressing = Literal["opt_out", "undeliverable"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What to do about a code.

    `suppress`: nothing more to this number, or with `channel_only` to it on this channel; where
    `suppress_after` is set, only once so many texts in a row have failed with this code.
    `by_sms`: what was for WhatsApp goes by SMS instead; `touch_by_sms`: a touch does. `template`: what has
    become of the WhatsApp template that it was sent as.
    `again_after`: the text may be tried again then; at most `tries` times in all. `unread`: the provider
    has not even looked at it, so that what nobody waits for is tried for as long as it takes.
    `stop`: nothing but a probe now and then leaves from this `sender`, or from all senders of the `account`.
    `kept`: the text itself is not at fault and goes once the sender may send again.
    """

    meaning: str
    suppress: Suppressing | None = None
    channel_only: bool = False
    suppress_after: int = 1
    again_after: timedelta | None = None
    tries: int = 1
    unread: bool = False
    by_sms: bool = False
    touch_by_sms: bool = False
    template: Literal["rejected", "paused", "disabled"] | None = None
    stop: Literal["sender", "account"] | None = None
    kept: bool = False


def _soon(meaning: str, *, unread: bool = False) -> Verdict:
    return Verdict(meaning, again_after=timedelta(seconds=5), tries=8, unread=unread)


def _no_whatsapp(meaning: str) -> Verdict:
    return Verdict(meaning, suppress="undeliverable", channel_only=True, by_sms=True)


def _no_template(meaning: str, template: Literal["rejected", "paused", "disabled"] | None = None) -> Verdict:
    return Verdict(meaning, touch_by_sms=True, template=template)


VERDICTS: dict[str, Verdict] = {
    "20003": Verdict("the provider refuses our credentials", stop="account", kept=True),
    "20429": _soon("too many requests; this one was not processed", unread=True),
    "21211": Verdict("not a valid number", suppress="undeliverable"),
    "21408": Verdict("this region is not enabled for the account", suppress="undeliverable"),
    "21602": Verdict("an empty text"),
    "21608": Verdict("a trial account may text verified numbers alone"),
    "21610": Verdict("the contact has unsubscribed", suppress="opt_out"),
    "21611": _soon("the sender's queue is full"),
    "21612": Verdict("cannot be routed", suppress="undeliverable"),
    "21614": Verdict("not a mobile number", suppress="undeliverable"),
    "21617": Verdict("longer than 1600 characters"),
    "21635": Verdict("a landline", suppress="undeliverable"),
    "21655": _no_template("the ContentSid is not known"),
    "21656": _no_template("the template's variables cannot be used"),
    "30001": _soon("the queue overflowed"),
    "30003": Verdict(
        "the handset is unreachable",
        suppress="undeliverable",
        suppress_after=3,
        again_after=timedelta(days=1),
        tries=2,
    ),
    "30004": Verdict("blocked by the carrier or the recipient"),
    "30005": Verdict("an unknown handset", suppress="undeliverable"),
    "30006": Verdict("a landline or an unreachable carrier", suppress="undeliverable"),
    "30007": Verdict("filtered by the carrier"),
    "30008": Verdict("an unknown error", again_after=timedelta(hours=4), tries=2),
    "30022": _soon("above the rate of the registered campaign"),
    "30032": Verdict("the toll-free number is not verified", stop="sender"),
    "30034": Verdict("the number is not registered for 10DLC", stop="sender"),
    "30500": _soon("a passing error of the provider"),
    "63003": _no_whatsapp("no WhatsApp recipient"),
    "63013": Verdict("against WhatsApp's policy"),
    "63014": Verdict("blocked by the user", suppress="opt_out"),
    "63016": _no_template("outside WhatsApp's 24-hour window"),
    "63017": _soon("above WhatsApp's rate"),
    "63018": _soon("above WhatsApp's rate to this contact"),
    "63024": _no_whatsapp("not a valid WhatsApp recipient"),
    "63027": _no_template("no such WhatsApp template in this language"),
    "63038": Verdict("the account's daily limit", again_after=timedelta(days=1), tries=3),
    "63040": _no_template("the WhatsApp template was rejected", "rejected"),
    "63041": _no_template("the WhatsApp template is paused", "paused"),
    "63042": _no_template("the WhatsApp template is disabled", "disabled"),
    "63049": _no_template("Meta chose not to deliver this marketing message"),
    "131050": Verdict("the user opted out of marketing (Meta)", suppress="opt_out"),
}

WITHOUT_A_CODE = {401: "20003", 429: "20429"}
"""The code that an HTTP status stands for where the answer carries none."""

UNKNOWN_CODE = Verdict("a code that is not in our table")


def verdict(code: str | None) -> Verdict:
    """What to do about a code; one that we do not know fails the text and nothing else."""
    return VERDICTS.get(code or "", UNKNOWN_CODE)
