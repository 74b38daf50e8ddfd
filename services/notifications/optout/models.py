"""Who opted out, and the links that let one do so; only hashes of them."""

import sqlalchemy as sa

from services.notifications.access.models import metadata
from shared.db import Id, UtcDateTime

# A row: no reminders and announcements for this person. It goes when they want them again.
opted_out = sa.Table(
    "opted_out",
    metadata,
    sa.Column("exhibition_id", Id, primary_key=True),
    sa.Column("person_id", Id, primary_key=True),
    sa.Column("told_by", sa.Text, nullable=False),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.CheckConstraint("told_by IN ('link', 'sms', 'staff')", name="opted_out_by_is_known"),
)

stop_link = sa.Table(
    "stop_link",
    metadata,
    sa.Column("exhibition_id", Id, primary_key=True),
    sa.Column("secret_hash", sa.LargeBinary, primary_key=True),
    sa.Column("person_id", Id, nullable=False),
)
