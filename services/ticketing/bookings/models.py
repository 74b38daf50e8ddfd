"""Tables of bookings. The partial unique index is the second guard against two bookings of one person,
the check of `person_day` the one against more seats a day than one person may have."""

import sqlalchemy as sa

from services.ticketing.access.models import metadata
from shared.db import Id, UtcDateTime

# SQLite uses a partial index only where the statement says the very same words.
LIVE = sa.text("booking.state IN ('held', 'confirmed', 'waitlisted', 'offered', 'queued')")
WAITS = sa.text("booking.state IN ('waitlisted', 'offered', 'queued')")
OVER = sa.text("booking.state IN ('cancelled', 'lapsed', 'released')")
ENDS = sa.text("booking.state IN ('held', 'offered')")
IS_GROUP = sa.text("booking.kind = 'group' AND booking.state = 'confirmed'")
_LIVE, _WAITS, _OVER, _ENDS = (sa.text(said.text.removeprefix("booking.")) for said in (LIVE, WAITS, OVER, ENDS))
_GROUP = sa.text(IS_GROUP.text.replace("booking.", ""))

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
    sa.Column("kind", sa.Text, nullable=False, server_default="own"),
    sa.Column("day", sa.Date, nullable=False, server_default="0001-01-01"),
    sa.Column("line_number", sa.Integer),
    sa.Column("was_waitlisted", sa.Boolean, nullable=False),
    sa.Column("booked_at", UtcDateTime, nullable=False),
    sa.Column("ends_at", UtcDateTime),
    sa.Column("is_extended", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("is_first_come", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("arrived_at", UtcDateTime),
    sa.Column("cancelled_by", sa.Text),
    sa.UniqueConstraint("exhibition_id", "reference"),
    sa.CheckConstraint(
        "party_size BETWEEN 1 AND 10 OR (kind = 'group' AND party_size BETWEEN 1 AND 500)", name="party"
    ),
    sa.CheckConstraint(
        "state IN ('held', 'confirmed', 'waitlisted', 'offered', 'queued', 'cancelled', 'lapsed', 'released')",
        name="state",
    ),
    sa.CheckConstraint("kind IN ('own', 'group', 'passed', 'door')", name="kind"),
    sa.CheckConstraint("state NOT IN ('waitlisted', 'offered', 'queued') OR line_number IS NOT NULL", name="line"),
    sa.CheckConstraint("(ends_at IS NOT NULL) = (state IN ('held', 'offered'))", name="ends"),
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
    sa.Index("ix_booking_ends", "exhibition_id", "session_id", "ends_at", sqlite_where=_ENDS, postgresql_where=_ENDS),
    sa.Index("ix_booking_over", "exhibition_id", "session_id", "person_id", sqlite_where=_OVER, postgresql_where=_OVER),
    sa.Index("ix_booking_person", "exhibition_id", "person_id"),
    sa.Index("ix_booking_group", "exhibition_id", "session_id", sqlite_where=_GROUP, postgresql_where=_GROUP),
)

# A seat of a group that has a name and a ticket of its own (`id`, `reference`); `person_id` is made for it. The phone
# lies with notifications alone; `is_told`: there was one.
group_seat = sa.Table(
    "group_seat",
    metadata,
    sa.Column("exhibition_id", Id, primary_key=True),
    sa.Column("booking_id", Id, primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("id", Id, nullable=False),
    sa.Column("reference", sa.Text, nullable=False),
    sa.Column("person_id", Id, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("named_at", UtcDateTime, nullable=False),
    sa.Column("is_told", sa.Boolean, nullable=False),
    sa.UniqueConstraint("exhibition_id", "reference"),
    sa.CheckConstraint("number BETWEEN 1 AND 500", name="number"),
)

# The one-use link by which a booking may be passed on; the last one made counts.
booking_pass = sa.Table(
    "booking_pass",
    metadata,
    sa.Column("exhibition_id", Id, primary_key=True),
    sa.Column("booking_id", Id, primary_key=True),
    sa.Column("code_hash", sa.LargeBinary, nullable=False),
    sa.UniqueConstraint("exhibition_id", "code_hash"),
)

# The link by which an offer is answered; the last one made counts. Its address names no exhibition.
answer_link = sa.Table(
    "answer_link",
    metadata,
    sa.Column("exhibition_id", Id, primary_key=True),
    sa.Column("booking_id", Id, primary_key=True),
    sa.Column("code_hash", sa.LargeBinary, nullable=False),
    sa.Index("answer_link_by_hash", "code_hash"),
)

# The secret address of a person's calendar; the last one made counts.
personal_calendar = sa.Table(
    "personal_calendar",
    metadata,
    sa.Column("exhibition_id", Id, primary_key=True),
    sa.Column("person_id", Id, primary_key=True),
    sa.Column("code_hash", sa.LargeBinary, nullable=False),
    sa.UniqueConstraint("exhibition_id", "code_hash"),
)

# Where a session was when its booker last looked; `version`: the session's after its last move. Gone once it was seen.
booking_move = sa.Table(
    "booking_move",
    metadata,
    sa.Column("exhibition_id", Id, primary_key=True),
    sa.Column("booking_id", Id, primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("starts_wall", sa.DateTime, nullable=False),
    sa.Column("ends_wall", sa.DateTime, nullable=False),
    sa.Column("room_names", sa.JSON, nullable=False),
)

# Seats that one person has or waits for on one local day; `most` is the limit that stood when the last was taken.
person_day = sa.Table(
    "person_day",
    metadata,
    sa.Column("exhibition_id", Id, primary_key=True),
    sa.Column("person_id", Id, primary_key=True),
    sa.Column("day", sa.Date, primary_key=True),
    sa.Column("seats", sa.Integer, nullable=False),
    sa.Column("most", sa.Integer, nullable=False),
    sa.CheckConstraint("seats BETWEEN 0 AND most", name="limit"),
)

# Who came to a session, and how they came by the seat. `name` only for somebody let in without a badge.
session_attendance = sa.Table(
    "session_attendance",
    metadata,
    sa.Column("exhibition_id", Id, primary_key=True),
    sa.Column("session_id", Id, primary_key=True),
    sa.Column("person_id", Id, primary_key=True),
    sa.Column("booking_id", Id, nullable=False),
    sa.Column("party_size", sa.Integer, nullable=False),
    sa.Column("way", sa.Text, nullable=False),
    sa.Column("name", sa.Text),
    sa.Column("arrived_at", UtcDateTime, nullable=False),
    sa.Column("let_in_by", Id),
    sa.CheckConstraint("way IN ('booked', 'queue', 'walk-in')", name="way"),
)

booking_rules = sa.Table(
    "booking_rules",
    metadata,
    sa.Column("exhibition_id", Id, primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("most_a_day", sa.Integer, nullable=False),
    sa.Column("overlap", sa.Text, nullable=False),
    sa.Column("overlaps", sa.JSON, nullable=False),
    sa.Column("policy", sa.Text, nullable=False),
    sa.Column("changes_end_minutes", sa.Integer, nullable=False),
    sa.Column("group_most", sa.Integer, nullable=False, server_default="50"),
    sa.Column("names_end_minutes", sa.Integer, nullable=False, server_default="1440"),
    sa.Column("door_minutes", sa.Integer, nullable=False, server_default="10"),
    sa.CheckConstraint("group_most BETWEEN 0 AND 500", name="group"),
    sa.CheckConstraint("door_minutes BETWEEN 0 AND 240", name="door"),
    sa.CheckConstraint("most_a_day BETWEEN 1 AND 100", name="most"),
    sa.CheckConstraint("overlap IN ('block', 'warn', 'ignore')", name="overlap"),
    sa.CheckConstraint("policy IN ('strict_order', 'best_fit')", name="policy"),
)
