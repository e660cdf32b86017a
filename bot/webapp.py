"""The Flask application: its parts, its limits, and what it needs from the process around it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import structlog
from flask import Flask, request

from bot import callers, demo_door, health, metrics, response_headers, row_ids
from bot.staff import door
from bot.webhooks import twilio
from data import clock, db, demo_clock, logs, settings

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

LARGEST = 256 * 1024
"""Bytes of a request's body."""

log = structlog.get_logger(__name__)


class _App(Flask):
    """Flask, but for its log of unexpected errors: a traceback may hold a text or a number."""

    def log_exception(self, exc_info: Any) -> None:
        """Say what failed and where, without values."""
        log.error("request failed", path=request.path, **logs.what_failed(exc_info[1]))


def create_app() -> Flask:
    """The application for the settings in force; connects to their database."""
    present = settings.get()
    logs.configure()
    db.connect()
    if present.rekindle_demo:
        clock.use(demo_clock.now)
    app = _App(__name__, static_folder=None)
    app.config.update(
        SECRET_KEY=present.secret("secret_key"),
        MAX_CONTENT_LENGTH=LARGEST,
        # with __Host- no other host of the domain, and no page without https, can set it
        SESSION_COOKIE_NAME="__Host-rekindle" if present.is_public_https else "rekindle",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",  # not Strict: staff come by links in texts and mails
        SESSION_COOKIE_SECURE=present.is_public_https,
        PERMANENT_SESSION_LIFETIME=timedelta(hours=12),
    )
    row_ids.install(app)
    app.register_blueprint(health.blueprint)
    app.register_blueprint(metrics.blueprint)
    if present.rekindle_demo:
        app.register_blueprint(demo_door.blueprint)
    door.register(app)
    app.wsgi_app = _Doors(app.wsgi_app, _provider_door().wsgi_app)  # type: ignore[method-assign]
    response_headers.install(app, present)
    callers.install(app, present)
    return app


def _provider_door() -> Flask:
    """The webhooks, as an application of their own: sessions, CSRF and log-in are no concern of theirs.

    What staff need for each request would cost every text as much as its signature does.
    """
    app = _App(__name__, static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = LARGEST
    app.register_blueprint(twilio.blueprint)
    metrics.follow(app)
    return app


class _Doors:
    """Leads to the provider's application or to everybody's, by the path."""

    def __init__(self, everybody: WSGIApplication, provider: WSGIApplication) -> None:
        self._everybody, self._provider = everybody, provider

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        to_provider = environ.get("PATH_INFO", "").startswith("/webhooks/")
        return (self._provider if to_provider else self._everybody)(environ, start_response)
