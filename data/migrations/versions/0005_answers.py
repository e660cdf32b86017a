"""Questions that no entry answers, and answers that staff add."""

import sqlalchemy as sa
from alembic import op

import data.models.base

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "faq_entry", sa.Column("by_staff", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.create_table(
        "unanswered_question",
        sa.Column("business_id", sa.Integer(), nullable=False),
        sa.Column("conversation_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("settled_at", data.models.base.Moment(timezone=True), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", data.models.base.Moment(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["business_id"],
            ["business.id"],
            name=op.f("fk_unanswered_question_business_id_business"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversation.id"],
            name=op.f("fk_unanswered_question_conversation_id_conversation"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unanswered_question")),
    )
    op.create_index("ix_unanswered_question_open", "unanswered_question", ["business_id", "settled_at"])
    op.create_index(
        op.f("ix_unanswered_question_conversation_id"), "unanswered_question", ["conversation_id"]
    )


def downgrade() -> None:
    op.drop_table("unanswered_question")
    op.drop_column("faq_entry", "by_staff")
