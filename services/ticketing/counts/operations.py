"""Reads the counters; the answer takes as long after a million scans as after a thousand."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.ticketing.access.operations.memory import Memory
from services.ticketing.admissions.domain import CountKey
from services.ticketing.admissions.models import attendance_count
from services.ticketing.admissions.operations import list_gates
from services.ticketing.bookings.models import booking
from services.ticketing.counts.domain import Attendance, attend
from services.ticketing.programme.models import session, session_text

AT_A_TIME = 500


def attendance(db: Connection, exhibition_id: UUID, day: date) -> Attendance:
    """The counts of one local day and of the whole exhibition so far."""
    columns = attendance_count.c
    rows = db.execute(
        sa.select(attendance_count)
        .where(columns.exhibition_id == exhibition_id)
        .where(columns.measure.in_(["visits", "ins", "outs", "arrivals", "visitors"]))
        .where(columns.day.in_([day.isoformat(), ""]))
    )
    counts = Counter({CountKey(row.measure, row.day, row.place, row.kind): row.value for row in rows})
    return attend(counts, day.isoformat(), [gate.reference for gate in list_gates(db, exhibition_id)])


_recent: Memory[Attendance] = Memory(0.25, attendance)


def recent_attendance(exhibition_id: UUID, day: date) -> Attendance:
    """The same, at most a quarter of a second old: many watch the same page."""
    return _recent.get(exhibition_id, day)


def every_booking(db: Connection, exhibition_id: UUID) -> Iterator[Sequence[sa.Row[Any]]]:
    """Every booking with its session, cancelled ones too, in the order they were made, some at a time. No names."""
    own = [booking.c[name] for name in ("reference", "party_size", "state", "was_waitlisted", "booked_at")]
    same = booking.c.exhibition_id == session.c.exhibition_id
    told = sa.and_(session_text.c.exhibition_id == session.c.exhibition_id, session_text.c.session_id == session.c.id)
    statement = (
        sa.select(*own, session.c.reference.label("session"), session.c.starts_wall, session_text.c.titles)
        .select_from(booking.join(session, same & (booking.c.session_id == session.c.id)).join(session_text, told))
        .where(booking.c.exhibition_id == exhibition_id)
        .order_by(booking.c.id)
    )
    found: sa.CursorResult[Any] = db.execute(statement, execution_options={"yield_per": AT_A_TIME})
    yield from found.partitions()
