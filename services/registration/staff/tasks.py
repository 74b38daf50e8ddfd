"""What the other services tell of the staff's acts."""

from sqlalchemy.engine import Connection

from services.registration.staff.operations import audit
from shared.outbox import Received


def on_staff_acted(db: Connection, message: Received) -> None:
    """Keep in the one log what somebody did in ticketing or notifications."""
    audit.keep_told(db, message)
