"""The proof that a periodic job ran: one row for each, with the moment of its last run."""

from __future__ import annotations

from datetime import datetime

from data.models.base import Base, Mapped, mapped_column


class Heartbeat(Base):
    """When a part last showed that it lives (real time). `name` is one of data.queries.heartbeats.NAMES."""

    __tablename__ = "heartbeat"

    name: Mapped[str] = mapped_column(unique=True)
    seen_at: Mapped[datetime]
