"""Conversations, handoffs, callbacks and visits."""

import sqlalchemy as sa
from alembic import op

import data.models.base

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "callback",
        sa.Column("contact_id", sa.Integer(), nullable=False),
        sa.Column("due_at", data.models.base.Moment(timezone=True), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", data.models.base.Moment(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_callback_contact_id_contact"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_callback")),
    )

    with op.batch_alter_table("callback", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_callback_contact_id"), ["contact_id"], unique=False)
        batch_op.create_index("ix_callback_due", ["state", "due_at"], unique=False)

    op.create_table(
        "conversation",
        sa.Column("business_id", sa.Integer(), nullable=False),
        sa.Column("contact_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.JSON(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("staff_took_over_at", data.models.base.Moment(timezone=True), nullable=True),
        sa.Column("staff_user_id", sa.Integer(), nullable=True),
        sa.Column("closed_reason", sa.String(), nullable=True),
        sa.Column("frozen_at", data.models.base.Moment(timezone=True), nullable=True),
        sa.Column("last_inbound_at", data.models.base.Moment(timezone=True), nullable=True),
        sa.Column("last_whatsapp_inbound_at", data.models.base.Moment(timezone=True), nullable=True),
        sa.Column("last_text_at", data.models.base.Moment(timezone=True), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", data.models.base.Moment(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["business_id"], ["business.id"], name=op.f("fk_conversation_business_id_business"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_conversation_contact_id_contact"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["staff_user_id"], ["staff_user.id"], name=op.f("fk_conversation_staff_user_id_staff_user"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conversation")),
        sa.UniqueConstraint("contact_id", name=op.f("uq_conversation_contact_id")),
    )

    with op.batch_alter_table("conversation", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_conversation_business_id"), ["business_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_conversation_last_text_at"), ["last_text_at"], unique=False)
        batch_op.create_index("ix_conversation_outcome", ["business_id", "outcome", "last_text_at", "id"], unique=False)
        batch_op.create_index(batch_op.f("ix_conversation_staff_user_id"), ["staff_user_id"], unique=False)

    op.create_table(
        "appointment",
        sa.Column("business_id", sa.Integer(), nullable=False),
        sa.Column("contact_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("calendar_connection_id", sa.Integer(), nullable=False),
        sa.Column("service", sa.String(), nullable=False),
        sa.Column("start_at", data.models.base.Moment(timezone=True), nullable=False),
        sa.Column("end_at", data.models.base.Moment(timezone=True), nullable=False),
        sa.Column("timezone", sa.String(), nullable=False),
        sa.Column("event_id", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("ends_as", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("new_start_at", data.models.base.Moment(timezone=True), nullable=True),
        sa.Column("new_end_at", data.models.base.Moment(timezone=True), nullable=True),
        sa.Column("due_at", data.models.base.Moment(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", data.models.base.Moment(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["business_id"], ["business.id"], name=op.f("fk_appointment_business_id_business"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["calendar_connection_id"],
            ["calendar_connection.id"],
            name=op.f("fk_appointment_calendar_connection_id_calendar_connection"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_appointment_contact_id_contact"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_appointment_person_id_person"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appointment")),
        sa.UniqueConstraint("event_id", name=op.f("uq_appointment_event_id")),
    )

    with op.batch_alter_table("appointment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_appointment_business_id"), ["business_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_appointment_calendar_connection_id"), ["calendar_connection_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_appointment_contact_id"), ["contact_id"], unique=False)
        batch_op.create_index("ix_appointment_due", ["due_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_appointment_person_id"), ["person_id"], unique=False)

    op.create_table(
        "audit_event",
        sa.Column("business_id", sa.Integer(), nullable=False),
        sa.Column("staff_user_id", sa.Integer(), nullable=True),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("conversation_id", sa.Integer(), nullable=True),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", data.models.base.Moment(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["business_id"], ["business.id"], name=op.f("fk_audit_event_business_id_business"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversation.id"], name=op.f("fk_audit_event_conversation_id_conversation"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["staff_user_id"], ["staff_user.id"], name=op.f("fk_audit_event_staff_user_id_staff_user"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_event")),
    )

    with op.batch_alter_table("audit_event", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_audit_event_business_id"), ["business_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_audit_event_conversation_id"), ["conversation_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_audit_event_staff_user_id"), ["staff_user_id"], unique=False)

    op.create_table(
        "handoff",
        sa.Column("business_id", sa.Integer(), nullable=False),
        sa.Column("conversation_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("silent", sa.Boolean(), nullable=False),
        sa.Column("notices", sa.Integer(), nullable=False),
        sa.Column("notice_due_at", data.models.base.Moment(timezone=True), nullable=True),
        sa.Column("seen_at", data.models.base.Moment(timezone=True), nullable=True),
        sa.Column("closed_at", data.models.base.Moment(timezone=True), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", data.models.base.Moment(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["business_id"], ["business.id"], name=op.f("fk_handoff_business_id_business"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversation.id"], name=op.f("fk_handoff_conversation_id_conversation"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handoff")),
    )

    with op.batch_alter_table("handoff", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_handoff_business_id"), ["business_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_handoff_conversation_id"), ["conversation_id"], unique=False)
        batch_op.create_index("ix_handoff_due", ["notice_due_at"], unique=False)
        batch_op.create_index("ix_handoff_open", ["business_id", "closed_at"], unique=False)

    op.create_table(
        "message",
        sa.Column("business_id", sa.Integer(), nullable=False),
        sa.Column("contact_id", sa.Integer(), nullable=True),
        sa.Column("direction", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("from_address", sa.String(), nullable=False),
        sa.Column("to_address", sa.String(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("media", sa.JSON(), nullable=False),
        sa.Column("provider_id", sa.String(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("sent_at", data.models.base.Moment(timezone=True), nullable=True),
        sa.Column("due_at", data.models.base.Moment(timezone=True), nullable=True),
        sa.Column("paced", sa.Boolean(), nullable=False),
        sa.Column("claimed_at", data.models.base.Moment(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("unknowns", sa.Integer(), nullable=False),
        sa.Column("once", sa.String(), nullable=True),
        sa.Column("error_code", sa.String(), nullable=True),
        sa.Column("cancelled_reason", sa.String(), nullable=True),
        sa.Column("staff_user_id", sa.Integer(), nullable=True),
        sa.Column("enrollment_id", sa.Integer(), nullable=True),
        sa.Column("understanding", sa.JSON(), nullable=True),
        sa.Column("rule", sa.String(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", data.models.base.Moment(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["business_id"], ["business.id"], name=op.f("fk_message_business_id_business"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_message_contact_id_contact"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["enrollment_id"], ["enrollment.id"], name=op.f("fk_message_enrollment_id_enrollment"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["staff_user_id"], ["staff_user.id"], name=op.f("fk_message_staff_user_id_staff_user"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message")),
        sa.UniqueConstraint("once", name=op.f("uq_message_once")),
        sa.UniqueConstraint("provider_id", name=op.f("uq_message_provider_id")),
    )

    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_message_business_id"), ["business_id"], unique=False)
        batch_op.create_index("ix_message_contact", ["contact_id", "id"], unique=False)
        batch_op.create_index("ix_message_due", ["state", "kind", "due_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_message_enrollment_id"), ["enrollment_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_message_staff_user_id"), ["staff_user_id"], unique=False)

    op.create_table(
        "delivery_event",
        sa.Column("message_id", sa.Integer(), nullable=True),
        sa.Column("provider_id", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("error_code", sa.String(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", data.models.base.Moment(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name=op.f("fk_delivery_event_message_id_message"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery_event")),
        sa.UniqueConstraint("provider_id", "status", name=op.f("uq_delivery_event_provider_id_status")),
    )

    with op.batch_alter_table("delivery_event", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_delivery_event_message_id"), ["message_id"], unique=False)

    op.create_table(
        "hold",
        sa.Column("calendar_connection_id", sa.Integer(), nullable=False),
        sa.Column("contact_id", sa.Integer(), nullable=False),
        sa.Column("appointment_id", sa.Integer(), nullable=False),
        sa.Column("start_at", data.models.base.Moment(timezone=True), nullable=False),
        sa.Column("end_at", data.models.base.Moment(timezone=True), nullable=False),
        sa.Column("expires_at", data.models.base.Moment(timezone=True), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", data.models.base.Moment(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["appointment_id"], ["appointment.id"], name=op.f("fk_hold_appointment_id_appointment"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["calendar_connection_id"],
            ["calendar_connection.id"],
            name=op.f("fk_hold_calendar_connection_id_calendar_connection"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_hold_contact_id_contact"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hold")),
    )

    with op.batch_alter_table("hold", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_hold_appointment_id"), ["appointment_id"], unique=False)
        batch_op.create_index("ix_hold_calendar_start", ["calendar_connection_id", "start_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_hold_contact_id"), ["contact_id"], unique=False)

    if op.get_bind().dialect.name == "postgresql":
        # two of them that overlap cannot stand on one calendar, whoever writes at whatever moment
        op.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
        op.execute(
            "ALTER TABLE hold ADD CONSTRAINT ex_hold_overlap EXCLUDE USING gist ("
            "calendar_connection_id WITH =, appointment_id WITH <>, tstzrange(start_at, end_at) WITH &&)"
        )


def downgrade() -> None:
    with op.batch_alter_table("hold", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_hold_contact_id"))
        batch_op.drop_index("ix_hold_calendar_start")
        batch_op.drop_index(batch_op.f("ix_hold_appointment_id"))

    op.drop_table("hold")

    with op.batch_alter_table("delivery_event", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_delivery_event_message_id"))

    op.drop_table("delivery_event")

    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_message_staff_user_id"))
        batch_op.drop_index(batch_op.f("ix_message_enrollment_id"))
        batch_op.drop_index("ix_message_due")
        batch_op.drop_index("ix_message_contact")
        batch_op.drop_index(batch_op.f("ix_message_business_id"))

    op.drop_table("message")

    with op.batch_alter_table("handoff", schema=None) as batch_op:
        batch_op.drop_index("ix_handoff_open")
        batch_op.drop_index("ix_handoff_due")
        batch_op.drop_index(batch_op.f("ix_handoff_conversation_id"))
        batch_op.drop_index(batch_op.f("ix_handoff_business_id"))

    op.drop_table("handoff")

    with op.batch_alter_table("audit_event", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_audit_event_staff_user_id"))
        batch_op.drop_index(batch_op.f("ix_audit_event_conversation_id"))
        batch_op.drop_index(batch_op.f("ix_audit_event_business_id"))

    op.drop_table("audit_event")

    with op.batch_alter_table("appointment", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_appointment_person_id"))
        batch_op.drop_index("ix_appointment_due")
        batch_op.drop_index(batch_op.f("ix_appointment_contact_id"))
        batch_op.drop_index(batch_op.f("ix_appointment_calendar_connection_id"))
        batch_op.drop_index(batch_op.f("ix_appointment_business_id"))

    op.drop_table("appointment")

    with op.batch_alter_table("conversation", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_conversation_staff_user_id"))
        batch_op.drop_index("ix_conversation_outcome")
        batch_op.drop_index(batch_op.f("ix_conversation_last_text_at"))
        batch_op.drop_index(batch_op.f("ix_conversation_business_id"))

    op.drop_table("conversation")

    with op.batch_alter_table("callback", schema=None) as batch_op:
        batch_op.drop_index("ix_callback_due")
        batch_op.drop_index(batch_op.f("ix_callback_contact_id"))

    op.drop_table("callback")
