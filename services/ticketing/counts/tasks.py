"""What is due in counts: a number that the organiser wants to hear of was reached."""

from services.ticketing.access.operations import exhibitions_on
from services.ticketing.counts.operations.thresholds import find_passing, tell_passing
from shared import clock
from shared.db import Database


def watch_counts(database: Database) -> int:
    """Look at the counts of every exhibition that is on; each in a transaction of its own, where something changed."""
    at, changed = clock.now(), 0
    with database.reading() as db:
        found = [one for one in exhibitions_on(db, at) if find_passing(db, one, at)]
    for where in found:
        with database.transaction() as db:
            changed += tell_passing(db, where, at)
    return changed
