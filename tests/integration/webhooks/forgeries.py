"""Forgeries: every way we know in which a request may look genuine without being so.

Each takes a genuine sealed letter that has not been delivered yet, so that letting it in would show.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from bot.simulator.signature import SETTINGS_HEADER, SIGNATURE_HEADER, sign
from data.addresses import INBOUND, STATUS
from tests.integration.webhooks.letters import ACCOUNT, BASE, Letter, Pairs

LIED = "https://evil.example"


@dataclass(frozen=True, slots=True)
class Means:
    """What a forger has: a token in force to show what it would take, one that is not, another letter."""

    token: str
    old_token: str
    other: Letter
    """Genuine, sealed, and about something else."""


Forge = Callable[[Letter, Means], Letter]


def _seal(letter: Letter, value: str) -> Letter:
    return letter.plus((SIGNATURE_HEADER, value))


def _signature(letter: Letter) -> str:
    return next(value for name, value in letter.headers if name == SIGNATURE_HEADER)


def _unsealed(letter: Letter) -> Letter:
    return replace(letter, headers=())


def _with(letter: Letter, *more: tuple[str, str]) -> Letter:
    return replace(letter, pairs=(*letter.pairs, *more))


def _without(letter: Letter, name: str) -> Letter:
    return replace(letter, pairs=tuple(pair for pair in letter.pairs if pair[0] != name))


def _telling(letter: Letter) -> str:
    """The field that says what the letter is about."""
    return "Body" if letter.get("Body") else "MessageStatus" if letter.get("MessageStatus") else "NumMedia"


def _changed(letter: Letter, name: str) -> Letter:
    new = {"MessageStatus": "failed", "Body": "STOP", "NumMedia": "9", "From": "+12125550124"}
    value = new.get(name, "SM" + "f" * 32)
    return letter.having(**{name: value + "!" if letter.get(name) == value else value})


def _swapped(letter: Letter) -> Letter:
    return letter.having(From=letter.get("To"), To=letter.get("From"), ApiVersion="2010-04-02")


def _swallowing(letter: Letter, name: str) -> Letter:
    """Names and values are signed without separators: the field `name` swallows the one behind it."""
    pairs = sorted(set(letter.pairs))
    at = next(index for index, pair in enumerate(pairs) if pair[0] == name)
    behind = pairs[at + 1]
    merged = (name, pairs[at][1] + behind[0] + behind[1])
    return replace(letter, pairs=(*pairs[:at], merged, *pairs[at + 2 :]))


def _cut(letter: Letter, name: str) -> Letter:
    """The other way round: what is behind the first character becomes a name that swallows all the rest."""
    pairs = sorted(set(letter.pairs))
    at = next(index for index, pair in enumerate(pairs) if pair[0] == name)
    rest = pairs[at][1][1:] + "".join(key + value for key, value in pairs[at + 1 :])
    return replace(letter, pairs=(*pairs[:at], (name, pairs[at][1][:1]), (rest[:-1], rest[-1])))


def _multipart(letter: Letter) -> Letter:
    body = "".join(
        f'--seam\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in letter.pairs
    )
    return replace(
        letter, raw=(body + "--seam--\r\n").encode(), content_type="multipart/form-data; boundary=seam"
    )


def _json(letter: Letter, means: Means) -> Letter:
    """Signed as the provider signs JSON: the address alone, which names the body's hash."""
    raw = json.dumps(dict(letter.pairs)).encode()
    mark = "&" if "?" in letter.target else "?"
    target = f"{letter.target}{mark}bodySHA256={hashlib.sha256(raw).hexdigest()}"
    sealed = replace(letter, target=target, pairs=()).sealed(means.token)
    return replace(sealed, raw=raw, content_type="application/json")


def _query(letter: Letter, query: str) -> Letter:
    path, mark, old = letter.target.partition("?")
    return replace(letter, target=f"{path}?{old}&{query}" if mark else f"{path}?{query}")


