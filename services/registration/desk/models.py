"""Tables of the desk: its copies of sessions and of bookings that were confirmed, for lists with names."""

import sqlalchemy as sa

from services.registration.staff.models import metadata
from shared.db import Id

session_copy = sa.Table(
    "session_copy",
    metadata,
    sa.Column("exhibition_id", Id, primary_key=True),
    sa.Column("id", Id, primary_key=True),
    sa.Column("reference", sa.Text, nullable=False),
    sa.Column("titles", sa.JSON, nullable=False),
    sa.Column("room_names", sa.JSON, nullable=False),
    sa.Column("starts_wall", sa.DateTime, nullable=False),
    sa.Column("ends_wall", sa.DateTime, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
)

booking_copy = sa.Table(
    "booking_copy",
    metadata,
    sa.Column("exhibition_id", Id, primary_key=True),
    sa.Column("id", Id, primary_key=True),
    sa.Column("reference", sa.Text, nullable=False),
    sa.Column("session_id", Id, nullable=False),
    sa.Column("person_id", Id, nullable=False),
    sa.Column("party_size", sa.Integer, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
)
sa.Index("booking_copy_by_session", booking_copy.c.exhibition_id, booking_copy.c.session_id)
