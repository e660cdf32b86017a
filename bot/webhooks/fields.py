"""The fields of the provider's forms as the service takes them.

What nobody can do without (who, to whom, which text) must be well-formed, or the form is refused. Everything
else is cut or left out, so that no text that somebody wrote is lost for being strange.
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass

from werkzeug.datastructures import MultiDict

from data.imports.numbers import BadNumber, NoNumber, read_number
from scheduler.receive import Inbound

LONGEST_BODY = 1600 * 4
"""Characters of a text that are kept: four times what the provider delivers in one."""

MOST_MEDIA = 10
LONGEST_URL = 2_000
LONGEST_ADDRESS = 128
"""A number, a short code, or the name that a brand sends under."""

LARGEST_ID = 2**31 - 1

# Names and values are signed without anything between them. An id of a looser shape could swallow the field
# behind it under the same signature, and be taken for a new text.
_ID = re.compile(r"[A-Z]{2}[0-9A-Fa-f]{1,62}", re.ASCII)
_NUMBER = re.compile(r"\+[0-9 ().-]+", re.ASCII)
_STATUS = re.compile(r"[a-z_-]{1,32}", re.ASCII)
_CODE = re.compile(r"[0-9]{1,6}", re.ASCII)
_KEYWORDS = frozenset({"STOP", "START", "HELP"})

Form = MultiDict[str, str]


class Malformed(Exception):
    """This is no form of the provider's; the message says which field is wrong, without its value."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """A status callback. `message_id` is the row that we named in its address."""

    provider_id: str
    status: str
    error_code: str | None
    message_id: int | None


def inbound(form: Form) -> Inbound:
    """An inbound text. Raises Malformed."""
    channel, from_address = _address(form, "From")
    _, to_address = _address(form, "To")
    if not from_address:
        raise Malformed("From is needed")
    return Inbound(
        provider_id=_fitting(form, "MessageSid", _ID),
        channel=channel,
        from_address=from_address,
        to_address=to_address,
        body=_one(form, "Body")[:LONGEST_BODY],
        media=_media(form),
        messaging_service=_if_fitting(form, "MessagingServiceSid", _ID),
        opt_out_type=_keyword(form),
    )


@dataclass(frozen=True, slots=True)
class Call:
    """A call; numbers are E.164, and "" where the caller hides theirs or it is none."""

    from_number: str
    to_number: str


def call(form: Form) -> Call:
    """An inbound call. Raises Malformed where it does not say which call it is, or to which number."""
    _fitting(form, "CallSid", _ID)
    to_number = _caller(form, "To") or _one(form, "To").strip()
    if not 0 < len(to_number) <= LONGEST_ADDRESS:
        raise Malformed("To is needed")
    return Call(_caller(form, "From"), to_number)


def dialled(form: Form) -> str:
    """What became of the second leg of a call: `completed`, `no-answer`, `busy`, `failed`, `canceled`."""
    return _fitting(form, "DialCallStatus", _STATUS)


def receipt(form: Form, query: Form) -> Receipt:
    """A status callback. Raises Malformed."""
    ours = query.get("message", "")
    message_id = int(ours) if re.fullmatch(r"[0-9]{1,10}", ours) else None
    return Receipt(
        provider_id=_fitting(form, "MessageSid", _ID),
        status=_fitting(form, "MessageStatus", _STATUS),
        error_code=_if_fitting(form, "ErrorCode", _CODE),
        message_id=message_id if message_id is not None and message_id <= LARGEST_ID else None,
    )


def _one(form: Form, name: str) -> str:
    """The field, empty where it is absent, without what no database takes. The same name twice is no form:
    which of the two counts would be a matter of taste."""
    given = form.getlist(name)
    if len(given) > 1:
        raise Malformed(f"{name} is there more than once")
    return given[0].replace("\x00", "") if given else ""


def _fitting(form: Form, name: str, shape: re.Pattern[str]) -> str:
    value = _one(form, name)
    if not shape.fullmatch(value):
        raise Malformed(f"{name} is missing or not as the provider writes it")
    return value


def _if_fitting(form: Form, name: str, shape: re.Pattern[str]) -> str | None:
    value = _one(form, name)
    return value if shape.fullmatch(value) else None


def _keyword(form: Form) -> str | None:
    value = _one(form, "OptOutType").strip().upper()
    return value if value in _KEYWORDS else None


def _address(form: Form, name: str) -> tuple[str, str]:
    """The channel and the number of an address such as whatsapp:+12125550123."""
    raw = _one(form, name).strip()
    if len(raw) > LONGEST_ADDRESS or not raw.isprintable():
        raise Malformed(f"{name} is no address")
    prefix, colon, number = raw.rpartition(":")
    if number.startswith("+") and not _NUMBER.fullmatch(number):
        raise Malformed(f"{name} is no number")
    with suppress(NoNumber, BadNumber):  # a short code or a messaging service stays as it is
        # as the import writes it: Brazil's and Mexico's networks know two forms of one number
        number = read_number(number, "US").e164
    return ("whatsapp" if colon and prefix == "whatsapp" else "sms"), number


def _caller(form: Form, name: str) -> str:
    """A number as the database keeps it; a hidden one comes as a word, and an internet call as an address."""
    try:
        return read_number(_one(form, name).strip(), "US").e164
    except (NoNumber, BadNumber):
        return ""


def _media(form: Form) -> tuple[str, ...]:
    """The addresses of what came along, whatever NumMedia says; an endless one leaves its place only."""
    names = (f"MediaUrl{number}" for number in range(MOST_MEDIA))
    urls = (_one(form, name) for name in names if name in form)
    return tuple(url if len(url) <= LONGEST_URL else "" for url in urls if url)
