"""One file for each command of `./moussem`; each has `main(options) -> int`, the exit code."""

from collections.abc import Iterator
from contextlib import contextmanager

from deploy.databases import open_database
from deploy.embedded.services import settings_of
from shared.db import Database, using


@contextmanager
def opened(service: str) -> Iterator[Database]:
    """A service's database for one act of a command; CannotRun when it cannot be reached."""
    database = open_database(settings_of(service))
    try:
        with using(database):
            yield database
    finally:
        database.dispose()
