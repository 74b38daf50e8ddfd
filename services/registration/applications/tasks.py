"""Due work: places that are free again go to the next of the reserve."""

from services.registration.applications.operations.moving import is_any_due, pass_on
from shared.db import Database
from shared.queue import Due


def due_work(database: Database) -> list[Due]:
    """What the worker looks for: the rules hold without it, people would only hear later."""

    def offers() -> int:
        with database.reading() as db:
            if not is_any_due(db):
                return 0
        with database.transaction() as db:
            return pass_on(db)

    return [Due("offers", 5, offers)]
