"""The list of conversations as the pages show it, and the filters that its address carries."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass

from flask import request
from sqlalchemy.orm import Session

from bot.staff import sessions, words
from data.queries import inbox
from data.queries.inbox import Asked, Key, Row

LONGEST_SEARCH = 80
SHOWS = ("all", "needs_you", "with_staff", *words.OUTCOMES)


@dataclass(frozen=True, slots=True)
class Listing:
    """`waiting` stands on top of the unfiltered list; `rows` is the page; `older` leads to the next one."""

    asked: Asked
    waiting: list[Row]
    rows: list[Row]
    older: Key | None
    needs_you: int
    zone: str
    mark: str

    @property
    def query(self) -> dict[str, str]:
        """What its address carries, for links that keep the filter."""
        given = {"show": self.asked.show if self.asked.show != "all" else "", "q": self.asked.words}
        return {name: value for name, value in given.items() if value}


def asked() -> Asked:
    """The filter in the address; what is not one is passed over."""
    show = request.args.get("show", "all")
    return Asked(
        show=show if show in SHOWS else "all",
        words=" ".join(request.args.get("q", "").replace("\x00", "").split())[:LONGEST_SEARCH],
    )


def listing(session: Session, business_id: int, wanted: Asked, after: Key | None = None) -> Listing:
    """A page of the list; those who wait stand on top of the first one."""
    waits = inbox.waiting(session, business_id)
    on_top = waits if wanted == Asked() else []
    ids, older = inbox.page(session, business_id, wanted, after=after, without=on_top)
    top = inbox.rows(session, on_top) if after is None else []
    rows = inbox.rows(session, ids)
    shown = hashlib.blake2b(repr((top, rows, len(waits))).encode(), digest_size=9).hexdigest()
    return Listing(wanted, top, rows, older, len(waits), sessions.me().timezone, shown)


def nonce() -> str:
    """A fresh mark for a text that is about to be written, so that sending it twice sends it once."""
    return secrets.token_urlsafe(12)
