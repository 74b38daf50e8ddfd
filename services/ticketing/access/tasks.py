"""What registration tells of keys, staff and devices."""

from datetime import date, datetime

from sqlalchemy.engine import Connection

from services.ticketing.access import operations
from shared.outbox import Received


def on_key_published(db: Connection, message: Received) -> None:
    """Keep a public key, or learn that it ends or is revoked."""
    said = message.body
    row = {name: said[name] for name in ("key_id", "number", "purpose", "public_key", "is_revoked")}
    row |= {
        "id": message.subject_id,
        "version": message.subject_version,
        "verifies_until": datetime.fromisoformat(said["verifies_until"]) if said["verifies_until"] else None,
    }
    operations.keep_key(db, row)


def on_staff_changed(db: Connection, message: Received) -> None:
    """Keep somebody's roles; an older token of theirs stops here at once."""
    said = message.body
    row = {name: said[name] for name in ("staff_version", "roles", "is_active")}
    operations.keep_staff(db, row | {"id": message.subject_id, "version": message.subject_version})


def on_device_changed(db: Connection, message: Received) -> None:
    """Keep where and when a device may read badges; a revoked one stops here at once."""
    said = message.body
    row = {name: said[name] for name in ("device_version", "profile", "gates", "from_hour", "until_hour", "is_revoked")}
    row |= {name: date.fromisoformat(said[name]) for name in ("first_day", "last_day")}
    row |= {"exhibition_id": message.exhibition_id, "id": message.subject_id, "version": message.subject_version}
    operations.keep_device(db, row)
