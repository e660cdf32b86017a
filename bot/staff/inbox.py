"""The list of conversations, and the texts of people who are not on the business's list."""

from __future__ import annotations

from flask import render_template, request

from bot.row_ids import row_id
from bot.staff import listing, sessions
from bot.staff.blueprint import blueprint
from bot.staff.forms import ActForm
from data.db import reading
from data.queries import inbox
from data.queries.inbox import Key
from scheduler.troubles import troubles


@blueprint.get("", endpoint="conversations")
def show() -> str:
    """The list; with `?before=` an older page of it."""
    with reading() as session:
        shown = listing.listing(
            session, sessions.me().business_id, listing.asked(), Key.parse(request.args.get("before", ""))
        )
        wrong = troubles(session, sessions.me().business_id)
    return render_template("staff/inbox.html", listing=shown, troubles=wrong, act=ActForm())


@blueprint.get("/unknown")
def unknown() -> str:
    """Texts from unknown numbers: kept, never answered."""
    with reading() as session:
        texts, older = inbox.unknown_senders(
            session, sessions.me().business_id, before=request.args.get("before", type=row_id)
        )
        needs_you = len(inbox.waiting(session, sessions.me().business_id))
    return render_template(
        "staff/unknown.html",
        texts=texts,
        older=older,
        zone=sessions.me().timezone,
        needs_you=needs_you,
        act=ActForm(),
    )


@blueprint.get("/<path:_rest>")
def nothing(_rest: str) -> tuple[str, int]:
    """Any other address below /staff: not found, in the look of the place."""
    return render_template(
        "staff/error.html", code=404, title="There is nothing here", advice="The address is mistyped."
    ), 404
