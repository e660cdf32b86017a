"""What every answer tells the browser: where scripts come from, who may frame it, what may be kept."""

from __future__ import annotations

from flask import Flask, Response

from data.settings import Settings

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
    """Send them with every answer; a page that says something else itself keeps it."""
    headers = dict(ALWAYS)
    if present.is_public_https:
        # without subdomains: they may be somebody else's
        headers["Strict-Transport-Security"] = f"max-age={A_YEAR}"

    @app.after_request
    def _send(response: Response) -> Response:
        for name, value in headers.items():
            response.headers.setdefault(name, value)
        return response
