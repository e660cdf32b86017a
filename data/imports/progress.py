"""How far an import has come: kept with its batch, portion by portion, so that one that died goes on."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from data import clock
from data.imports import portions
from data.imports.list_file import ListError
from data.models import ImportBatch

RUNNING, DONE = "running", "done"


@dataclass(slots=True)
class Progress:
    """`portions` are stored, `journal` bytes of refused rows are on the disk.

    `today` and `home` are those with which the rows are judged: a list that is taken up again the next day
    is read as it was on the first.
    """

    today: date
    home: str
    portions: int = 0
    accepted: int = 0
    updated: int = 0
    by_reason: Counter[str] = field(default_factory=Counter)
    journal: int = 0
    batch_id: int | None = None

    def as_json(self) -> dict[str, Any]:
        """For ImportBatch.counts while it runs."""
        return {
            "so_far": {
                "today": self.today.isoformat(),
                "home": self.home,
                "size": portions.SIZE,
                "portions": self.portions,
                "accepted": self.accepted,
                "updated": self.updated,
                "by_reason": dict(self.by_reason),
                "journal": self.journal,
            }
        }


def unfinished(
    session: Session, business_id: int, sha256: str, mapping: dict[str, str]
) -> ImportBatch | None:
    """The import of this very file, its columns read the same way, that has not come to its end."""
    rows = session.scalars(
        select(ImportBatch)
        .where(
            ImportBatch.business_id == business_id,
            ImportBatch.sha256 == sha256,
            ImportBatch.state == RUNNING,
        )
        .order_by(ImportBatch.id.desc())
    )
    for row in rows:
        if row.mapping == mapping and row.counts.get("so_far", {}).get("size") == portions.SIZE:
            return row
    return None


def taken_up(batch: ImportBatch) -> Progress:
    """Where an unfinished import goes on."""
    so_far = batch.counts["so_far"]
    return Progress(
        today=date.fromisoformat(so_far["today"]),
        home=so_far["home"],
        portions=so_far["portions"],
        accepted=so_far["accepted"],
        updated=so_far["updated"],
        by_reason=Counter(so_far["by_reason"]),
        journal=so_far["journal"],
        batch_id=batch.id,
    )


def batch_of(session: Session, progress: Progress, fresh: ImportBatch) -> ImportBatch:
    """The batch to write under: the running one, or `fresh`, which is added.

    Raises ListError where another process has brought it further meanwhile.
    """
    if progress.batch_id is None:
        fresh.counts = progress.as_json()
        session.add(fresh)
        session.flush()
        progress.batch_id = fresh.id
        return fresh
    return still_ours(session, progress)


def still_ours(session: Session, progress: Progress) -> ImportBatch:
    """The running batch, locked, at the portion that we know of. Raises ListError where it is not."""
    batch = session.get(ImportBatch, progress.batch_id, with_for_update=True, populate_existing=True)
    if (
        batch is None
        or batch.state != RUNNING
        or batch.counts.get("so_far", {}).get("portions") != progress.portions
    ):
        raise ListError("this list is being taken in by another process at this moment")
    return batch


def attest_earlier(session: Session, business_id: int, sha256: str, who: str) -> None:
    """The same file was taken in before and attested by nobody: what is said now counts for it, too."""
    rows = select(ImportBatch).where(
        ImportBatch.business_id == business_id, ImportBatch.sha256 == sha256, ImportBatch.attested_by == ""
    )
    for batch in session.scalars(rows):
        batch.attested_by, batch.attested_at = who, clock.now()
