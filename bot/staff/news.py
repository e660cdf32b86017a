"""What is new, asked about every second by the open pages: 204 while nothing is.

The answer to an unchanged page costs a few index look-ups and renders nothing.
"""

from __future__ import annotations

import time
from typing import Any

from flask import Response, jsonify, render_template, request
from sqlalchemy.orm import Session

from bot.row_ids import row_id
from bot.staff import listing, sessions
from bot.staff.blueprint import blueprint
from bot.staff.transcript_page import forms, mark_of, mine, view_of
from data.db import reading
from data.queries import inbox
from scheduler.troubles import troubles

ANEW = 5
"""Seconds after which a list without new rows is read all the same: a state may have changed alone."""


@blueprint.get("/news")
def news() -> Response:
    """The pieces that have changed since the marks in the address (`list`, `conversation` with `mark`)."""
    found: dict[str, Any] = {}
    with reading() as session:
        if "list" in request.args:
            found |= _list(session, request.args["list"])
        conversation_id = request.args.get("conversation", type=row_id)
        if conversation_id is not None:
            found |= _conversation(session, conversation_id, request.args.get("mark", ""))
    return jsonify(found) if found else Response(status=204)


def _list(session: Session, mark: str) -> dict[str, Any]:
    seen, _, rest = mark.partition("~")
    at, _, shown = rest.partition("~")
    business = sessions.me().business_id
    newest = ".".join(map(str, inbox.newest(session, business)))
    if seen == newest and at.isdigit() and abs(time.time() - int(at)) < ANEW:
        return {}
    present = listing.listing(session, business, listing.asked())
    fresh: dict[str, Any] = {"list_mark": f"{newest}~{int(time.time())}~{present.mark}"}
    # with the list, which every open page asks about: whoever has had it open all day must see it too
    fresh["troubles"] = render_template("staff/_troubles.html", troubles=troubles(session, business)).strip()
    if present.mark != shown:
        open_id = request.args.get("conversation", type=row_id)
        fresh["list"] = render_template("staff/_list.html", listing=present, open_id=open_id)
        fresh["needs_you"] = present.needs_you
    return fresh


def _conversation(session: Session, conversation_id: int, mark: str) -> dict[str, Any]:
    conversation = mine(session, conversation_id)
    if mark_of(session, conversation) == mark:
        return {}
    view = view_of(session, conversation)
    given = {"view": view} | forms()
    return {
        "mark": view.mark,
        "transcript": render_template("staff/_transcript.html", **given),
        "state": render_template("staff/_state.html", **given),
        "about": render_template("staff/_about.html", **given),
        "refusal": view.stand.refusal,
        "hint": view.stand.hint,
    }
