"""Table of bookings. The partial unique index is the second guard against two bookings of one person."""

import sqlalchemy as sa

from services.ticketing.access.models import metadata
from shared.db import Id, UtcDateTime

_LIVE = sa.text("state IN ('confirmed', 'waitlisted')")
_WAITS = sa.text("state = 'waitlisted'")

booking = sa.Table(
    "booking",
    metadata,
    sa.Column("exhibition_id", Id, primary_key=True),
    sa.Column("id", Id, primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("reference", sa.Text, nullable=False),
    sa.Column("session_id", Id, nullable=False),
    sa.Column("person_id", Id, nullable=False),
    sa.Column("party_size", sa.Integer, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("line_number", sa.Integer),
    sa.Column("was_waitlisted", sa.Boolean, nullable=False),
    sa.Column("booked_at", UtcDateTime, nullable=False),
    sa.Column("cancelled_by", sa.Text),
    sa.UniqueConstraint("exhibition_id", "reference"),
    sa.CheckConstraint("party_size BETWEEN 1 AND 10", name="party"),
    sa.CheckConstraint("state IN ('confirmed', 'waitlisted', 'cancelled')", name="state"),
    sa.CheckConstraint("state <> 'waitlisted' OR line_number IS NOT NULL", name="line"),
    sa.Index(
        "uq_booking_live",
        "exhibition_id",
        "session_id",
        "person_id",
        unique=True,
        sqlite_where=_LIVE,
        postgresql_where=_LIVE,
    ),
    sa.Index(
        "uq_booking_line",
        "exhibition_id",
        "session_id",
        "line_number",
        unique=True,
        sqlite_where=_WAITS,
        postgresql_where=_WAITS,
    ),
    sa.Index("ix_booking_person", "exhibition_id", "person_id"),
)
