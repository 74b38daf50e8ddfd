"""When each session is reminded of, how far that has come, and what an exhibition chose."""

import sqlalchemy as sa

from services.notifications.access.models import metadata
from shared.db import Id, UtcDateTime

# `next_at` is by the fair's clock; empty when everybody has been told or nothing is to be. `told_through` is the last
# booking that was looked at: people are told in the order of their bookings' ids, a handful in a transaction.
reminder = sa.Table(
    "reminder",
    metadata,
    sa.Column("exhibition_id", Id, primary_key=True),
    sa.Column("session_id", Id, primary_key=True),
    sa.Column("lead", sa.Text, primary_key=True),
    sa.Column("starts_at", UtcDateTime, nullable=False),
    sa.Column("next_at", UtcDateTime),
    sa.Column("told_through", Id),
    sa.CheckConstraint("lead IN ('day', 'hour')", name="reminder_lead_is_known"),
)
_OPEN = reminder.c.next_at.is_not(None)
sa.Index("reminder_due", reminder.c.next_at, sqlite_where=_OPEN, postgresql_where=_OPEN)

# Without a row both are sent.
reminder_choice = sa.Table(
    "reminder_choice",
    metadata,
    sa.Column("exhibition_id", Id, primary_key=True),
    sa.Column("day", sa.Boolean, nullable=False),
    sa.Column("hour", sa.Boolean, nullable=False),
)
