"""What is due in reports: each quarter of an hour the counts of a day are told to whoever listens."""

from services.ticketing.access.operations import exhibitions_on
from services.ticketing.reports.operations.telling import LATE, is_due, tell_counts
from shared import clock
from shared.db import Database


def tell_attendance(database: Database) -> int:
    """Tell what has changed, each exhibition in a transaction of its own; how many messages."""
    at, number = clock.now(), 0
    with database.reading() as db:
        found = [one for one in exhibitions_on(db, at, after=LATE) if is_due(db, one.id, at)]
    for where in found:
        with database.transaction() as db:
            number += tell_counts(db, where, at)
    return number
