"""What other services tell, passed on to webhooks; their sender threads; what is old."""

from sqlalchemy.engine import Connection

from services.notifications.webhooks.domain import EVENTS
from services.notifications.webhooks.operations.telling import forget, hear
from services.notifications.webhooks.senders import Sender
from shared import clock
from shared.db import Database
from shared.outbox import Handler, Received
from shared.queue import Due
from shared.settings import Settings

OFTEN, SELDOM, HOURLY = 0.5, 1.0, 3600.0  # seconds


def also_out(handlers: dict[str, Handler]) -> dict[str, Handler]:
    """The same handlers; what webhooks can be told is put down for them in the same transaction."""
    return {name: _then_out(handler) if name in EVENTS else handler for name, handler in handlers.items()}


def _then_out(handler: Handler) -> Handler:
    def handle(db: Connection, message: Received) -> None:
        handler(db, message)
        hear(db, message)

    return handle


def due_work(settings: Settings, database: Database) -> list[Due]:
    """Two calls at a time; a dead webhook rests and takes nobody's time."""
    sender = Sender(settings, database)
    return [
        Due("webhooks-1", OFTEN, sender.send_one),
        Due("webhooks-2", SELDOM, sender.send_one),
        Due("old-webhook-events", HOURLY, lambda: _forget(database)),
    ]


def _forget(database: Database) -> int:
    with database.transaction() as db:
        return forget(db, clock.machine_now())
