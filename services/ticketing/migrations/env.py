"""Alembic's environment of ticketing's database; the connection comes from shared.db.migrate."""

from alembic import context

from services.ticketing.admissions import models as _admissions  # noqa: F401 - its tables belong to the metadata
from services.ticketing.bookings.models import metadata
from shared import idempotency, outbox

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=[metadata, outbox.metadata, idempotency.metadata],
    render_as_batch=connection.dialect.name == "sqlite",
    compare_type=True,
    transaction_per_migration=False,
)
context.run_migrations()
