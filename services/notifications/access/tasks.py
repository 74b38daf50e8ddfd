"""What registration tells about keys, exhibitions and staff."""

from sqlalchemy.engine import Connection

from services.notifications.access import operations
from shared.outbox import Received


def on_key_published(db: Connection, message: Received) -> None:
    """A key was made, retired or revoked."""
    operations.keep_key(db, message)


def on_staff_changed(db: Connection, message: Received) -> None:
    """Somebody of the staff was added, got other roles, or was shut out."""
    operations.keep_staff(db, message)
