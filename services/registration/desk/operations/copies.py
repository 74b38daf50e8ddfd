"""Keeping copies of sessions and bookings, in their newest versions."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.engine import Connection

from services.registration.desk.models import booking_copy, session_copy
from shared.db import put_newer
from shared.outbox import Received


def keep_session(db: Connection, message: Received) -> None:
    """Keep a session as it stands now."""
    body = message.body
    row = {
        "exhibition_id": message.exhibition_id,
        "id": message.subject_id,
        **{name: body[name] for name in ("reference", "titles", "room_names", "state")},
        **{name: datetime.fromisoformat(body[name]) for name in ("starts_wall", "ends_wall")},
        "version": message.subject_version,
    }
    put_newer(db, session_copy, row)


def keep_booking(db: Connection, message: Received) -> None:
    """Keep a booking as it stands now; also before its session is known."""
    body = message.body
    row = {
        "exhibition_id": message.exhibition_id,
        "id": message.subject_id,
        **{name: body[name] for name in ("reference", "party_size", "state")},
        **{name: UUID(body[name]) for name in ("session_id", "person_id")},
        "version": message.subject_version,
    }
    put_newer(db, booking_copy, row)
