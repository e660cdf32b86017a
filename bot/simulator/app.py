"""The simulator as a WSGI app: the provider's API, the control API and the page."""

from __future__ import annotations

from flask import Flask, Response, abort, request

from bot.simulator import api, content, control, lookups, page
from bot.simulator.clock import Clock
from bot.simulator.network import Network

_HOSTS = ("127.0.0.1", "localhost", "[::1]")


def create_app(
    network: Network,
    *,
    clock: Clock | None = None,
    service_url: str = "",
    timezone: str = "UTC",
    business: str = "",
) -> Flask:
    """The app over a network.

    `clock` is what the page moves, `timezone` how it shows times, `business` the name that phones show
    for the sender (empty = its number).
    """
    app = Flask("bot.simulator", root_path=page.ROOT)
    app.config["MAX_CONTENT_LENGTH"] = 256 * 1024
    app.register_blueprint(api.blueprint(network))
    app.register_blueprint(content.blueprint(network.ground))
    app.register_blueprint(lookups.blueprint(network.ground))
    app.register_blueprint(control.blueprint(network, clock, timezone))
    app.register_blueprint(page.blueprint(network, service_url, timezone, business))

    @app.before_request
    def stay_home() -> None:
        # another site's name that resolves to this machine must not reach the controls
        host = request.host.rsplit(":", 1)[0] if not request.host.endswith("]") else request.host
        if host not in _HOSTS:
            abort(403)

    @app.after_request
    def guard(response: Response) -> Response:
        response.headers.setdefault("Content-Security-Policy", page.POLICY)
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        response.headers.setdefault("Referrer-Policy", "no-referrer")
        return response

    return app
