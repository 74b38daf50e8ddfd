"""What somebody has already, as far as another wish of theirs minds it: seats of a day, sessions at one hour."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.ticketing.bookings.models import LIVE, booking
from services.ticketing.programme.models import session
from services.ticketing.programme.operations import SeatRow


@dataclass(frozen=True, slots=True)
class Life:
    """One live booking of somebody, as far as another order of theirs minds it."""

    reference: str
    session_id: UUID
    party_size: int
    kind: str
    day: Any
    starts_at: datetime
    ends_at: datetime


_LIVES = (
    sa.select(
        booking.c.person_id,
        booking.c.reference,
        booking.c.session_id,
        booking.c.party_size,
        booking.c.kind,
        booking.c.day,
        session.c.starts_at,
        session.c.ends_at,
    )
    .join(session, (session.c.exhibition_id == booking.c.exhibition_id) & (session.c.id == booking.c.session_id))
    .where(booking.c.exhibition_id == sa.bindparam("exhibition"))
    .where(booking.c.person_id.in_(sa.bindparam("persons", expanding=True)))
    .where(LIVE)
)


def lives_of(db: Connection, exhibition_id: UUID, persons: set[UUID]) -> defaultdict[UUID, list[Life]]:
    """The live bookings of these people."""
    found: defaultdict[UUID, list[Life]] = defaultdict(list)
    for row in db.execute(_LIVES, {"exhibition": exhibition_id, "persons": list(persons)}):
        found[row.person_id].append(Life(*row[1:]))
    return found


def seats_that_day(mine: list[Life], day: date) -> int:
    """Seats that count against the limit of a day."""
    return sum(life.party_size for life in mine if life.day == day and life.kind in ("own", "passed"))


def at_the_same_hour(row: SeatRow, mine: list[Life]) -> str | None:
    """The reference of another booking at the hour of this session; who speaks for a group need not sit with it."""
    own = [life for life in mine if life.kind != "group"]
    return next((life.reference for life in own if life.starts_at < row.ends_at and row.starts_at < life.ends_at), None)
