"""The demo's clock over HTTP, for the phone simulator. It exists in demo mode alone."""

from __future__ import annotations

from datetime import timedelta

from flask import Blueprint, Response, abort, jsonify, request

from data import clock, demo_clock
from data.db import reading, writing
from scheduler.due import due_jobs
from scheduler.wake import wake

blueprint = Blueprint("demo", __name__, url_prefix="/demo")

FURTHEST = timedelta(days=60)
LARGEST = 256
"""Bytes of what is asked: JSON of this size cannot be nested too deeply to be read."""


@blueprint.before_request
def from_this_machine_only() -> None:
    """The demo listens on this machine; whoever reaches it from elsewhere is refused all the same."""
    if request.remote_addr not in ("127.0.0.1", "::1"):
        abort(403)
    if request.method == "POST" and not request.is_json:
        abort(415)  # a page of another site can post forms, but no JSON without being asked


@blueprint.get("/clock")
def read() -> Response:
    """The demo's now."""
    return jsonify(now=clock.now().isoformat())


@blueprint.post("/clock")
def forward() -> Response:
    """Move on by `forward_seconds`, and wake what has become due."""
    request.max_content_length = LARGEST
    asked = request.get_json()
    seconds = asked.get("forward_seconds") if isinstance(asked, dict) else None
    if not isinstance(seconds, int | float) or not 0 <= seconds <= FURTHEST.total_seconds():
        abort(400, "forward_seconds: a number of seconds, at most 60 days")
    with writing() as session:
        demo_clock.forward(session, timedelta(seconds=seconds))
    with reading() as session:
        due = due_jobs(session, clock.now())
    wake(one.job for one in due)
    return jsonify(now=clock.now().isoformat())
