"""Tables of ticketing's copies: exhibitions, keys, staff. The MetaData of the whole service starts here."""

import sqlalchemy as sa

from shared.db import Id, UtcDateTime

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "pk": "pk_%(table_name)s",
    }
)

exhibition = sa.Table(
    "exhibition",
    metadata,
    sa.Column("exhibition_id", Id, primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("reference", sa.Text, nullable=False, index=True),
    sa.Column("number", sa.Integer, nullable=False),
    sa.Column("names", sa.JSON, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("first_day", sa.Date, nullable=False),
    sa.Column("last_day", sa.Date, nullable=False),
    sa.Column("zone", sa.Text, nullable=False),
    sa.Column("languages", sa.JSON, nullable=False),
    sa.Column("venue_names", sa.JSON, nullable=False),
    sa.Column("town_names", sa.JSON, nullable=False),
    sa.Column("organiser_names", sa.JSON, nullable=False),
    sa.Column("halls", sa.JSON, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
)

# Keys and staff belong to the platform, not to one exhibition.
signing_key = sa.Table(
    "signing_key",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("key_id", sa.Text, nullable=False, index=True),
    sa.Column("number", sa.Integer, nullable=False),
    sa.Column("purpose", sa.Text, nullable=False),
    sa.Column("public_key", sa.Text, nullable=False),
    sa.Column("verifies_until", UtcDateTime),
    sa.Column("is_revoked", sa.Boolean, nullable=False),
)

staff = sa.Table(
    "staff",
    metadata,
    sa.Column("id", Id, primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("staff_version", sa.Integer, nullable=False),
    sa.Column("roles", sa.JSON, nullable=False),
    sa.Column("is_active", sa.Boolean, nullable=False),
)

# A phone at a gate: where and when it may read badges, by days and hours local to the exhibition.
device = sa.Table(
    "device",
    metadata,
    sa.Column("exhibition_id", Id, primary_key=True),
    sa.Column("id", Id, primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("device_version", sa.Integer, nullable=False),
    sa.Column("profile", sa.Text, nullable=False),
    sa.Column("gates", sa.JSON, nullable=False),
    sa.Column("first_day", sa.Date, nullable=False),
    sa.Column("last_day", sa.Date, nullable=False),
    sa.Column("from_hour", sa.Text),
    sa.Column("until_hour", sa.Text),
    sa.Column("is_revoked", sa.Boolean, nullable=False),
)
