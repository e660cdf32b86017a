"""The business, its contacts and its campaigns."""

import sqlalchemy as sa
from alembic import op

import data.models.base

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "business",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("phone", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("country", sa.String(), nullable=False),
        sa.Column("timezone", sa.String(), nullable=False),
        sa.Column("trade", sa.String(), nullable=False),
        sa.Column("profile", sa.JSON(), nullable=False),
        sa.Column("hash_key", data.models.base.Encrypted(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", data.models.base.Moment(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_business")),
    )

    op.create_table(
        "demo_clock",
        sa.Column("offset_seconds", sa.Double(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", data.models.base.Moment(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_demo_clock")),
    )

    op.create_table(
        "calendar_connection",
        sa.Column("business_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("calendar_id", sa.String(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("disconnected_at", data.models.base.Moment(timezone=True), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", data.models.base.Moment(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["business_id"], ["business.id"], name=op.f("fk_calendar_connection_business_id_business"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_connection")),
    )

    with op.batch_alter_table("calendar_connection", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_calendar_connection_business_id"), ["business_id"], unique=False)

    op.create_table(
        "campaign",
        sa.Column("business_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", data.models.base.Moment(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["business_id"], ["business.id"], name=op.f("fk_campaign_business_id_business"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign")),
        sa.UniqueConstraint("business_id", "name", name=op.f("uq_campaign_business_id_name")),
    )

    with op.batch_alter_table("campaign", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_campaign_business_id"), ["business_id"], unique=False)

    op.create_table(
        "faq_entry",
        sa.Column("business_id", sa.Integer(), nullable=False),
        sa.Column("topic", sa.String(), nullable=False),
        sa.Column("service", sa.String(), nullable=True),
        sa.Column("question", sa.String(), nullable=False),
        sa.Column("answer", sa.String(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", data.models.base.Moment(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["business_id"], ["business.id"], name=op.f("fk_faq_entry_business_id_business"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_faq_entry")),
    )

    with op.batch_alter_table("faq_entry", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_faq_entry_business_id"), ["business_id"], unique=False)

    op.create_table(
        "import_batch",
        sa.Column("business_id", sa.Integer(), nullable=False),
        sa.Column("filename", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", data.models.base.Moment(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["business_id"], ["business.id"], name=op.f("fk_import_batch_business_id_business"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_batch")),
    )

    with op.batch_alter_table("import_batch", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_import_batch_business_id"), ["business_id"], unique=False)

    op.create_table(
        "sender",
        sa.Column("business_id", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("per_second", sa.Double(), nullable=False),
        sa.Column("stopped_reason", sa.String(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", data.models.base.Moment(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["business_id"], ["business.id"], name=op.f("fk_sender_business_id_business"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sender")),
        sa.UniqueConstraint("business_id", "channel", "address", name=op.f("uq_sender_business_id_channel_address")),
    )

    with op.batch_alter_table("sender", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sender_address"), ["address"], unique=False)
        batch_op.create_index(batch_op.f("ix_sender_business_id"), ["business_id"], unique=False)

    op.create_table(
        "staff_user",
        sa.Column("business_id", sa.Integer(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("password_hash", sa.String(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", data.models.base.Moment(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["business_id"], ["business.id"], name=op.f("fk_staff_user_business_id_business"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_user")),
        sa.UniqueConstraint("email", name=op.f("uq_staff_user_email")),
    )

    with op.batch_alter_table("staff_user", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_staff_user_business_id"), ["business_id"], unique=False)

    op.create_table(
        "suppression",
        sa.Column("business_id", sa.Integer(), nullable=False),
        sa.Column("phone_hash", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("evidence", sa.String(), nullable=False),
        sa.Column("lifted_at", data.models.base.Moment(timezone=True), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", data.models.base.Moment(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["business_id"], ["business.id"], name=op.f("fk_suppression_business_id_business"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suppression")),
        sa.UniqueConstraint("business_id", "phone_hash", "channel", name=op.f("uq_suppression_business_id_phone_hash_channel")),
    )

    op.create_table(
        "contact",
        sa.Column("business_id", sa.Integer(), nullable=False),
        sa.Column("import_batch_id", sa.Integer(), nullable=True),
        sa.Column("phone", sa.String(), nullable=False),
        sa.Column("country", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=True),
        sa.Column("postal_code", sa.String(), nullable=True),
        sa.Column("timezone", sa.String(), nullable=True),
        sa.Column("zones", sa.JSON(), nullable=False),
        sa.Column("zones_source", sa.String(), nullable=False),
        sa.Column("preferred_time", sa.String(), nullable=True),
        sa.Column("due_at", data.models.base.Moment(timezone=True), nullable=True),
        sa.Column("leased_until", data.models.base.Moment(timezone=True), nullable=True),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", data.models.base.Moment(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["business_id"], ["business.id"], name=op.f("fk_contact_business_id_business"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["import_batch_id"], ["import_batch.id"], name=op.f("fk_contact_import_batch_id_import_batch"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact")),
        sa.UniqueConstraint("business_id", "phone", name=op.f("uq_contact_business_id_phone")),
    )

    with op.batch_alter_table("contact", schema=None) as batch_op:
        batch_op.create_index("ix_contact_due", ["due_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_contact_import_batch_id"), ["import_batch_id"], unique=False)

    op.create_table(
        "local_event",
        sa.Column("calendar_connection_id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.String(), nullable=False),
        sa.Column("start_at", data.models.base.Moment(timezone=True), nullable=False),
        sa.Column("end_at", data.models.base.Moment(timezone=True), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("description", sa.String(), nullable=False),
        sa.Column("removed_at", data.models.base.Moment(timezone=True), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", data.models.base.Moment(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["calendar_connection_id"],
            ["calendar_connection.id"],
            name=op.f("fk_local_event_calendar_connection_id_calendar_connection"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_local_event")),
        sa.UniqueConstraint("calendar_connection_id", "event_id", name=op.f("uq_local_event_calendar_connection_id_event_id")),
    )

    with op.batch_alter_table("local_event", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_local_event_calendar_connection_id"), ["calendar_connection_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_local_event_start_at"), ["start_at"], unique=False)

    op.create_table(
        "touch",
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("template", sa.String(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", data.models.base.Moment(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_touch_campaign_id_campaign"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_touch")),
        sa.UniqueConstraint("campaign_id", "step", name=op.f("uq_touch_campaign_id_step")),
    )

    op.create_table(
        "contact_basis",
        sa.Column("contact_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("evidence", sa.String(), nullable=False),
        sa.Column("given_on", sa.Date(), nullable=True),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", data.models.base.Moment(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_contact_basis_contact_id_contact"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_basis")),
    )

    with op.batch_alter_table("contact_basis", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_contact_basis_contact_id"), ["contact_id"], unique=False)

    op.create_table(
        "enrollment",
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("contact_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("stopped_reason", sa.String(), nullable=True),
        sa.Column("next_step", sa.Integer(), nullable=False),
        sa.Column("due_at", data.models.base.Moment(timezone=True), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", data.models.base.Moment(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaign.id"], name=op.f("fk_enrollment_campaign_id_campaign"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_enrollment_contact_id_contact"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enrollment")),
        sa.UniqueConstraint("campaign_id", "contact_id", name=op.f("uq_enrollment_campaign_id_contact_id")),
    )

    with op.batch_alter_table("enrollment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_enrollment_contact_id"), ["contact_id"], unique=False)
        batch_op.create_index("ix_enrollment_due", ["due_at"], unique=False)

    op.create_table(
        "person",
        sa.Column("contact_id", sa.Integer(), nullable=False),
        sa.Column("first_name", sa.String(), nullable=False),
        sa.Column("last_name", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=True),
        sa.Column("crm_id", sa.String(), nullable=True),
        sa.Column("relationship", sa.String(), nullable=False),
        sa.Column("last_visit", sa.Date(), nullable=True),
        sa.Column("last_service", sa.String(), nullable=True),
        sa.Column("value", sa.Double(), nullable=True),
        sa.Column("booked_until", sa.Date(), nullable=True),
        sa.Column("extra", sa.JSON(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("created_at", data.models.base.Moment(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["contact_id"], ["contact.id"], name=op.f("fk_person_contact_id_contact"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
    )

    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_person_contact_id"), ["contact_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_person_contact_id"))

    op.drop_table("person")

    with op.batch_alter_table("enrollment", schema=None) as batch_op:
        batch_op.drop_index("ix_enrollment_due")
        batch_op.drop_index(batch_op.f("ix_enrollment_contact_id"))

    op.drop_table("enrollment")

    with op.batch_alter_table("contact_basis", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_contact_basis_contact_id"))

    op.drop_table("contact_basis")

    op.drop_table("touch")

    with op.batch_alter_table("local_event", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_local_event_start_at"))
        batch_op.drop_index(batch_op.f("ix_local_event_calendar_connection_id"))

    op.drop_table("local_event")

    with op.batch_alter_table("contact", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_contact_import_batch_id"))
        batch_op.drop_index("ix_contact_due")

    op.drop_table("contact")

    op.drop_table("suppression")

    with op.batch_alter_table("staff_user", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_staff_user_business_id"))

    op.drop_table("staff_user")

    with op.batch_alter_table("sender", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sender_business_id"))
        batch_op.drop_index(batch_op.f("ix_sender_address"))

    op.drop_table("sender")

    with op.batch_alter_table("import_batch", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_import_batch_business_id"))

    op.drop_table("import_batch")

    with op.batch_alter_table("faq_entry", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_faq_entry_business_id"))

    op.drop_table("faq_entry")

    with op.batch_alter_table("campaign", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_campaign_business_id"))

    op.drop_table("campaign")

    with op.batch_alter_table("calendar_connection", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_calendar_connection_business_id"))

    op.drop_table("calendar_connection")

    op.drop_table("demo_clock")

    op.drop_table("business")
