"""Counts every session's seats and lines anew from its bookings, and every person's seats of a day."""

from collections import Counter
from typing import NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.ticketing.bookings.domain import COUNTED, LIVE, weight
from services.ticketing.bookings.models import LIVE as IS_LIVE
from services.ticketing.bookings.models import booking, person_day
from services.ticketing.bookings.operations import rows
from services.ticketing.programme.models import session

NUMBERS = ("taken", "held", "offered", "waiting", "queued")


class Miscount(NamedTuple):
    """A number that does not say what the bookings say; `whose` is a session's reference, or a person and day."""

    whose: str
    what: str
    kept: int
    counted: int


def recount(db: Connection, exhibition_id: UUID) -> list[Miscount]:
    """Compare what is kept with what the bookings add up to; an empty list is what should come."""
    live = rows.select(db, sa.select(booking).where(booking.c.exhibition_id == exhibition_id).where(IS_LIVE))
    seats: Counter[tuple[UUID, str]] = Counter()
    days: Counter[str] = Counter()
    for one in live:
        seats.update({(one.session_id, name): getattr(weight(one), name) for name in NUMBERS})
        if one.state in LIVE and one.kind in COUNTED:
            days[f"{one.person_id} {one.day}"] += one.party_size
    sessions = db.execute(sa.select(session).where(session.c.exhibition_id == exhibition_id)).all()
    claims = db.execute(sa.select(person_day).where(person_day.c.exhibition_id == exhibition_id))
    kept = Counter({f"{row.person_id} {row.day}": row.seats for row in claims})
    found = [
        Miscount(row.reference, name, getattr(row, name), seats[row.id, name]) for row in sessions for name in NUMBERS
    ]
    found += [Miscount(who, "seats of a day", kept[who], days[who]) for who in sorted(kept.keys() | days.keys())]
    return [one for one in found if one.kept != one.counted]
