"""What is due in bookings: holds and offers that have ended, lines that wait for the morning."""

from services.ticketing.bookings import operations
from services.ticketing.programme.operations import list_due
from shared import clock
from shared.db import Database


def tend_lines(database: Database) -> int:
    """Note what the clock has ended and serve the lines behind it; each session in a transaction of its own.

    Nothing hangs on it but the moment at which people are told: the clock ends holds and offers by itself.
    """
    at = clock.now()
    with database.reading() as db:
        due = list_due(db, at)
    for exhibition_id, session_id in due:
        with database.transaction() as db:
            operations.tend(db, exhibition_id, session_id, at=at)
    return len(due)
