"""When a silence in the middle of a conversation is nudged into."""

import sqlalchemy as sa
from alembic import op

import data.models.base

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "conversation", sa.Column("nudge_due_at", data.models.base.Moment(timezone=True), nullable=True)
    )
    op.create_index("ix_conversation_nudge", "conversation", ["nudge_due_at"])


def downgrade() -> None:
    op.drop_index("ix_conversation_nudge", "conversation")
    op.drop_column("conversation", "nudge_due_at")
