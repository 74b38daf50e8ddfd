"""Announcements that run: a handful of people at a time."""

from services.notifications.announcements.operations import sending
from shared import clock
from shared.db import Database
from shared.queue import Due

OFTEN = 0.5  # seconds between looks


def due_work(database: Database) -> list[Due]:
    """At the speed that was chosen for each."""
    return [Due("announcements", OFTEN, lambda: _tell(database))]


def _tell(database: Database) -> int:
    with database.reading() as db:
        if not sending.is_due(db, clock.machine_now()):
            return 0
    with database.transaction() as db:
        return sending.tell_some(db, clock.machine_now())
