"""Whether the service is alive, for process managers and load balancers."""

from __future__ import annotations

from flask import Blueprint, Response
from sqlalchemy import text

from data.db import reading

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
def healthz() -> Response:
    """The process answers."""
    return Response("ok", content_type="text/plain")


@blueprint.get("/readyz")
def readyz() -> Response:
    """The process can do its work: its database answers."""
    with reading() as session:
        session.execute(text("select 1"))
    return Response("ready", content_type="text/plain")
