"""The lists that were brought in, the newest first."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from data.models import ImportBatch

SHOWN = 50


def latest(session: Session, business_id: int) -> list[ImportBatch]:
    """The last ones of a business."""
    mine = select(ImportBatch).where(ImportBatch.business_id == business_id)
    return list(session.scalars(mine.order_by(ImportBatch.id.desc()).limit(SHOWN)))


def find(session: Session, business_id: int, batch_id: int) -> ImportBatch | None:
    """One of a business's own."""
    batch = session.get(ImportBatch, batch_id)
    return batch if batch is not None and batch.business_id == business_id else None
