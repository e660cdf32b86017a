"""A consent that somebody has begun: what is remembered on our side until they come back from Google.

It lies in the row of their log-in, which is this side of their session: the cookie holds nothing of it. It is
good once, for the session that began it, and for half an hour.
"""

from __future__ import annotations

import hashlib
import time
from hmac import compare_digest
from typing import Any

from flask import session
from sqlalchemy import select

from actions.calendars.google_consent import Begun
from data import crypto
from data.db import writing
from data.models import AuditEvent

GOOD_FOR = 30 * 60
"""Seconds (real time) that somebody may take at Google."""

_KEY = "consent"


def remember(begun: Begun) -> None:
    """Keep it; one that was begun before in this session is forgotten."""
    kept = {
        "state": _digest(begun.state),
        "verifier": crypto.encrypt(begun.verifier.encode()).decode(),
        "until": int(time.time()) + GOOD_FOR,
    }
    with writing() as database:
        row = _row(database)
        row.detail = row.detail | {_KEY: kept}


def take(state: str) -> str | None:
    """The verifier of the consent with that state, once; None where none was begun, or not here."""
    with writing() as database:
        row = _row(database)
        kept = row.detail.get(_KEY)
        if kept is None or not compare_digest(kept["state"], _digest(state)):
            return None  # a stranger's link must not spoil what is under way
        row.detail = {name: value for name, value in row.detail.items() if name != _KEY}
    if kept["until"] < time.time():
        return None
    try:
        return crypto.decrypt(kept["verifier"].encode()).decode()
    except crypto.KeysDoNotFit:
        return None  # the keys were renewed just now: it is begun anew


def _row(database: Any) -> AuditEvent:
    wanted = select(AuditEvent).where(AuditEvent.id == session["log_in"]).with_for_update()
    row: AuditEvent = database.scalars(wanted).one()
    return row


def _digest(state: str) -> str:
    return hashlib.sha256(state.encode()).hexdigest()
