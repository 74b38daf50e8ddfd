"""What the other services tell about exhibitions, persons, sessions and bookings."""

from uuid import UUID

from sqlalchemy.engine import Connection

from services.notifications.access import operations as access
from services.notifications.notices.operations import copies, telling
from services.notifications.notices.operations.quiet import copy_quiet_hours
from services.notifications.templates.operations import copy_texts
from shared.outbox import NotKnownYet, Received


def on_exhibition_changed(db: Connection, message: Received) -> None:
    """An exhibition was made or changed; at the first hearing of a copy, its own texts and quiet hours come along."""
    said = message.body.get("copied_from")
    source_id = UUID(said) if said else None
    if source_id and not access.is_known(db, source_id):
        raise NotKnownYet(source_id)
    if access.keep_exhibition(db, message) and source_id:
        copy_texts(db, source_id, message.subject_id)
        copy_quiet_hours(db, source_id, message.subject_id)


def on_person_told(db: Connection, message: Received) -> None:
    """Somebody registered, or changed name, number, address or language."""
    copies.keep_contact(db, message)


def on_link_issued(db: Connection, message: Received) -> None:
    """Somebody is to get a private link or a code."""
    telling.tell_link(db, message)


def on_staff_link_issued(db: Connection, message: Received) -> None:
    """Somebody of the staff is to get a link to a password."""
    telling.tell_staff_link(db, message)


def on_booking_told(db: Connection, message: Received) -> None:
    """A booking was confirmed, put on the waiting list, moved up or cancelled."""
    telling.tell_booking(db, message)


def on_application_changed(db: Connection, message: Received) -> None:
    """An application was handed in, sent back, decided, offered a place, answered or withdrawn."""
    telling.tell_application(db, message)
