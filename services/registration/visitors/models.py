"""Tables of persons, visitors, badges, private links, phone codes and PINs on paper."""

import sqlalchemy as sa

from services.registration.staff.models import metadata
from shared.db import Id, UtcDateTime

# A phone is a contact, never an identity: many persons may share one, so nothing here is unique by phone.
person = sa.Table(
    "person",
    metadata,
    sa.Column("exhibition_id", Id, sa.ForeignKey("exhibition.id"), primary_key=True),
    sa.Column("id", Id, primary_key=True),
    sa.Column("name", sa.String(120), nullable=False),
    # what the desk finds the name by, however it is spelt (domain/names.py)
    sa.Column("name_key", sa.String(500), nullable=False, server_default=""),
    sa.Column("phone", sa.String(16)),
    sa.Column("email", sa.String(254)),
    sa.Column("language", sa.String(3), nullable=False),
    sa.Column("country", sa.String(2)),
    sa.Column("region", sa.String(6)),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("made_at", UtcDateTime, nullable=False),
)
sa.Index("person_by_phone", person.c.exhibition_id, person.c.phone)

visitor = sa.Table(
    "visitor",
    metadata,
    sa.Column("exhibition_id", Id, primary_key=True),
    sa.Column("person_id", Id, primary_key=True),
    sa.Column("reference", sa.String(8), nullable=False),
    sa.Column("registered_at", UtcDateTime, nullable=False),
    sa.ForeignKeyConstraint(["exhibition_id", "person_id"], ["person.exhibition_id", "person.id"]),
    sa.UniqueConstraint("exhibition_id", "reference", name="visitor_reference"),
)

badge = sa.Table(
    "badge",
    metadata,
    sa.Column("exhibition_id", Id, primary_key=True),
    sa.Column("id", Id, primary_key=True),
    sa.Column("person_id", Id, nullable=False),
    sa.Column("reference", sa.String(8), nullable=False),
    sa.Column("kind", sa.String(10), nullable=False),
    sa.Column("first_day", sa.Date, nullable=False),
    sa.Column("last_day", sa.Date, nullable=False),
    sa.Column("record", sa.LargeBinary(27), nullable=False),
    sa.Column("signature", sa.LargeBinary(64), nullable=False),
    sa.Column("state", sa.String(10), nullable=False),
    sa.Column("replaces", Id),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("issued_at", UtcDateTime, nullable=False),
    sa.ForeignKeyConstraint(["exhibition_id", "person_id"], ["person.exhibition_id", "person.id"]),
    sa.UniqueConstraint("exhibition_id", "reference", name="badge_reference"),
)
sa.Index(
    "badge_one_valid_each",
    badge.c.exhibition_id,
    badge.c.person_id,
    unique=True,
    sqlite_where=badge.c.state == "valid",
    postgresql_where=badge.c.state == "valid",
)

private_link = sa.Table(
    "private_link",
    metadata,
    sa.Column("exhibition_id", Id, primary_key=True),
    sa.Column("secret_hash", sa.LargeBinary(32), primary_key=True),
    sa.Column("person_id", Id, nullable=False),
    sa.Column("ends_at", UtcDateTime, nullable=False),
    sa.ForeignKeyConstraint(["exhibition_id", "person_id"], ["person.exhibition_id", "person.id"]),
)
# The address of a private link names no exhibition, so it is looked for by its hash alone.
sa.Index("private_link_by_hash", private_link.c.secret_hash)

# One row for each number we have texted; the newest code is the only one that counts.
phone_code = sa.Table(
    "phone_code",
    metadata,
    sa.Column("exhibition_id", Id, primary_key=True),
    sa.Column("phone", sa.String(16), primary_key=True),
    sa.Column("code_hash", sa.LargeBinary(32), nullable=False),
    sa.Column("ends_at", UtcDateTime, nullable=False),
    sa.Column("tries", sa.Integer, nullable=False),
    sa.Column("answered_at", UtcDateTime),
    sa.CheckConstraint("tries BETWEEN 0 AND 5", name="phone_code_five_tries"),
)

# Who has no phone signs in with what a letter says; a new letter ends the one before.
paper_pin = sa.Table(
    "paper_pin",
    metadata,
    sa.Column("exhibition_id", Id, primary_key=True),
    sa.Column("person_id", Id, primary_key=True),
    sa.Column("pin_hash", sa.LargeBinary(32), nullable=False),
    sa.Column("tries", sa.Integer, nullable=False),
    sa.Column("issued_at", UtcDateTime, nullable=False),
    sa.ForeignKeyConstraint(["exhibition_id", "person_id"], ["person.exhibition_id", "person.id"]),
    sa.CheckConstraint("tries BETWEEN 0 AND 20", name="paper_pin_twenty_tries"),
)
