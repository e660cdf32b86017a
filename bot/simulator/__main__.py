"""`python -m bot.simulator`: the simulator as a process of its own, on this machine only."""

from __future__ import annotations

import argparse
import json
import logging
import os
import secrets
import sys
import threading
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

from gunicorn.app.base import BaseApplication  # type: ignore[import-untyped, unused-ignore]

from bot.simulator.app import create_app
from bot.simulator.behaviour import Behaviour, Retries
from bot.simulator.clock import Clock, FollowedClock, OwnClock, following
from bot.simulator.network import Network
from bot.simulator.posting import is_loopback, over_http
from bot.simulator.records import Template
from bot.simulator.server import Pump

_HOOK = "/webhooks/twilio/messages"


class Unusable(ValueError):
    """The arguments do not make a network; the message says why."""


def arguments() -> argparse.ArgumentParser:
    """What the command understands."""
    parser = argparse.ArgumentParser(prog="python -m bot.simulator", description=__doc__)
    add = parser.add_argument
    add("--host", default="127.0.0.1", choices=["127.0.0.1"], help="this machine only")
    add("--port", type=int, required=True)
    add("--account", default=os.environ.get("SIMULATOR_ACCOUNT_SID", "AC" + "0" * 32))
    add("--token", help="better given as SIMULATOR_AUTH_TOKEN, where other users cannot read it")
    add("--sender", action="append", default=[], help="a number of the business; repeatable")
    add("--service", required=True, help="base address of the service; its webhook is below")
    add("--clock-url", default="", help="the service's demo clock")
    add("--timezone", default="America/New_York", help="how the page shows times")
    add("--business", default="", help="the name that phones show for the sender")
    add("--staff-phone", help="the number whose texts are notices to the front desk")
    add("--phones", type=Path, help='JSON: [{"number", "label", "color"?, "role"?}…]')
    add("--messaging-service", action="append", default=[], metavar="MGSID", help="holds all senders")
    add("--templates", type=Path, help='JSON: {"HX…": {"body", "category"?}}')
    add("--stop", default="off", choices=["off", "blocks", "provider"], help="see behaviour.py")
    add("--advanced-opt-out", action="store_true", help="webhooks carry OptOutType")
    add("--sha256", action="store_true", help="sign webhooks with the newer algorithm")
    add("--requests-per-second", type=float, help="per sender, then 429")
    add("--segments-per-second", type=float, help="how fast a sender's queue leaves")
    add("--delivered-after", type=float, default=0.4, metavar="SECONDS")
    add("--webhook-retries", type=int, default=5, help="after 5xx, no connection or no answer")
    add("--threads", type=int, default=8, help="that deliver webhooks")
    return parser


def network_from(asked: argparse.Namespace, clock: Clock) -> Network:
    """The network that the arguments describe."""
    for address in filter(None, (asked.service, asked.clock_url)):
        if not is_loopback(address):
            raise Unusable(f"{address} is not on this machine, and nothing here leaves it")
    token = os.environ.get("SIMULATOR_AUTH_TOKEN") or asked.token
    if not token:
        raise Unusable("set SIMULATOR_AUTH_TOKEN to the account's auth token")
    if not asked.sender:
        raise Unusable("give at least one --sender")
    templates = json.loads(asked.templates.read_text("utf-8")) if asked.templates else {}
    network = Network(
        account_sid=asked.account,
        auth_token=[part.strip() for part in token.split(",")],
        senders=asked.sender,
        webhook_url=asked.service.rstrip("/") + _HOOK,
        clock=clock,
        post=over_http(),
        behaviour=Behaviour(
            blocks_after_stop=asked.stop,
            advanced_opt_out=asked.advanced_opt_out,
            signature="sha256" if asked.sha256 else "sha1",
            requests_per_second=asked.requests_per_second,
            segments_per_second=asked.segments_per_second,
            delivered_after=timedelta(seconds=asked.delivered_after),
            webhook_retries=Retries(asked.webhook_retries, frozenset({"ct", "rt", "5xx"})),
        ),
        staff_phone=asked.staff_phone,
        messaging_services=dict.fromkeys(asked.messaging_service, asked.sender),
        templates={sid: Template(**template) for sid, template in templates.items()},
        # fresh ids at every start: the service has kept those of the last one
        seed=secrets.token_hex(8),
        pause=time.sleep,
    )
    for phone in json.loads(asked.phones.read_text("utf-8")) if asked.phones else []:
        network.add_phone(**phone)
    return network


class _Server(BaseApplication):  # type: ignore[misc, unused-ignore]
    """One process with many threads: the network lives in its memory."""

    def __init__(self, asked: argparse.Namespace) -> None:
        self._asked = asked
        super().__init__()

    def load_config(self) -> None:
        """Set what gunicorn needs to know."""
        for name, value in {
            "bind": f"{self._asked.host}:{self._asked.port}",
            "workers": 1,
            "worker_class": "gthread",
            "threads": 64,
            "graceful_timeout": 3,
            "keepalive": 30,
            "loglevel": "warning",
            "proc_name": "rekindle-simulator",
        }.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        """The app, made in the worker so that its threads live there."""
        clock: Clock = FollowedClock(self._asked.clock_url) if self._asked.clock_url else OwnClock()
        clock.refresh()
        network = network_from(self._asked, clock)
        Pump(network, self._asked.threads).start()
        threading.Thread(target=following, args=(clock, threading.Event()), name="clock", daemon=True).start()
        return create_app(
            network,
            clock=clock,
            service_url=self._asked.service.rstrip("/"),
            timezone=self._asked.timezone,
            business=self._asked.business,
        )


def main() -> None:
    """Read the arguments and serve until told to stop."""
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
    parser = arguments()
    asked = parser.parse_args()
    try:
        # a wrong argument is said here, not by a worker that dies
        network_from(asked, OwnClock())
    except (Unusable, OSError, ValueError, TypeError) as error:
        parser.error(str(error))
    _Server(asked).run()


if __name__ == "__main__":
    main()
