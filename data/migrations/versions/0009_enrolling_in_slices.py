"""How far the enrolling of a campaign has come, who has it in hand, and whom it left out."""

import sqlalchemy as sa
from alembic import op

import data.models.base

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("campaign", sa.Column("looked_to", sa.Integer(), nullable=True))
    op.add_column(
        "campaign", sa.Column("enrolling_until", data.models.base.Moment(timezone=True), nullable=True)
    )
    op.add_column("campaign", sa.Column("left_out", sa.JSON(), nullable=False, server_default="{}"))


def downgrade() -> None:
    with op.batch_alter_table("campaign") as campaign:
        campaign.drop_column("left_out")
        campaign.drop_column("enrolling_until")
        campaign.drop_column("looked_to")
