"""Calendars that are connected by consent and followed; visits that are reminded of and looked after."""

from typing import Any

import sqlalchemy as sa
from alembic import op

import data.models.base

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None



def _columns() -> dict[str, list[sa.Column[Any]]]:
    moment = data.models.base.Moment(timezone=True)
    return {
        "calendar_connection": [
            sa.Column("role", sa.String(), nullable=False, server_default="bookings"),
            sa.Column("who", sa.String(), nullable=False, server_default=""),
            sa.Column("name", sa.String(), nullable=False, server_default=""),
            sa.Column("account", sa.String(), nullable=False, server_default=""),
            sa.Column("token", data.models.base.Encrypted(), nullable=True),
            sa.Column("cursor", sa.String(), nullable=True),
            sa.Column("followed_at", moment, nullable=True),
        ],
        "appointment": [
            sa.Column("remind_at", moment, nullable=True),
            sa.Column("confirmed_at", moment, nullable=True),
            sa.Column("no_show_at", moment, nullable=True),
            sa.Column("clash_at", moment, nullable=True),
        ],
    }


def upgrade() -> None:
    for table, columns in _columns().items():
        for column in columns:
            op.add_column(table, column)
    op.create_index("ix_appointment_remind", "appointment", ["remind_at"])


def downgrade() -> None:
    op.drop_index("ix_appointment_remind", "appointment")
    for table, columns in _columns().items():
        for column in columns:
            op.drop_column(table, column.name)
