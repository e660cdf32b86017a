"""`/metrics` for Prometheus, and what is counted at the doors.

Nobody reads it without the token: behind a reverse proxy on the same machine every stranger looks like this
machine, so where a request comes from proves nothing.
"""

from __future__ import annotations

import hmac
import secrets
import time

import structlog
from flask import Blueprint, Flask, Response, current_app, g, request
from flask.sansio.blueprints import BlueprintSetupState
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest

from bot.metrics_figures import RowFigures
from data import settings
from scheduler import measures
from scheduler.measures import seats
from scheduler.measures.watch import watch

blueprint = Blueprint("metrics", __name__)

WEBHOOKS = {"twilio.messages": "messages", "twilio.status": "status"}
"""The provider's doors by their endpoints -> the label. An address of a request is never a label."""

log = structlog.get_logger(__name__)


@blueprint.record
def _begin(state: BlueprintSetupState) -> None:
    watch()
    state.app.extensions["rekindle-metrics"] = _registry()


def follow(app: Flask) -> None:
    """Give each request of another application an id, and count those at the provider's doors."""
    app.before_request(_begin_request)
    app.after_request(_count_request)


def _registry() -> CollectorRegistry:
    registry = CollectorRegistry()
    if not seats.add_all(registry):
        registry.register(REGISTRY)
    registry.register(RowFigures())
    return registry


@blueprint.before_app_request
def _begin_request() -> None:
    """Every line that is logged meanwhile carries the request's id; threads serve one after the other."""
    structlog.contextvars.clear_contextvars()
    structlog.contextvars.bind_contextvars(request=secrets.token_hex(4))
    g.began = time.perf_counter()


@blueprint.after_app_request
def _count_request(response: Response) -> Response:
    webhook = WEBHOOKS.get(request.endpoint or "")
    if webhook is not None:
        measures.WEBHOOK_REQUESTS.labels(webhook, str(response.status_code)).inc()
        measures.WEBHOOK_SECONDS.labels(webhook).observe(time.perf_counter() - g.began)
        if response.status_code == 403:
            measures.SIGNATURES_REFUSED.inc()
    return response


@blueprint.get("/metrics")
def metrics() -> Response:
    """All figures, for whoever shows the token."""
    if not _may_read():
        log.warning("metrics refused: no valid token")
        return Response("a bearer token is needed", 401, {"WWW-Authenticate": "Bearer"})
    registry = current_app.extensions["rekindle-metrics"]
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


def _may_read() -> bool:
    scheme, _, shown = request.headers.get("Authorization", "").partition(" ")
    token = settings.get().secret("metrics_token")
    fits = hmac.compare_digest(shown.strip().encode(), token.encode())
    return scheme.lower() == "bearer" and fits and bool(token)
