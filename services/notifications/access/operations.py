"""Keeping the copies, and asking them."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.notifications.access.domain import StaffNow
from services.notifications.access.models import exhibition_copy, key_copy, staff_copy
from shared.db import insert_new, put_newer
from shared.outbox import Received
from shared.tokens import unb64


def keep_key(db: Connection, message: Received) -> None:
    """Keep a published key in its newest version."""
    body = message.body
    until = body["verifies_until"]
    row = {
        "exhibition_id": message.exhibition_id,
        "id": message.subject_id,
        "key_id": body["key_id"],
        "purpose": body["purpose"],
        "public_key": unb64(body["public_key"]),
        "verifies_until": datetime.fromisoformat(until) if until else None,
        "is_revoked": body["is_revoked"],
        "version": message.subject_version,
    }
    put_newer(db, key_copy, row)


def keep_exhibition(db: Connection, message: Received) -> bool:
    """Keep an exhibition in its newest version; whether it is the first we hear of it."""
    body = message.body
    row = {
        "exhibition_id": message.subject_id,
        **{name: body[name] for name in ("reference", "names", "venue_names", "town_names", "languages", "zone")},
        "first_day": date.fromisoformat(body["first_day"]),
        "last_day": date.fromisoformat(body["last_day"]),
        "version": message.subject_version,
    }
    is_first = bool(insert_new(db, exhibition_copy, [row], returning=[exhibition_copy.c.exhibition_id]))
    if not is_first:
        put_newer(db, exhibition_copy, row, key=("exhibition_id",))
    return is_first


def keep_staff(db: Connection, message: Received) -> None:
    """Keep the version and the activity of somebody of the staff."""
    row = {
        "exhibition_id": message.exhibition_id,
        "id": message.subject_id,
        "is_active": message.body["is_active"],
        "version": message.body["staff_version"],
    }
    put_newer(db, staff_copy, row)


def find_key(db: Connection, key_id: str, purpose: str, at: datetime) -> bytes | None:
    """The raw public key that verifies at this moment; None when unknown, revoked or past its time."""
    row = db.execute(
        sa.select(key_copy.c.public_key).where(
            key_copy.c.key_id == key_id,
            key_copy.c.purpose == purpose,
            key_copy.c.is_revoked.is_(False),
            sa.or_(key_copy.c.verifies_until.is_(None), key_copy.c.verifies_until > at),
        )
    ).first()
    return bytes(row.public_key) if row else None


def find_exhibition(db: Connection, reference: str) -> sa.Row[Any] | None:
    """The exhibition that has this reference in its address."""
    return db.execute(sa.select(exhibition_copy).where(exhibition_copy.c.reference == reference)).first()


def is_known(db: Connection, exhibition_id: UUID) -> bool:
    """Whether we have heard of this exhibition."""
    known = sa.select(exhibition_copy.c.exhibition_id).where(exhibition_copy.c.exhibition_id == exhibition_id)
    return db.execute(known).first() is not None


def find_staff(db: Connection, staff_id: UUID) -> StaffNow | None:
    """What we last heard of somebody of the staff."""
    row = db.execute(sa.select(staff_copy).where(staff_copy.c.id == staff_id)).first()
    return StaffNow(row.version, row.is_active) if row else None
