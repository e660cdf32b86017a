"""The blueprint of the staff view, and what every page of it is given."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from bot.staff import moments, outreach_words, sessions, words
from data import settings
from data.db import reading
from scheduler.troubles import Trouble, troubles

blueprint = Blueprint(
    "staff",
    __name__,
    url_prefix="/staff",
    static_folder="static",
    template_folder="templates",
)

OPEN = frozenset({"staff.log_in", "staff.log_in_now", "staff.static"})
"""What a stranger may ask for; every other page, present or future, asks for a login first."""

_STATIC = Path(__file__).parent / "static"


@cache
def _version() -> str:
    """Changes with any of our assets, so that browsers may keep them and still never show an old one."""
    digest = hashlib.blake2b(digest_size=6)
    for path in sorted(_STATIC.iterdir()):
        digest.update(path.read_bytes())
    return digest.hexdigest()


@blueprint.before_request
def _members_only() -> ResponseReturnValue | None:
    if request.endpoint in OPEN or current_user.is_authenticated:
        return None
    return sessions.turn_away()


@blueprint.context_processor
def _for_every_page() -> dict[str, Any]:
    present = settings.get()
    return {
        "version": _version(),
        "demo": present.rekindle_demo,
        "phones_page": present.twilio_api_base_url if present.rekindle_demo else "",
        "outcomes": words.OUTCOMES,
        "words": words,
        "outreach": outreach_words,
        "moments": moments,
        "present_troubles": _present_troubles,
    }


def _present_troubles() -> list[Trouble]:
    """For the pages that have not read them already: each of them says what is wrong."""
    with reading() as session:
        return troubles(session, sessions.me().business_id)


@blueprint.after_request
def _keep_private(response: Response) -> Response:
    """What contacts write is kept by no cache; our own scripts and styles may be."""
    if request.endpoint != "staff.static":
        response.headers["Cache-Control"] = "no-store"
    elif response.status_code == 200 and request.args.get("v"):
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return response
