"""Tables of admissions. A scan is what was read, appended and never edited; the rest follows from scans."""

import sqlalchemy as sa

from services.ticketing.access.models import metadata
from shared.db import Id, UtcDateTime

gate = sa.Table(
    "gate",
    metadata,
    sa.Column("exhibition_id", Id, primary_key=True),
    sa.Column("id", Id, primary_key=True),
    sa.Column("reference", sa.Text, nullable=False),
    sa.Column("names", sa.JSON, nullable=False),
    sa.Column("hall", sa.Text, nullable=False, server_default=""),
    sa.UniqueConstraint("exhibition_id", "reference"),
)

_HAS_ENDED = sa.text("state <> 'valid'")

# Registration's badges, as told. `state_at` is when the state began, by registration's clock; `residence` a region
# ("MA-08") or a country ("FR"), "" where nobody said.
badge = sa.Table(
    "badge",
    metadata,
    sa.Column("exhibition_id", Id, primary_key=True),
    sa.Column("id", Id, primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("reference", sa.Text, nullable=False),
    sa.Column("person_id", Id, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("first_day", sa.Date, nullable=False),
    sa.Column("last_day", sa.Date, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("state_at", UtcDateTime, nullable=False),
    sa.Column("residence", sa.Text, nullable=False, server_default=""),
    sa.Index(None, "exhibition_id", "reference"),
    sa.Index(None, "exhibition_id", "person_id"),
    sa.Index("ix_badge_ended", "exhibition_id", "id", sqlite_where=_HAS_ENDED, postgresql_where=_HAS_ENDED),
)

_OF_A_BADGE = sa.text("badge_id IS NOT NULL")

_OF_A_SUPERVISOR = sa.text("override IS NOT NULL")
_BY_NAME = sa.text("by_name IS NOT NULL")

# `badge_id` and `kind` stand only where the code named a badge that may pass on `gate_day`; `told` is what a device
# that decided alone said to the steward; `override` why a supervisor let somebody in all the same; `by_name` why
# somebody who showed no code came in by their name; `hall` what the gate opened into when the scan came.
scan = sa.Table(
    "scan",
    metadata,
    sa.Column("exhibition_id", Id, primary_key=True),
    sa.Column("id", Id, primary_key=True),
    sa.Column("gate", sa.Text, nullable=False),
    sa.Column("direction", sa.Text, nullable=False),
    sa.Column("code", sa.Text, nullable=False),
    sa.Column("badge_id", Id),
    sa.Column("kind", sa.Text),
    sa.Column("gate_day", sa.Date, nullable=False),
    sa.Column("scanned_at", UtcDateTime, nullable=False),
    sa.Column("received_at", UtcDateTime, nullable=False),
    sa.Column("scanned_by", Id),
    sa.Column("told", sa.Text),
    sa.Column("override", sa.Text),
    sa.Column("by_name", sa.Text),
    sa.Column("hall", sa.Text, nullable=False, server_default=""),
    sa.CheckConstraint("direction IN ('in', 'out')", name="direction"),
    # a gate's last scan, asked each second
    sa.Index(None, "exhibition_id", "gate", "scanned_at"),
    sa.Index(
        "ix_scan_override",
        "exhibition_id",
        "scanned_at",
        sqlite_where=_OF_A_SUPERVISOR,
        postgresql_where=_OF_A_SUPERVISOR,
    ),
    sa.Index("ix_scan_by_name", "exhibition_id", "scanned_at", sqlite_where=_BY_NAME, postgresql_where=_BY_NAME),
    sa.Index(
        "ix_scan_badge",
        "exhibition_id",
        "badge_id",
        "gate_day",
        sqlite_where=_OF_A_BADGE,
        postgresql_where=_OF_A_BADGE,
    ),
)

# One row per holder (the person, or the badge as long as we do not know whose it is) and local day.
# `counts` is what this row has added to attendance_count: a change moves the counters by the difference.
admission = sa.Table(
    "admission",
    metadata,
    sa.Column("exhibition_id", Id, primary_key=True),
    sa.Column("holder_id", Id, primary_key=True),
    sa.Column("gate_day", sa.Date, primary_key=True),
    sa.Column("scan_id", Id),
    sa.Column("badge_id", Id),
    sa.Column("kind", sa.Text),
    sa.Column("gate", sa.Text),
    sa.Column("admitted_at", UtcDateTime),
    sa.Column("last_passed_at", UtcDateTime),
    sa.Column("counts", sa.JSON, nullable=False),
)

# On how many days a holder was admitted: from 0 to 1 makes a visitor.
attendee = sa.Table(
    "attendee",
    metadata,
    sa.Column("exhibition_id", Id, primary_key=True),
    sa.Column("holder_id", Id, primary_key=True),
    sa.Column("kind", sa.Text, primary_key=True),
    sa.Column("days", sa.Integer, nullable=False),
)

attendance_count = sa.Table(
    "attendance_count",
    metadata,
    sa.Column("exhibition_id", Id, primary_key=True),
    sa.Column("measure", sa.Text, primary_key=True),
    sa.Column("day", sa.Text, primary_key=True),
    sa.Column("place", sa.Text, primary_key=True),
    sa.Column("kind", sa.Text, primary_key=True),
    sa.Column("value", sa.Integer, nullable=False),
)

# Heads counted without a code; kept apart from whoever has a badge.
tally = sa.Table(
    "tally",
    metadata,
    sa.Column("exhibition_id", Id, primary_key=True),
    sa.Column("id", Id, primary_key=True),
    sa.Column("gate", sa.Text, nullable=False),
    sa.Column("direction", sa.Text, nullable=False),
    sa.Column("heads", sa.Integer, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("gate_day", sa.Date, nullable=False),
    sa.Column("counted_at", UtcDateTime, nullable=False),
    sa.Column("received_at", UtcDateTime, nullable=False),
    sa.Column("counted_by", Id),
    sa.CheckConstraint("direction IN ('in', 'out')", name="direction"),
    sa.CheckConstraint("heads > 0", name="heads"),
)
