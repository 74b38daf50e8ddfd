"""What ticketing tells about sessions and bookings: the desk keeps copies, to print lists with names."""

from sqlalchemy.engine import Connection

from services.registration.desk.operations import copies
from shared.outbox import Received


def on_session_changed(db: Connection, message: Received) -> None:
    """A session was made, moved, renamed or cancelled."""
    copies.keep_session(db, message)


def on_booking_told(db: Connection, message: Received) -> None:
    """A booking was confirmed or cancelled."""
    copies.keep_booking(db, message)
