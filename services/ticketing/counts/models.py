"""Tables of counts: which numbers the organiser wants to hear of, which were passed, and what was told when."""

import sqlalchemy as sa

from services.ticketing.access.models import metadata
from shared.db import Id, UtcDateTime

# What the organiser chose; no row: 90 and 100 of 100 places.
attendance_threshold = sa.Table(
    "attendance_threshold",
    metadata,
    sa.Column("exhibition_id", Id, primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("thresholds", sa.JSON, nullable=False),
)

# Whether a count stands above a threshold (`day` "" for the whole exhibition), and when it last passed it.
threshold_passing = sa.Table(
    "threshold_passing",
    metadata,
    sa.Column("exhibition_id", Id, primary_key=True),
    sa.Column("day", sa.Text, primary_key=True),
    sa.Column("measure", sa.Text, primary_key=True),
    sa.Column("place", sa.Text, primary_key=True),
    sa.Column("threshold", sa.Integer, primary_key=True),
    sa.Column("is_above", sa.Boolean, nullable=False),
    sa.Column("value", sa.Integer, nullable=False),
    sa.Column("percent", sa.Integer),
    sa.Column("passed_at", UtcDateTime, nullable=False),
)

# When an exhibition's counts are told again, and the versions its two messages have reached.
attendance_watch = sa.Table(
    "attendance_watch",
    metadata,
    sa.Column("exhibition_id", Id, primary_key=True),
    sa.Column("due_at", UtcDateTime, nullable=False, index=True),
    sa.Column("counted_version", sa.Integer, nullable=False, server_default="0"),
    sa.Column("passed_version", sa.Integer, nullable=False, server_default="0"),
)

# A fingerprint of what was last told of each day.
attendance_told = sa.Table(
    "attendance_told",
    metadata,
    sa.Column("exhibition_id", Id, primary_key=True),
    sa.Column("day", sa.Text, primary_key=True),
    sa.Column("mark", sa.Text, nullable=False),
    sa.Column("is_closed", sa.Boolean, nullable=False),
)
