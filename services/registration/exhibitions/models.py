"""Tables of venues, exhibitions and their halls. Texts are kept by language."""

import sqlalchemy as sa

from services.registration.staff.models import metadata
from shared.db import Id, UtcDateTime

venue = sa.Table(
    "venue",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("names", sa.JSON, nullable=False),
    sa.Column("town_names", sa.JSON, nullable=False),
)

exhibition = sa.Table(
    "exhibition",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("organiser_id", Id, sa.ForeignKey("organiser.id"), nullable=False),
    sa.Column("venue_id", Id, sa.ForeignKey("venue.id"), nullable=False),
    sa.Column("reference", sa.String(40), nullable=False, unique=True),
    sa.Column("number", sa.Integer, nullable=False, unique=True),
    sa.Column("kind", sa.String(10), nullable=False),
    sa.Column("names", sa.JSON, nullable=False),
    sa.Column("headlines", sa.JSON, nullable=False),
    sa.Column("abouts", sa.JSON, nullable=False),
    sa.Column("guest_names", sa.JSON, nullable=False),
    sa.Column("first_day", sa.Date, nullable=False),
    sa.Column("last_day", sa.Date, nullable=False),
    sa.Column("zone", sa.String(40), nullable=False),
    sa.Column("languages", sa.JSON, nullable=False),
    sa.Column("state", sa.String(10), nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("copied_from", Id),
    sa.CheckConstraint("last_day >= first_day", name="exhibition_ends_after_it_begins"),
    sa.CheckConstraint("number BETWEEN 1 AND 65535", name="exhibition_number_fits_a_badge"),
)

# The bodies that organise an exhibition beside the one that answers for it, which is the exhibition's own.
exhibition_organiser = sa.Table(
    "exhibition_organiser",
    metadata,
    sa.Column("exhibition_id", Id, sa.ForeignKey("exhibition.id"), primary_key=True),
    sa.Column("organiser_id", Id, sa.ForeignKey("organiser.id"), primary_key=True),
    sa.Column("added_at", UtcDateTime, nullable=False),
)

hall = sa.Table(
    "hall",
    metadata,
    sa.Column("exhibition_id", Id, sa.ForeignKey("exhibition.id"), primary_key=True),
    sa.Column("id", Id, primary_key=True),
    sa.Column("reference", sa.String(10), nullable=False),
    sa.Column("names", sa.JSON, nullable=False),
    sa.Column("capacity", sa.Integer, nullable=False),
    sa.UniqueConstraint("exhibition_id", "reference", name="hall_reference"),
    sa.CheckConstraint("capacity > 0", name="hall_holds_somebody"),
)
