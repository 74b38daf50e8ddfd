"""Reads the counters; the answer takes as long after a million scans as after a thousand."""

from collections import Counter
from datetime import date
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.ticketing.access.operations.memory import Memory
from services.ticketing.admissions.domain import CountKey
from services.ticketing.admissions.models import attendance_count
from services.ticketing.admissions.operations import list_gates
from services.ticketing.counts.domain import Attendance, attend


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
