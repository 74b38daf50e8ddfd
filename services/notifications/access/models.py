"""Copies of what registration publishes. All tables of notifications share this metadata."""

import sqlalchemy as sa

from shared.db import Id, UtcDateTime

metadata = sa.MetaData()

key_copy = sa.Table(
    "key_copy",
    metadata,
    sa.Column("exhibition_id", Id, primary_key=True),
    sa.Column("id", Id, primary_key=True),
    sa.Column("key_id", sa.Text, nullable=False, index=True),
    sa.Column("purpose", sa.Text, nullable=False),
    sa.Column("public_key", sa.LargeBinary, nullable=False),
    sa.Column("verifies_until", UtcDateTime),
    sa.Column("is_revoked", sa.Boolean, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
)

exhibition_copy = sa.Table(
    "exhibition_copy",
    metadata,
    sa.Column("exhibition_id", Id, primary_key=True),
    sa.Column("reference", sa.Text, nullable=False, index=True),
    sa.Column("names", sa.JSON, nullable=False),
    sa.Column("venue_names", sa.JSON, nullable=False),
    sa.Column("town_names", sa.JSON, nullable=False),
    sa.Column("languages", sa.JSON, nullable=False),
    sa.Column("first_day", sa.Date, nullable=False),
    sa.Column("last_day", sa.Date, nullable=False),
    sa.Column("zone", sa.Text, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
)

# Staff belong to the platform: the nil UUID stands where others have their exhibition.
staff_copy = sa.Table(
    "staff_copy",
    metadata,
    sa.Column("exhibition_id", Id, primary_key=True),
    sa.Column("id", Id, primary_key=True),
    sa.Column("is_active", sa.Boolean, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
)
