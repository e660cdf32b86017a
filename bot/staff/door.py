"""Putting the staff view into the application: its pages, sessions, CSRF, limits and errors."""

from __future__ import annotations

from flask import Flask

from bot.staff import (
    acts,
    answers,
    calendar_connect,
    calendar_settings,
    campaign_preview,
    campaign_report,
    campaign_words,
    campaigns,
    errors,
    figures,
    inbox,
    kept,
    lists,
    log_in,
    marks,
    news,
    protection,
    record,
    segments,
    sessions,
    transcript_page,
    visits,
)
from bot.staff.blueprint import blueprint

_PARTS = (
    acts,
    answers,
    calendar_connect,
    calendar_settings,
    campaign_preview,
    campaign_report,
    campaign_words,
    campaigns,
    figures,
    inbox,
    kept,
    lists,
    log_in,
    marks,
    news,
    record,
    segments,
    transcript_page,
    visits,
)  # their routes are on the blueprint by import


def register(app: Flask) -> None:
    """Call it when the webhooks are registered already: they are exempt from CSRF by name."""
    sessions.install(app)
    errors.install(app)
    app.register_blueprint(blueprint)
    protection.install(app)
