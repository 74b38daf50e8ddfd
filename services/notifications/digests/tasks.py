"""What ticketing tells about the day, who left the staff, and digests that are due."""

from sqlalchemy.engine import Connection

from services.notifications.access import operations as access
from services.notifications.digests import operations
from shared import clock
from shared.db import Database
from shared.outbox import Received
from shared.queue import Due

OFTEN = 5.0  # seconds between looks


def on_attendance_counted(db: Connection, message: Received) -> None:
    """The numbers of a day have changed, or the day is over."""
    operations.keep_counts(db, message)


def on_threshold_passed(db: Connection, message: Received) -> None:
    """A count reached a number: webhooks hear of it, a day's digest tells it with the rest."""


def on_staff_changed(db: Connection, message: Received) -> None:
    """Somebody of the staff was added, got other roles, or was shut out."""
    access.keep_staff(db, message)
    operations.give_up_where_no_reader(db, message.subject_id, message.body["roles"])


def due_work(database: Database) -> list[Due]:
    """One after the other, until all whose hour has come are told."""
    return [Due("digests", OFTEN, lambda: _send(database))]


def _send(database: Database) -> int:
    with database.reading() as db:
        if not operations.is_due(db, clock.now()):
            return 0
    with database.transaction() as db:
        return operations.send_next(db, clock.now())
