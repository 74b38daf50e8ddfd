"""What people answer by SMS, and what is due: holds and offers that have ended, lines that wait for the morning."""

from uuid import UUID

from sqlalchemy.engine import Connection

from services.ticketing.bookings import operations
from services.ticketing.bookings.domain.answers import Answer
from services.ticketing.programme.operations import list_due
from shared import clock
from shared.db import Database
from shared.outbox import Received


def on_answer_received(db: Connection, message: Received) -> None:
    """Somebody said yes or no to an offer, or that they leave the line; too late or again, it changes nothing."""
    said = message.body
    given = operations.Answered(
        exhibition_id=message.exhibition_id,
        booking_id=UUID(said["booking_id"]),
        person_id=UUID(said["person_id"]),
        answer=Answer(said["answer"]),
        at=clock.now(),
    )
    operations.take_answer(db, given)


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
