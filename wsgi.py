"""The application for any WSGI server: `gunicorn wsgi:app`."""

from bot.webapp import create_app

app = create_app()

__all__ = ["app", "create_app"]
