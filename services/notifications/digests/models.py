"""Who wants a digest, and the counts of each day as they were last told."""

import sqlalchemy as sa

from services.notifications.access.models import metadata
from shared.db import Id, UtcDateTime

# `next_at` is by the fair's clock; empty when the fair is over.
digest = sa.Table(
    "digest",
    metadata,
    sa.Column("exhibition_id", Id, primary_key=True),
    sa.Column("staff_id", Id, primary_key=True),
    sa.Column("phone", sa.Text),
    sa.Column("email", sa.Text),
    sa.Column("hour", sa.Time, nullable=False),
    sa.Column("language", sa.Text, nullable=False),
    sa.Column("next_at", UtcDateTime),
    sa.CheckConstraint("(phone IS NULL) <> (email IS NULL)", name="digest_goes_one_way"),
)
_OPEN = digest.c.next_at.is_not(None)
sa.Index("digest_due", digest.c.next_at, sqlite_where=_OPEN, postgresql_where=_OPEN)

attendance_copy = sa.Table(
    "attendance_copy",
    metadata,
    sa.Column("exhibition_id", Id, primary_key=True),
    sa.Column("day", sa.Date, primary_key=True),
    sa.Column("counts", sa.JSON, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
)
