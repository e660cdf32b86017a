"""What goes wrong in the staff view, in its own look and with what to do about it."""

from __future__ import annotations

from flask import Flask, g, jsonify, render_template, request
from flask.typing import ResponseReturnValue
from flask_login import AnonymousUserMixin
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from bot.staff import lists
from bot.staff.sessions import wants_json

SAYS = {
    400: ("That could not be read", "Go back and try once more."),
    403: ("That is not yours to open", "If it should be, ask whoever runs this installation."),
    404: ("There is nothing here", "The address is mistyped, or it belongs to another business."),
    405: ("That cannot be done this way", "Go back to the conversations and use the buttons there."),
    413: ("That is too long", "A text holds at most 1,600 characters. Shorten it and try again."),
    429: ("Too many attempts", "Wait some minutes, then try again. Nothing else has stopped working."),
    500: ("Something broke on our side", "It is in the log. What was sent is safe; try again shortly."),
}  # fmt: skip
FORM_EXPIRED = (
    "This form has expired",
    "You were logged out in the meantime, or this page was opened in another session. "
    "Load the page again; what you typed is kept in your browser.",
)


def install(app: Flask) -> None:
    """Answer errors of the staff view; those of other doors stay as they are."""
    app.register_error_handler(HTTPException, _answer)


def _answer(error: HTTPException) -> ResponseReturnValue:
    if not (request.path == "/staff" or request.path.startswith("/staff/")):
        return error
    if error.code is None or error.code < 400:
        return error  # a redirect
    title, advice = FORM_EXPIRED if isinstance(error, CSRFError) else SAYS.get(error.code, SAYS[400])
    if error.code == 413 and request.endpoint == lists.UPLOADING:
        title, advice = lists.TOO_LARGE
    if error.code >= 500:
        g._login_user = AnonymousUserMixin()  # templates ask who is here; the database may be what is broken
    headers = {"Cache-Control": "no-store"}
    if wants_json():
        return jsonify(error=f"{title}. {advice}"), error.code, headers
    page = render_template("staff/error.html", code=error.code, title=title, advice=advice)
    return page, error.code, headers
