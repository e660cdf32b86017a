"""The page with the phones to type on. All it shows comes through the control API."""

from __future__ import annotations

from pathlib import Path

from flask import Blueprint, render_template

from bot.simulator.network import Network
from bot.simulator.records import channel_of, number_of

ROOT = str(Path(__file__).parent)
POLICY = (
    "default-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


def blueprint(network: Network, service_url: str, timezone: str, business: str) -> Blueprint:
    """The page at /."""
    page = Blueprint("page", __name__)

    @page.get("/")
    def phones() -> str:
        senders = network.ground.senders
        return render_template(
            "phones.html",
            channels=sorted({channel_of(sender) for sender in senders}),
            staff_view=f"{service_url}/staff" if service_url else "",
            timezone=timezone,
            business=business,
            sender=number_of(senders[0]),
        )

    return page
