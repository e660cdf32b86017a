"""Alembic's entry: runs the migrations on the connection that data/db.py hands over."""

from alembic import context

from data.models import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
