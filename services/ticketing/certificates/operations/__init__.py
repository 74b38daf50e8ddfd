"""Finds which sessions the holder of a badge sat in."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.ticketing.admissions.models import badge
from services.ticketing.bookings.models import session_attendance
from services.ticketing.certificates.domain import Sat
from services.ticketing.programme.models import session, session_text
from shared.ids import tidy_reference


def sessions_of(db: Connection, exhibition_id: UUID, reference: str, at: datetime) -> list[Sat] | None:
    """Sessions that are over and that the holder of this badge sat in, by their hours; None for no badge of ours."""
    own, here, text = session.c, session_attendance.c, session_text.c
    asked = sa.select(badge.c.person_id).where(
        badge.c.exhibition_id == exhibition_id, badge.c.reference == tidy_reference(reference)
    )
    person_id = db.execute(asked).scalar()
    if person_id is None:
        return None
    sat = (
        sa.select(own.reference, own.starts_at, own.ends_at, own.starts_wall, text.titles, here.arrived_at)
        .select_from(session_attendance)
        .join(session, (own.exhibition_id == here.exhibition_id) & (own.id == here.session_id))
        .join(session_text, (text.exhibition_id == here.exhibition_id) & (text.session_id == here.session_id))
        .where(here.exhibition_id == exhibition_id, here.person_id == person_id, own.ends_at <= at)
        .order_by(own.starts_at, own.id)
    )
    return [
        Sat(row.reference, row.titles, row.starts_wall, _minutes(row.arrived_at, row.starts_at, row.ends_at))
        for row in db.execute(sat)
    ]


def _minutes(arrived_at: datetime, starts_at: datetime, ends_at: datetime) -> int:
    return max(0, int((ends_at - max(arrived_at, starts_at)).total_seconds() // 60))
