"""Tables of stands, of who has which on which days, and of the badges of the stands' people."""

import sqlalchemy as sa

from services.registration.staff.models import metadata
from shared.db import Id, UtcDateTime

# Lengths in centimetres, from the hall's corner.
stand = sa.Table(
    "stand",
    metadata,
    sa.Column("exhibition_id", Id, primary_key=True),
    sa.Column("id", Id, primary_key=True),
    sa.Column("hall_id", Id, nullable=False),
    sa.Column("reference", sa.String(12), nullable=False),
    sa.Column("x", sa.Integer, nullable=False),
    sa.Column("y", sa.Integer, nullable=False),
    sa.Column("width", sa.Integer, nullable=False),
    sa.Column("depth", sa.Integer, nullable=False),
    sa.Column("is_indoor", sa.Boolean, nullable=False),
    sa.Column("has_power", sa.Boolean, nullable=False),
    sa.Column("has_water", sa.Boolean, nullable=False),
    sa.Column("is_active", sa.Boolean, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("made_at", UtcDateTime, nullable=False),
    sa.ForeignKeyConstraint(["exhibition_id", "hall_id"], ["hall.exhibition_id", "hall.id"]),
    sa.UniqueConstraint("exhibition_id", "reference", name="stand_reference"),
    sa.CheckConstraint("width > 0 AND depth > 0", name="stand_has_floor"),
    sa.CheckConstraint("x >= 0 AND y >= 0", name="stand_lies_in_its_hall"),
)

# This application on this stand for these days, both included.
allocation = sa.Table(
    "allocation",
    metadata,
    sa.Column("exhibition_id", Id, primary_key=True),
    sa.Column("id", Id, primary_key=True),
    sa.Column("application_id", Id, nullable=False),
    sa.Column("stand_id", Id, nullable=False),
    sa.Column("first_day", sa.Date, nullable=False),
    sa.Column("last_day", sa.Date, nullable=False),
    sa.Column("made_at", UtcDateTime, nullable=False),
    sa.ForeignKeyConstraint(["exhibition_id", "application_id"], ["application.exhibition_id", "application.id"]),
    sa.ForeignKeyConstraint(["exhibition_id", "stand_id"], ["stand.exhibition_id", "stand.id"]),
    sa.CheckConstraint("last_day >= first_day", name="allocation_ends_after_it_begins"),
)
sa.Index("allocation_by_application", allocation.c.exhibition_id, allocation.c.application_id)
sa.Index("allocation_by_stand", allocation.c.exhibition_id, allocation.c.stand_id)

# The same stand on the same day twice cannot be: it is the key.
stand_day = sa.Table(
    "stand_day",
    metadata,
    sa.Column("exhibition_id", Id, primary_key=True),
    sa.Column("stand_id", Id, primary_key=True),
    sa.Column("day", sa.Date, primary_key=True),
    sa.Column("allocation_id", Id, nullable=False),
    sa.ForeignKeyConstraint(["exhibition_id", "stand_id"], ["stand.exhibition_id", "stand.id"]),
    sa.ForeignKeyConstraint(["exhibition_id", "allocation_id"], ["allocation.exhibition_id", "allocation.id"]),
)
sa.Index("stand_day_by_allocation", stand_day.c.exhibition_id, stand_day.c.allocation_id)

# A place among the badges of an application: the second guard of the cap, since a place is held once.
stand_badge = sa.Table(
    "stand_badge",
    metadata,
    sa.Column("exhibition_id", Id, primary_key=True),
    sa.Column("application_id", Id, primary_key=True),
    sa.Column("place", sa.Integer, primary_key=True),
    sa.Column("person_id", Id, nullable=False),
    sa.Column("given_at", UtcDateTime, nullable=False),
    sa.ForeignKeyConstraint(["exhibition_id", "application_id"], ["application.exhibition_id", "application.id"]),
    sa.ForeignKeyConstraint(["exhibition_id", "person_id"], ["person.exhibition_id", "person.id"]),
    sa.CheckConstraint("place BETWEEN 1 AND 60", name="stand_badge_within_the_most"),
)
