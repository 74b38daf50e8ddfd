"""Tidying: links of fairs that are long over."""

from datetime import timedelta

from services.notifications.optout.operations import drop_links
from shared import clock
from shared.db import Database
from shared.queue import Due

EVERY = 3600.0  # seconds
KEPT = timedelta(days=60)  # after an exhibition's last day


def due_work(database: Database) -> list[Due]:
    """Once an hour."""
    return [Due("old-stop-links", EVERY, lambda: _drop(database))]


def _drop(database: Database) -> int:
    with database.transaction() as db:
        drop_links(db, clock.now() - KEPT)
    return 0  # never at once again
