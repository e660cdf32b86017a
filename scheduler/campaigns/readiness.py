"""What a campaign still lacks before it may be approved or launched, in sentences that say what to do."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy.orm import Session

from actions.words.lint import Finding
from data.imports.attestation import unattested
from data.models import Campaign
from scheduler.campaigns.words import findings, fingerprint_of, touches_of
from scheduler.outreach.registration import unregistered


def to_approve(session: Session, campaign: Campaign) -> list[str]:
    """Empty: its words may be approved."""
    return list(_to_approve(session, campaign))


def to_launch(session: Session, campaign: Campaign) -> list[str]:
    """Empty: it may be launched, or resumed."""
    return [*_to_approve(session, campaign), *_to_launch(session, campaign)]


def _to_approve(session: Session, campaign: Campaign) -> Iterator[str]:
    if campaign.state == "done":
        yield "The campaign has ended; make a new one."
    if not touches_of(session, campaign.id):
        yield "It has no texts yet."
    for found in findings(session, campaign):
        if found.severity == "error":
            where = (
                f"Text {found.step}{found.variant if found.variant == 'b' else ''}: " if found.step else ""
            )
            yield f"{where}{found.says}"


def _to_launch(session: Session, campaign: Campaign) -> Iterator[str]:
    words = fingerprint_of(session, campaign)
    if campaign.rehearsed_words is None:
        yield "The whole sequence has not been played yet: do a dry run."
    elif campaign.rehearsed_words != words:
        yield "Words have changed since the last dry run: do another one."
    if campaign.approved_words is None:
        yield "Nobody has approved the words yet."
    elif campaign.approved_words != words:
        yield "Words have changed since they were approved: somebody has to approve them again."
    for sender in unregistered(session, campaign.business_id):
        yield (
            f"The number {sender.address} is not registered for business texts: register it with the "
            f"provider, then say so with rekindle sender set {sender.address} --registration …"
        )
    for batch in unattested(session, campaign.business_id):
        yield (
            f"Nobody has said that the list {batch.filename} is the business's own: "
            "do so under Lists, or by rekindle import FILE --attest NAME."
        )


def _where(found: Finding) -> str:
    """Which text it is about; nothing where it is about all of them."""
    return f"Text {found.step}{'b' if found.variant == 'b' else ''}: " if found.step else ""
