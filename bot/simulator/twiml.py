"""Reading the TwiML that a webhook was answered with: the texts that it asks to be sent back."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import dataclass


class UnreadableTwiML(ValueError):
    """The answer is not a TwiML document (the provider's warning 12100 or 12300)."""


@dataclass(frozen=True, slots=True)
class Reply:
    """One <Message> of the answer."""

    body: str
    media: tuple[str, ...] = ()
    to: str = ""


def replies(document: str) -> list[Reply]:
    """The texts in an answer; an empty answer has none. Raises UnreadableTwiML."""
    if not document.strip():
        return []
    if "<!DOCTYPE" in document:
        raise UnreadableTwiML("a document type is not accepted")
    try:
        root = ET.fromstring(document)
    except ET.ParseError as error:
        raise UnreadableTwiML(str(error)) from None
    if root.tag != "Response":
        raise UnreadableTwiML(f"the root is <{root.tag}>, not <Response>")
    found = []
    for verb in root.iter():
        if verb.tag not in ("Message", "Sms"):
            continue
        body = "".join([verb.text or "", *(part.text or "" for part in verb.iter("Body"))]).strip()
        media = tuple((part.text or "").strip() for part in verb.iter("Media"))
        found.append(Reply(body, media, verb.get("to", "")))
    return found
