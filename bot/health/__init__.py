"""Whether the service is alive and ready, for process managers, load balancers and whoever watches."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, jsonify
from flask.sansio.blueprints import BlueprintSetupState

from bot.health.readiness import NEEDED, Readiness, is_ready

blueprint = Blueprint("health", __name__)


@blueprint.record
def _begin(state: BlueprintSetupState) -> None:
    state.app.extensions["rekindle-readiness"] = Readiness()


@blueprint.get("/healthz")
def healthz() -> Response:
    """The process answers; nothing else is asked."""
    return Response("ok", content_type="text/plain")


@blueprint.get("/readyz")
def readyz() -> Response:
    """Each part and its state; 200 where all that is needed is well, else 503."""
    parts = current_app.extensions["rekindle-readiness"].parts()
    ready = is_ready(parts)
    answer = jsonify(
        ready=ready,
        parts={
            name: {"state": part.state, "needed": name in NEEDED, "detail": part.detail}
            for name, part in parts.items()
        },
    )
    answer.status_code = 200 if ready else 503
    answer.headers["Cache-Control"] = "no-store"
    return answer
