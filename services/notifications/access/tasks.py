"""What registration tells about keys."""

from sqlalchemy.engine import Connection

from services.notifications.access import operations
from shared.outbox import Received


def on_key_published(db: Connection, message: Received) -> None:
    """A key was made, retired or revoked."""
    operations.keep_key(db, message)
