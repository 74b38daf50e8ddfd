"""Reads the counters; the answer takes as long after a million scans as after a thousand."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.ticketing.access.operations.memory import Memory
from services.ticketing.admissions.domain import CountKey
from services.ticketing.admissions.models import attendance_count, gate, scan
from services.ticketing.admissions.operations import list_gates
from services.ticketing.bookings.models import booking
from services.ticketing.counts.domain import VISITOR, Attendance, Usual, attend
from services.ticketing.programme.models import session, session_text

AT_A_TIME = 500
MEASURES = (
    *("visits", "ins", "outs", "arrivals", "visitors", "residence"),
    *("hall-ins", "hall-outs", "tally-in", "tally-out"),
)


def attendance(db: Connection, exhibition_id: UUID, day: date) -> Attendance:
    """The counts of one local day and of the whole exhibition so far."""
    columns = attendance_count.c
    rows = db.execute(
        sa.select(attendance_count)
        .where(columns.exhibition_id == exhibition_id)
        .where(columns.measure.in_(MEASURES))
        .where(columns.day.in_([day.isoformat(), ""]))
    )
    counts = Counter({CountKey(row.measure, row.day, row.place, row.kind): row.value for row in rows})
    gates = list_gates(db, exhibition_id)
    halls = sorted({gate.hall for gate in gates} - {""})
    return attend(counts, day.isoformat(), [gate.reference for gate in gates], halls)


@dataclass(frozen=True, slots=True)
class Live:
    """What the page that moves shows of one day."""

    counts: Attendance
    usual: Usual
    last_scans: dict[str, datetime | None]


def live(db: Connection, exhibition_id: UUID, day: date) -> Live:
    """The counts of a day, what is usual on the others, and when each gate had its last scan."""
    counts = attendance(db, exhibition_id, day)
    return Live(counts, _usual(db, exhibition_id, day), last_scans(db, exhibition_id))


def last_scans(db: Connection, exhibition_id: UUID) -> dict[str, datetime | None]:
    """Each gate's last scan; looked up in an index, however many there are."""
    same = (scan.c.exhibition_id == gate.c.exhibition_id) & (scan.c.gate == gate.c.reference)
    last = sa.select(scan.c.scanned_at).where(same).order_by(scan.c.scanned_at.desc()).limit(1)
    asked = sa.select(gate.c.reference, last.scalar_subquery().label("last"))
    rows = db.execute(asked.where(gate.c.exhibition_id == exhibition_id).order_by(gate.c.reference))
    return {row.reference: row.last for row in rows}


def _usual(db: Connection, exhibition_id: UUID, day: date) -> Usual:
    own = attendance_count.c
    others = (
        own.exhibition_id == exhibition_id,
        own.measure == "arrivals",
        own.kind == VISITOR,
        own.day != day.isoformat(),
        own.value != 0,
    )
    days = db.execute(sa.select(sa.func.count(own.day.distinct())).where(*others)).scalar_one()
    sums = db.execute(sa.select(own.place, sa.func.sum(own.value).label("sum")).where(*others).group_by(own.place))
    return Usual(days, {row.place: int(row.sum) for row in sums})


_recent: Memory[Live] = Memory(0.25, live)


def recent_attendance(exhibition_id: UUID, day: date) -> Attendance:
    """The counts of a day, at most a quarter of a second old: many watch the same page."""
    return recent_live(exhibition_id, day).counts


def recent_live(exhibition_id: UUID, day: date) -> Live:
    """The same with all that the page shows."""
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
