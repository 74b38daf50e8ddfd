"""What the other services tell about persons, sessions and bookings."""

from sqlalchemy.engine import Connection

from services.notifications.notices.operations import copies, telling
from shared.outbox import Received


def on_person_told(db: Connection, message: Received) -> None:
    """Somebody registered, or changed name, number, address or language."""
    copies.keep_contact(db, message)


def on_link_issued(db: Connection, message: Received) -> None:
    """Somebody is to get a private link or a code."""
    telling.tell_link(db, message)


def on_session_changed(db: Connection, message: Received) -> None:
    """A session was made, moved, renamed or cancelled."""
    telling.tell_session(db, message)


def on_booking_told(db: Connection, message: Received) -> None:
    """A booking was confirmed, put on the waiting list, moved up or cancelled."""
    telling.tell_booking(db, message)


def on_application_changed(db: Connection, message: Received) -> None:
    """An application was handed in, sent back, decided, offered a place, answered or withdrawn."""
    telling.tell_application(db, message)
