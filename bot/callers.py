"""Who calls, and under which path: what a proxy in front changes about a request, and no more than that.

The public address itself (scheme, host) is PUBLIC_BASE_URL and is never taken from a header.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from flask import Flask, request
from werkzeug.middleware.proxy_fix import ProxyFix

from data.settings import Settings

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication

NOBODY_KNOWN = "unknown"


class BelowPath:
    """Serves an application below a path, whether or not the proxy takes that path off."""

    def __init__(self, app: WSGIApplication, path: str) -> None:
        self._app, self._path = app, path

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        asked = environ.get("PATH_INFO", "")
        environ["SCRIPT_NAME"] = self._path
        if asked == self._path or asked.startswith(f"{self._path}/"):
            environ["PATH_INFO"] = asked.removeprefix(self._path) or "/"
        return self._app(environ, start_response)


def install(app: Flask, present: Settings) -> None:
    """Let requests look as they did before the proxies that the settings name."""
    wsgi: WSGIApplication = app.wsgi_app
    if present.public_path:
        wsgi = BelowPath(wsgi, present.public_path)
    if present.trusted_proxies:
        # the caller's address and nothing else: scheme and host stay those of PUBLIC_BASE_URL
        wsgi = ProxyFix(wsgi, x_for=present.trusted_proxies, x_proto=0, x_host=0, x_port=0, x_prefix=0)
    app.wsgi_app = wsgi  # type: ignore[method-assign, assignment]


def address() -> str:
    """The address that limits count by: an IPv6 network of 64 bits is one caller."""
    try:
        found = ipaddress.ip_address(request.remote_addr or "")
    except ValueError:
        return NOBODY_KNOWN  # a proxy that says nonsense: all whom it lets through count together
    if isinstance(found, ipaddress.IPv4Address):
        return str(found)
    if found.ipv4_mapped is not None:
        return str(found.ipv4_mapped)
    return str(ipaddress.ip_network((found, 64), strict=False))
