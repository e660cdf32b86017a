"""What campaigns, their touches and enrollments, contacts, senders and texts know for outreach."""

from typing import Any

import sqlalchemy as sa
from alembic import op

import data.models.base

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

WAITING = sa.text("state = 'active' AND NOT queued")
QUEUE = sa.text("state = 'active' AND queued")
ENDED = """
UPDATE enrollment SET ended_at = created_at, outcome = CASE
    WHEN state = 'finished' THEN 'no_reply'
    WHEN stopped_reason IN ('replied', 'declined', 'wrong_number', 'undeliverable') THEN stopped_reason
    WHEN stopped_reason IN ('opt_out', 'do_not_contact') THEN 'opted_out'
    WHEN stopped_reason IN ('booked_elsewhere', 'superseded') THEN 'booked'
    ELSE 'not_sent' END
WHERE state IN ('finished', 'stopped')
"""
TOUCHES = sa.text("state = 'queued' AND kind = 'touch'")


def _columns() -> dict[str, list[sa.Column[Any]]]:
    moment = data.models.base.Moment(timezone=True)
    return {
        "business": [
            sa.Column("lawful_table", sa.String(), nullable=True),
        ],
        "campaign": [
            sa.Column("paused_reason", sa.String(), nullable=True),
            sa.Column("rule", sa.JSON(), nullable=False, server_default="{}"),
            sa.Column("brief", sa.JSON(), nullable=False, server_default="{}"),
            sa.Column("channel", sa.String(), nullable=False, server_default="sms"),
            sa.Column("sms_after_hours", sa.Integer(), nullable=False, server_default="48"),
            sa.Column("in_business_hours", sa.Boolean(), nullable=False, server_default=sa.false()),
            sa.Column("differs_in", sa.String(), nullable=False, server_default=""),
            sa.Column("standing", sa.Boolean(), nullable=False, server_default=sa.false()),
            sa.Column("enrolled_on", sa.Date(), nullable=True),
            sa.Column("cooling_off_days", sa.Integer(), nullable=False, server_default="90"),
            sa.Column("budget", sa.Double(), nullable=True),
            sa.Column("pilot_size", sa.Integer(), nullable=True),
            sa.Column("released_at", moment, nullable=True),
            sa.Column("rehearsed_words", sa.String(), nullable=True),
            sa.Column("rehearsed_at", moment, nullable=True),
            sa.Column("approved_words", sa.String(), nullable=True),
            sa.Column("approved_at", moment, nullable=True),
            sa.Column("started_at", moment, nullable=True),
            sa.Column("braked_to", sa.Integer(), nullable=True),
        ],
        "contact": [
            sa.Column("line_type", sa.String(), nullable=True),
            sa.Column("looked_up_at", moment, nullable=True),
            sa.Column("reassigned", sa.Boolean(), nullable=False, server_default=sa.false()),
            sa.Column("called_at", moment, nullable=True),
            sa.Column("cool_until", sa.Date(), nullable=True),
            sa.Column("archived_at", moment, nullable=True),
        ],
        "enrollment": [
            sa.Column("outcome", sa.String(), nullable=True),
            sa.Column("ended_at", moment, nullable=True),
            sa.Column("variant", sa.String(), nullable=False, server_default="a"),
            sa.Column("score", sa.Double(), nullable=False, server_default="0"),
            sa.Column("tier", sa.String(), nullable=False, server_default=""),
            sa.Column("queued", sa.Boolean(), nullable=False, server_default=sa.false()),
            sa.Column("began_at", moment, nullable=True),
            sa.Column("touched_at", moment, nullable=True),
        ],
        "import_batch": [
            sa.Column("state", sa.String(), nullable=False, server_default="done"),
            sa.Column("mapping", sa.JSON(), nullable=False, server_default="{}"),
            sa.Column("attested_by", sa.String(), nullable=False, server_default=""),
            sa.Column("attested_at", moment, nullable=True),
            sa.Column("report", sa.String(), nullable=False, server_default=""),
        ],
        "message": [
            sa.Column("called_at", moment, nullable=True),
            sa.Column("content_sid", sa.String(), nullable=True),
            sa.Column("content_variables", sa.JSON(), nullable=True),
            sa.Column("segments", sa.Integer(), nullable=True),
            sa.Column("cost", sa.Double(), nullable=True),
            sa.Column("cost_known", sa.Boolean(), nullable=False, server_default=sa.false()),
        ],
        "person": [
            sa.Column("quoted_on", sa.Date(), nullable=True),
            sa.Column("enquired_on", sa.Date(), nullable=True),
            sa.Column("due_on", sa.Date(), nullable=True),
            sa.Column("visits", sa.Integer(), nullable=True),
            sa.Column("unhappy", sa.Boolean(), nullable=False, server_default=sa.false()),
        ],
        "sender": [
            sa.Column("per_day", sa.Integer(), nullable=True),
            sa.Column("registration", sa.String(), nullable=False, server_default=""),
        ],
        "touch": [
            sa.Column("angle", sa.String(), nullable=False, server_default=""),
            sa.Column("tiers", sa.String(), nullable=False, server_default=""),
            sa.Column("is_last", sa.Boolean(), nullable=False, server_default=sa.false()),
        ],
    }


