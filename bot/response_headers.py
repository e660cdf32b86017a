"""What every answer tells the browser: where scripts come from, who may frame it, what may be kept."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from flask import Flask

from data.settings import Settings

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "object-src 'none'",
        "frame-ancestors 'none'",
    )
)
"""Nothing from other hosts, and nothing that stands in the page itself."""

ALWAYS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=(), display-capture=()",
    "Cache-Control": "no-store",
}

A_YEAR = 365 * 24 * 60 * 60


def install(app: Flask, present: Settings) -> None:
    """Send them with every answer, errors and webhooks included; a page that says something else keeps it."""
    headers = list(ALWAYS.items())
    if present.is_public_https:
        # without subdomains: they may be somebody else's
        headers.append(("Strict-Transport-Security", f"max-age={A_YEAR}"))

    inner: WSGIApplication = app.wsgi_app

    def outer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        def start(status: str, said: list[tuple[str, str]], *rest: Any) -> Any:
            there = {name.lower() for name, _ in said}
            return start_response(
                status, said + [one for one in headers if one[0].lower() not in there], *rest
            )

        return inner(environ, start)

    app.wsgi_app = outer  # type: ignore[method-assign]
