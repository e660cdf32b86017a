"""How the network and the provider behave where real ones differ by sender, country or configuration."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal
from urllib.parse import parse_qsl, urldefrag

from bot.simulator.signature import Algorithm

StopHandling = Literal["off", "blocks", "provider"]


@dataclass(frozen=True, slots=True)
class Retries:
    """How often a webhook is tried again after which failures.

    `on` holds the provider's words: `ct` no connection, `rt` no answer in time, `4xx`, `5xx`, `all`. Both
    can also stand in the address itself as `#rc=2&rp=5xx,ct`, which wins. The provider's own default is
    one more try after a failed connection; its page "Webhook connection overrides" has the table.
    """

    count: int = 1
    on: frozenset[str] = frozenset({"ct"})

    def covers(self, failure: str) -> bool:
        """Whether another try follows this failure."""
        return failure in self.on or "all" in self.on

    def overridden_by(self, url: str) -> tuple[str, Retries]:
        """The address without its fragment (it is neither sent nor signed), and the retries in force."""
        bare, fragment = urldefrag(url)
        told = dict(parse_qsl(fragment))
        count = min(5, int(told["rc"])) if told.get("rc", "").isdigit() else self.count
        return bare, Retries(count, frozenset(told["rp"].split(",")) if told.get("rp") else self.on)


@dataclass(frozen=True, slots=True)
class Behaviour:
    """The settings of a network."""

    blocks_after_stop: StopHandling = "off"
    """What the provider itself does about STOP on SMS.

    `off`: nothing; the customer has switched the provider's handling off and owns opt-outs (what
    `OPT_OUT_CONFIRMATION=ours` needs, since a block would refuse our own confirmation with 21610).
    `blocks`: further sends are refused with 21610; nothing is said to the contact.
    `provider`: blocks, confirms STOP and START, and answers HELP by itself (`OPT_OUT_CONFIRMATION=provider`).
    """
    advanced_opt_out: bool = False
    """Whether webhooks carry OptOutType for the keywords (the provider's Advanced Opt-Out)."""
    signature: Algorithm = "sha1"
    signing_secret: str = ""
    """The shared key's secret for SHA-256; empty = the auth token."""
    requests_per_second: float | None = None
    """Creates per second and sender before 429 with 20429 (real time); None = no limit."""
    segments_per_second: float | None = None
    """How fast a sender's queue leaves (virtual time); None = at once."""
    delivered_after: timedelta = timedelta()
    """From sent to delivered."""
    webhook_retries: Retries = field(default_factory=Retries)
    keeps_messages: int = 100_000
    keeps_events: int = 20_000
    keeps_texts_per_phone: int = 2_000

    @property
    def blocks(self) -> bool:
        """Whether STOP leads to 21610."""
        return self.blocks_after_stop != "off"

    @property
    def confirms_opt_out(self) -> bool:
        """Whether the network itself answers STOP, START and HELP."""
        return self.blocks_after_stop == "provider"
