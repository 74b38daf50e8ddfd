"""The secret address at which a calendar programme follows somebody's bookings."""

from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.ticketing.bookings.domain import CalendarNotFound
from services.ticketing.bookings.models import personal_calendar
from shared.db import insert
from shared.ids import hash_secret, new_secret


def make_calendar(db: Connection, exhibition_id: UUID, person_id: UUID) -> str:
    """A new code for a person's calendar; the one before counts no more."""
    code = new_secret()
    row = {"exhibition_id": exhibition_id, "person_id": person_id, "code_hash": hash_secret(code)}
    fresh = insert(db, personal_calendar).values(**row)
    db.execute(
        fresh.on_conflict_do_update(index_elements=["exhibition_id", "person_id"], set_={"code_hash": row["code_hash"]})
    )
    return code


def owner_of(db: Connection, exhibition_id: UUID, code: str) -> UUID:
    """Whose calendar a code opens; CalendarNotFound."""
    own = personal_calendar.c
    asked = sa.select(own.person_id).where(own.exhibition_id == exhibition_id, own.code_hash == hash_secret(code))
    found: UUID | None = db.scalar(asked)
    if found is None:
        raise CalendarNotFound
    return found