def _other_query(letter: Letter) -> Letter:
    """The seal stays, the text of ours that the address names becomes another."""
    path, mark, old = letter.target.partition("?")
    number = old.rpartition("=")[2]
    other = str(int(number) + 1) if number.isdigit() else "1"
    return replace(letter, target=f"{path}?message={other}") if mark else _query(letter, "message=1")


def _other_door(letter: Letter) -> Letter:
    return replace(letter, target=STATUS if letter.target.startswith(INBOUND) else INBOUND)


def _lie(*names: str) -> Forge:
    """Signed for another host with the right token, and headers that call that host ours."""
    said = {
        "X-Forwarded-Host": "evil.example",
        "X-Forwarded-Proto": "https",
        "X-Forwarded-Port": "443",
        "X-Forwarded-For": "203.0.113.9",
        "Forwarded": "host=evil.example;proto=https",
        "X-Original-Host": "evil.example",
        "Host": "evil.example",
    }
    told: Pairs = tuple((name, said[name]) for name in names)

    def forge(letter: Letter, means: Means) -> Letter:
        lied = letter.sealed(means.token, url=LIED + letter.target).plus(*(h for h in told if h[0] != "Host"))
        return replace(lied, base=LIED) if "Host" in names else lied

    return forge


def _old_scheme(letter: Letter, means: Means) -> Letter:
    return letter.sealed(means.token, url=letter.url.replace("https://", "http://")).plus(
        ("X-Forwarded-Proto", "http")
    )


def _method(method: str) -> Forge:
    def forge(letter: Letter, means: Means) -> Letter:
        extra = f"{urlencode(letter.pairs)}"
        return replace(_query(letter, extra) if method in ("GET", "HEAD") else letter, method=method)

    return forge


