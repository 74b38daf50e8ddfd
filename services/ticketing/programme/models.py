"""Tables of the programme. `session` holds what changes with every booking, `session_text` what is read."""

import sqlalchemy as sa

from services.ticketing.access.models import metadata
from shared.db import Id, UtcDateTime

room = sa.Table(
    "room",
    metadata,
    sa.Column("exhibition_id", Id, primary_key=True),
    sa.Column("id", Id, primary_key=True),
    sa.Column("reference", sa.Text, nullable=False),
    sa.Column("names", sa.JSON, nullable=False),
    sa.Column("capacity", sa.Integer, nullable=False),
    sa.UniqueConstraint("exhibition_id", "reference"),
    sa.CheckConstraint("capacity > 0", name="capacity"),
)

_IS_DUE = sa.text("due_at IS NOT NULL")

# Narrow on purpose: each booking rewrites this row. The checks are the second guard for seats.
# `due_at`: nothing of this session ends by the clock before it (holds, offers, a line that waits for the morning).
session = sa.Table(
    "session",
    metadata,
    sa.Column("exhibition_id", Id, primary_key=True),
    sa.Column("id", Id, primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("reference", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("room_id", Id, nullable=False),
    sa.Column("starts_at", UtcDateTime, nullable=False),
    sa.Column("ends_at", UtcDateTime, nullable=False),
    sa.Column("starts_wall", sa.DateTime, nullable=False),
    sa.Column("ends_wall", sa.DateTime, nullable=False),
    sa.Column("zone", sa.Text, nullable=False),
    sa.Column("capacity", sa.Integer, nullable=False),
    sa.Column("taken", sa.Integer, nullable=False, server_default="0"),
    sa.Column("waiting", sa.Integer, nullable=False, server_default="0"),
    sa.Column("waiting_limit", sa.Integer, nullable=False),
    sa.Column("last_in_line", sa.Integer, nullable=False, server_default="0"),
    sa.Column("held", sa.Integer, nullable=False, server_default="0"),
    sa.Column("offered", sa.Integer, nullable=False, server_default="0"),
    sa.Column("queued", sa.Integer, nullable=False, server_default="0"),
    sa.Column("due_at", UtcDateTime),
    sa.UniqueConstraint("exhibition_id", "reference"),
    sa.CheckConstraint(
        "taken >= 0 AND held >= 0 AND offered >= 0 AND taken + held + offered <= capacity", name="seats"
    ),
    sa.CheckConstraint("waiting >= 0 AND queued >= 0", name="line"),
    sa.CheckConstraint("starts_at < ends_at", name="times"),
    sa.Index(None, "exhibition_id", "starts_at"),
    # nothing is due in most sessions: bookings that nobody waits for never touch this index
    sa.Index("ix_session_due", "due_at", sqlite_where=_IS_DUE, postgresql_where=_IS_DUE),
)

session_text = sa.Table(
    "session_text",
    metadata,
    sa.Column("exhibition_id", Id, primary_key=True),
    sa.Column("session_id", Id, primary_key=True),
    sa.Column("titles", sa.JSON, nullable=False),
    sa.Column("summaries", sa.JSON, nullable=False),
    sa.Column("spoken", sa.JSON, nullable=False),
)
