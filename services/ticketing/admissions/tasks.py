"""What registration tells of badges; the fair's gates."""

from datetime import date
from uuid import UUID

from sqlalchemy.engine import Connection

from services.ticketing.access.operations import exhibition_of
from services.ticketing.admissions import operations
from shared.outbox import NotKnownYet, Received
from shared.problem import NotFound


def on_badge_issued(db: Connection, message: Received) -> None:
    """Keep a badge, its replacement or its revocation; what it was scanned for before is settled again."""
    try:
        exhibition = exhibition_of(db, message.exhibition_id)
    except NotFound:
        raise NotKnownYet(message.exhibition_id) from None
    said = message.body
    row = {
        "exhibition_id": message.exhibition_id,
        "id": message.subject_id,
        "version": message.subject_version,
        "reference": said["reference"],
        "person_id": UUID(said["person_id"]),
        "kind": said["kind"],
        "first_day": date.fromisoformat(said["first_day"]),
        "last_day": date.fromisoformat(said["last_day"]),
        "state": said["state"],
        "state_at": message.occurred_at,
        "residence": said.get("residence") or "",
    }
    operations.keep_badge(db, row, zone=exhibition.zone)
