"""Due work: offers that have ended pass to the next of the reserve."""

from services.registration.applications.operations.moving import has_ended_offers, lapse_offers
from shared.db import Database
from shared.queue import Due


def due_work(database: Database) -> list[Due]:
    """What the worker looks for: the rules hold without it, people would only hear later."""

    def pass_on() -> int:
        with database.reading() as db:
            if not has_ended_offers(db):
                return 0
        with database.transaction() as db:
            return lapse_offers(db)

    return [Due("offers", 5, pass_on)]
