"""What sessions tell, and reminders that are due."""

from sqlalchemy.engine import Connection

from services.notifications.notices.operations import telling
from services.notifications.reminders import operations
from shared import clock
from shared.db import Database
from shared.outbox import Received
from shared.queue import Due

OFTEN = 2.0  # seconds between looks


def on_session_changed(db: Connection, message: Received) -> None:
    """A session was made, moved, renamed or cancelled: whoever holds a seat is told, its reminders follow."""
    telling.tell_session(db, message)
    operations.plan(db, message.exhibition_id, message.subject_id)


def due_work(database: Database) -> list[Due]:
    """A few bookings at a time, until all of a session's are told."""
    return [Due("reminders", OFTEN, lambda: _tell(database))]


def _tell(database: Database) -> int:
    with database.reading() as db:
        if not operations.is_due(db, clock.now()):
            return 0
    with database.transaction() as db:
        return operations.tell_due(db, clock.now())
