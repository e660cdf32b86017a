"""Segments, WhatsApp templates, sales, and what a CRM is told: the tables of outreach."""

import sqlalchemy as sa
from alembic import op

import data.models.base

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

TABLES = ("segment", "webhook_endpoint", "whatsapp_template", "webhook_delivery", "outcome_change", "sale")


def upgrade() -> None:
    op.create_table('segment',
    sa.Column('business_id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('rule', sa.JSON(), nullable=False),
    sa.Column('preset', sa.String(), nullable=True),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('created_at', data.models.base.Moment(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['business_id'], ['business.id'], name=op.f('fk_segment_business_id_business'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_segment')),
    sa.UniqueConstraint('business_id', 'name', name=op.f('uq_segment_business_id_name'))
    )
    op.create_table('webhook_endpoint',
    sa.Column('business_id', sa.Integer(), nullable=False),
    sa.Column('url', sa.String(), nullable=False),
    sa.Column('secret', data.models.base.Encrypted(), nullable=False),
    sa.Column('active', sa.Boolean(), nullable=False),
    sa.Column('told_to', sa.Integer(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('created_at', data.models.base.Moment(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['business_id'], ['business.id'], name=op.f('fk_webhook_endpoint_business_id_business'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_webhook_endpoint')),
    sa.UniqueConstraint('business_id', 'url', name=op.f('uq_webhook_endpoint_business_id_url'))
    )
    op.create_table('whatsapp_template',
    sa.Column('business_id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('content_sid', sa.String(), nullable=False),
    sa.Column('language', sa.String(), nullable=False),
    sa.Column('category', sa.String(), nullable=False),
    sa.Column('body', sa.String(), nullable=False),
    sa.Column('variables', sa.JSON(), nullable=False),
    sa.Column('approval', sa.String(), nullable=False),
    sa.Column('rejected_because', sa.String(), nullable=False),
    sa.Column('checked_at', data.models.base.Moment(timezone=True), nullable=True),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('created_at', data.models.base.Moment(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['business_id'], ['business.id'], name=op.f('fk_whatsapp_template_business_id_business'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_whatsapp_template')),
    sa.UniqueConstraint('business_id', 'content_sid', name=op.f('uq_whatsapp_template_business_id_content_sid'))
    )
    op.create_table('webhook_delivery',
    sa.Column('endpoint_id', sa.Integer(), nullable=False),
    sa.Column('event_id', sa.String(), nullable=False),
    sa.Column('payload', sa.JSON(), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('due_at', data.models.base.Moment(timezone=True), nullable=True),
    sa.Column('status', sa.Integer(), nullable=True),
    sa.Column('answered', sa.String(), nullable=False),
    sa.Column('delivered_at', data.models.base.Moment(timezone=True), nullable=True),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('created_at', data.models.base.Moment(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['endpoint_id'], ['webhook_endpoint.id'], name=op.f('fk_webhook_delivery_endpoint_id_webhook_endpoint'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_webhook_delivery')),
    sa.UniqueConstraint('endpoint_id', 'event_id', name=op.f('uq_webhook_delivery_endpoint_id_event_id'))
    )
    op.create_index('ix_webhook_delivery_due', 'webhook_delivery', ['due_at'], unique=False)
    op.create_table('outcome_change',
    sa.Column('business_id', sa.Integer(), nullable=False),
    sa.Column('contact_id', sa.Integer(), nullable=False),
    sa.Column('outcome', sa.String(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('created_at', data.models.base.Moment(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['business_id'], ['business.id'], name=op.f('fk_outcome_change_business_id_business'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['contact_id'], ['contact.id'], name=op.f('fk_outcome_change_contact_id_contact'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_outcome_change'))
    )
    op.create_index(op.f('ix_outcome_change_business_id'), 'outcome_change', ['business_id'], unique=False)
    op.create_index(op.f('ix_outcome_change_contact_id'), 'outcome_change', ['contact_id'], unique=False)
    op.create_table('sale',
    sa.Column('business_id', sa.Integer(), nullable=False),
    sa.Column('contact_id', sa.Integer(), nullable=False),
    sa.Column('appointment_id', sa.Integer(), nullable=True),
    sa.Column('amount', sa.Double(), nullable=False),
    sa.Column('sold_on', sa.Date(), nullable=False),
    sa.Column('source', sa.String(), nullable=False),
    sa.Column('reference', sa.String(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('created_at', data.models.base.Moment(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['appointment_id'], ['appointment.id'], name=op.f('fk_sale_appointment_id_appointment'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['business_id'], ['business.id'], name=op.f('fk_sale_business_id_business'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['contact_id'], ['contact.id'], name=op.f('fk_sale_contact_id_contact'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sale')),
    sa.UniqueConstraint('business_id', 'reference', name=op.f('uq_sale_business_id_reference'))
    )
    op.create_index(op.f('ix_sale_appointment_id'), 'sale', ['appointment_id'], unique=False)
    op.create_index('ix_sale_contact', 'sale', ['contact_id', 'sold_on'], unique=False)


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
