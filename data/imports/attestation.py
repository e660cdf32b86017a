"""Who has said that a list is the business's own: without that, no campaign starts for its contacts."""

from __future__ import annotations

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from data import clock
from data.models import Contact, ImportBatch


def unattested(session: Session, business_id: int) -> list[ImportBatch]:
    """The lists that contacts of the business came with and that nobody has attested, the oldest first."""
    return list(
        session.scalars(
            select(ImportBatch)
            .where(
                ImportBatch.business_id == business_id,
                ImportBatch.attested_by == "",
                exists().where(Contact.import_batch_id == ImportBatch.id),
            )
            .order_by(ImportBatch.id)
        )
    )


def attest(session: Session, batch_id: int, who: str) -> None:
    """`who` says that the list is the business's own; who has said so first stays on record."""
    batch = session.get(ImportBatch, batch_id, with_for_update=True)
    if batch is not None and not batch.attested_by and who.strip():
        batch.attested_by, batch.attested_at = who.strip(), clock.now()
