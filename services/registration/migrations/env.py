"""Alembic's environment of registration's database; the connection comes from shared.db.migrate."""

from alembic import context

from services.registration.applications import models
from shared import idempotency, outbox

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=[models.application.metadata, outbox.metadata, idempotency.metadata],
    render_as_batch=connection.dialect.name == "sqlite",
    compare_type=True,
    transaction_per_migration=False,
)
context.run_migrations()