MENTIONS = (
    ("campaign", "segment_id", "segment"),
    ("campaign", "approved_by_id", "staff_user"),
    ("contact", "sender_id", "sender"),
    ("enrollment", "person_id", "person"),
    ("message", "touch_id", "touch"),
    ("touch", "whatsapp_template_id", "whatsapp_template"),
)


def upgrade() -> None:
    # before anything refers to the table: on SQLite it is copied and dropped
    with op.batch_alter_table("touch") as touch:
        touch.drop_constraint(op.f("uq_touch_campaign_id_step"), type_="unique")
        touch.add_column(sa.Column("variant", sa.String(), nullable=False, server_default="a"))
        touch.create_unique_constraint(
            op.f("uq_touch_campaign_id_step_variant"), ["campaign_id", "step", "variant"]
        )
    for table, columns in _columns().items():
        for column in columns:
            op.add_column(table, column)
    for table, name, of in MENTIONS:  # in words that both databases know; alembic would copy on SQLite
        key = f"CONSTRAINT fk_{table}_{name}_{of} REFERENCES {of} (id) ON DELETE SET NULL"
        op.execute(f"ALTER TABLE {table} ADD COLUMN {name} INTEGER {key}")
        op.create_index(op.f(f"ix_{table}_{name}"), table, [name])
    op.execute(ENDED)
    op.drop_index("ix_enrollment_due", "enrollment")
    op.create_index(
        "ix_enrollment_waiting", "enrollment", ["due_at"], sqlite_where=WAITING, postgresql_where=WAITING
    )
    op.create_index(
        "ix_enrollment_queue",
        "enrollment",
        ["campaign_id", "score", "id"],
        sqlite_where=QUEUE,
        postgresql_where=QUEUE,
    )
    op.create_index(
        "ix_message_touches",
        "message",
        ["from_address", "due_at", "id"],
        sqlite_where=TOUCHES,
        postgresql_where=TOUCHES,
    )


def downgrade() -> None:
    op.drop_index("ix_message_touches", "message")
    op.drop_index("ix_enrollment_queue", "enrollment")
    op.drop_index("ix_enrollment_waiting", "enrollment")
    op.create_index("ix_enrollment_due", "enrollment", ["due_at"])
    for table, name, of in MENTIONS:
        op.drop_index(op.f(f"ix_{table}_{name}"), table)
        with op.batch_alter_table(table) as changed:
            changed.drop_constraint(f"fk_{table}_{name}_{of}", type_="foreignkey")
            changed.drop_column(name)
    op.execute("DELETE FROM touch WHERE variant != 'a'")
    for table, columns in _columns().items():
        with op.batch_alter_table(table) as changed:
            for column in columns:
                changed.drop_column(column.name)
    with op.batch_alter_table("touch") as touch:
        touch.drop_constraint(op.f("uq_touch_campaign_id_step_variant"), type_="unique")
        touch.drop_column("variant")
        touch.create_unique_constraint(op.f("uq_touch_campaign_id_step"), ["campaign_id", "step"])