FORGERIES: dict[str, Forge] = {
    "no signature": lambda letter, means: _unsealed(letter),
    "an empty signature": lambda letter, means: _seal(letter, ""),
    "a guessed token": lambda letter, means: letter.sealed("guessed"),
    "an empty token": lambda letter, means: letter.sealed(""),
    "the account's id as the token": lambda letter, means: letter.sealed(ACCOUNT),
    "a token that is no longer in the setting": lambda letter, means: letter.sealed(means.old_token),
    "both tokens as one": lambda letter, means: letter.sealed(f"{means.token},{means.old_token}"),
    "signed for the other door": lambda letter, means: letter.sealed(
        means.token, url=_other_door(letter).url
    ),
    "delivered to the other door": lambda letter, means: _other_door(letter),
    "signed for another host": lambda letter, means: letter.sealed(means.token, url=LIED + letter.target),
    "signed for another scheme": _old_scheme,
    "signed for another port": lambda letter, means: letter.sealed(
        means.token, url=letter.url.replace(BASE, BASE + ":8443")
    ),
    "signed with a slash behind": lambda letter, means: letter.sealed(means.token, url=letter.url + "/"),
    "signed without its query": lambda letter, means: _query(letter, "message=1").sealed(
        means.token, url=letter.url.partition("?")[0]
    ),
    "a query added": lambda letter, means: _query(letter, "extra=1"),
    "a query that names another text": lambda letter, means: _other_query(letter),
    "the telling field changed": lambda letter, means: _changed(letter, _telling(letter)),
    "the sender changed": lambda letter, means: _changed(letter, "From"),
    "the text's id changed": lambda letter, means: _changed(letter, "MessageSid"),
    "sender and receiver exchanged": lambda letter, means: _swapped(letter),
    "a field added": lambda letter, means: _with(letter, ("OptOutType", "STOP")),
    "an empty field added": lambda letter, means: _with(letter, ("Extra", "")),
    "a field removed": lambda letter, means: _without(letter, "ApiVersion"),
    "an empty field removed": lambda letter, means: (
        _without(letter, "FromCity") if "FromCity" in dict(letter.pairs) else _without(letter, "To")
    ),
    "a field repeated with another value": lambda letter, means: _with(letter, ("To", "+12125550101")),
    "an unread field repeated with another value": lambda letter, means: _with(letter, ("ApiVersion", "9")),
    "a signed field repeated behind": lambda letter, means: _with(letter, ("MessageSid", "SM" + "e" * 32)),
    "a signed field said twice": lambda letter, means: _with(
        letter, ("MessageSid", letter.get("MessageSid"))
    ),
    "a signed field repeated in front": lambda letter, means: replace(
        letter, pairs=(("MessageSid", "SM" + "d" * 32), *letter.pairs)
    ),
    "fields moved into the query": lambda letter, means: replace(
        _query(letter, urlencode(letter.pairs)), pairs=()
    ),
    "no fields at all": lambda letter, means: replace(letter, pairs=()),
    "the seal of another letter": lambda letter, means: means.other.moved_onto(letter),
    "the id swallows the field behind it": lambda letter, means: _swallowing(letter, "MessageSid"),
    "the sender swallows the field behind it": lambda letter, means: _swallowing(letter, "From"),
    "the status swallows the field behind it": lambda letter, means: _swallowing(
        letter, "MessageStatus" if letter.get("MessageStatus") else "MessageSid"
    ),
    "the status is cut short": lambda letter, means: (
        _cut(letter, "MessageStatus") if letter.get("MessageStatus") else _swallowing(letter, "MessageSid")
    ),
    "a JSON body with its hash": _json,
    "a JSON body under the form's seal": lambda letter, means: replace(
        letter, raw=json.dumps(dict(letter.pairs)).encode(), content_type="application/json"
    ),
    "the form as multipart": lambda letter, means: _multipart(letter),
    "the form as plain text": lambda letter, means: replace(letter, content_type="text/plain"),
    "the form without a type": lambda letter, means: replace(letter, content_type=""),
    "by GET": _method("GET"),
    "by HEAD": _method("HEAD"),
    "by PUT": _method("PUT"),
    "by PATCH": _method("PATCH"),
    "by DELETE": _method("DELETE"),
    "by GET that calls itself POST": lambda letter, means: replace(
        _method("GET")(letter, means), headers=(*letter.headers, ("X-HTTP-Method-Override", "POST"))
    ),
    "a huge body, signed": lambda letter, means: _with(letter, ("Pad", "x" * 300_000)).sealed(means.token),
    "a huge body, unsigned": lambda letter, means: _unsealed(_with(letter, ("Pad", "x" * 300_000))),
    "thousands of fields, unsigned": lambda letter, means: _unsealed(
        _with(letter, *((f"Pad{n}", "") for n in range(2_000)))
    ),
    "a forwarded host that lies": _lie("X-Forwarded-Host", "X-Forwarded-Proto", "X-Forwarded-Port"),
    "a Forwarded header that lies": _lie("Forwarded", "X-Forwarded-For"),
    "a host that lies": _lie("Host"),
    "every header that lies": _lie("Host", "X-Forwarded-Host", "X-Original-Host", "X-Forwarded-Proto"),
    "SHA-1 called SHA-256": lambda letter, means: letter.sealed(means.token).plus(
        (SETTINGS_HEADER, "key=k,algorithm=HMAC_SHA256")
    ),
    "SHA-256 not announced": lambda letter, means: letter.plus(
        (SIGNATURE_HEADER, sign(letter.url, letter.pairs, means.token, "sha256")),
        (SETTINGS_HEADER, ""),
    ),
    "an algorithm called none": lambda letter, means: _seal(letter, "none").plus(
        (SETTINGS_HEADER, "key=k,algorithm=none")
    ),
    "SHA-256 by a guessed token": lambda letter, means: letter.sealed("guessed", "sha256"),
    "a signature cut short": lambda letter, means: _seal(letter, _signature(letter)[:-4]),
    "a signature in small letters": lambda letter, means: _seal(letter, _signature(letter).swapcase()),
    "a signature with one bit turned": lambda letter, means: _seal(letter, _turned(_signature(letter))),
    "a signature that is no text": lambda letter, means: _seal(letter, "\xff\xfe=="),
    "two signatures in one": lambda letter, means: _seal(
        letter, _signature(letter) + "," + sign(letter.url, letter.pairs, "guessed")
    ),
}


def _turned(signature: str) -> str:
    digest = bytearray(base64.b64decode(signature))
    digest[0] ^= 1
    return base64.b64encode(digest).decode()
