"""What all tables share: the declarative base, moments in UTC, encrypted columns."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, DateTime, Dialect, ForeignKey, LargeBinary, MetaData, TypeDecorator
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from data import clock, crypto


class Moment(TypeDecorator[datetime]):
    """An aware moment, kept in UTC. Refuses a naive one: it would mean a different time to each reader."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs a zone")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.replace(tzinfo=value.tzinfo or UTC).astimezone(UTC)


class Encrypted(TypeDecorator[bytes]):
    """Bytes that are encrypted at rest (see data/crypto.py)."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: bytes | None, dialect: Dialect) -> bytes | None:
        return None if value is None else crypto.encrypt(value)

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> bytes | None:
        return None if value is None else crypto.decrypt(value)


class Base(DeclarativeBase):
    """The base of every table; all of them count from `id` and say when they were made."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy's own form
        datetime: Moment,
        dict[str, Any]: JSON,
        list[Any]: JSON,
    }

    id: Mapped[int] = mapped_column(primary_key=True)
    created_at: Mapped[datetime] = mapped_column(default=clock.now)


def belongs_to(table: str, *, index: bool = True) -> Any:
    """A foreign key column to `table`; rows go with the row that they belong to."""
    return mapped_column(ForeignKey(f"{table}.id", ondelete="CASCADE"), index=index)


def mentions(table: str) -> Any:
    """An optional foreign key column to `table`; the row stays when what it mentions goes."""
    return mapped_column(ForeignKey(f"{table}.id", ondelete="SET NULL"), index=True)


__all__ = ["Base", "Encrypted", "Mapped", "Moment", "belongs_to", "mapped_column", "mentions"]
