"""Choosing whom a campaign may take in: one pass over the contacts, and why others are left out.

A contact is a number: of its household the most promising person whom the rule means stands for it. Whether a
text could ever leave lawfully is asked above this layer (scheduler/campaigns/enrolling.py).
"""

from __future__ import annotations

from sqlalchemy.orm import Session

from data.models import Business, Campaign
from data.segments.left_out import REASONS
from data.segments.rule import Rule
from data.segments.sieve import Candidate, Chosen, Sieve

__all__ = ["REASONS", "Candidate", "Chosen", "choose"]


def choose(
    session: Session,
    business: Business,
    rule: Rule,
    *,
    campaign: Campaign | None = None,
    attested_only: bool = False,
) -> Chosen:
    """Everybody whom `rule` means and who may be texted now, best first (then the newer contact).

    `attested_only`: leave out the contacts of lists that nobody has vouched for.
    """
    sieve = Sieve.of(session, business, rule, campaign=campaign, attested_only=attested_only)
    whole = Chosen()
    for part in sieve.stretches(session):
        whole.candidates += part.candidates
        whole.left_out += part.left_out
        whole.to_call += part.to_call
    whole.candidates.sort(key=lambda one: (-one.score, -one.contact))
    return whole
