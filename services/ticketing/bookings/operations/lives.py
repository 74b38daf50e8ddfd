"""What somebody has already, as far as another wish of theirs minds it: seats of a day, sessions at one hour."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.ticketing.bookings.domain import LIVE
from services.ticketing.bookings.models import booking
from services.ticketing.programme.models import session
from services.ticketing.programme.operations import SeatRow
from shared.db import Id


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


def _of_persons(own: Any, found: Any) -> sa.Select[Any]:
    """Live bookings among `found`, which has the columns `own`, with the hours of their sessions."""
    asked = sa.select(own.person_id, own.reference, own.session_id, own.party_size, own.kind, own.day)
    hours = (session.c.exhibition_id == own.exhibition_id) & (session.c.id == own.session_id)
    return (
        asked.add_columns(session.c.starts_at, session.c.ends_at)
        .select_from(found)
        .join(session, hours)
        .where(own.state.in_([state.value for state in LIVE]))
    )


def _at_once() -> sa.Select[Any]:
    found = _of_persons(booking.c, booking).where(booking.c.exhibition_id == sa.bindparam("exhibition"))
    return found.where(booking.c.person_id.in_(sa.bindparam("persons", expanding=True)))


def _one_by_one() -> sa.Select[Any]:
    """Person by person, and only then whether it is live: until PostgreSQL has counted a new table's rows it takes
    reading all live bookings of a fair for cheaper than looking for 32 people. OFFSET keeps it to this order."""
    one = sa.func.unnest(sa.bindparam("persons", type_=sa.ARRAY(Id))).table_valued("id").render_derived()
    theirs = sa.select(booking).where(booking.c.exhibition_id == sa.bindparam("exhibition"))
    each = theirs.where(booking.c.person_id == one.c.id).offset(sa.literal_column("0")).lateral()
    return _of_persons(each.c, one.join(each, sa.true()))


_LIVES = {"sqlite": _at_once(), "postgresql": _one_by_one()}


def lives_of(db: Connection, exhibition_id: UUID, persons: set[UUID]) -> defaultdict[UUID, list[Life]]:
    """The live bookings of these people."""
    found: defaultdict[UUID, list[Life]] = defaultdict(list)
    for row in db.execute(_LIVES[db.dialect.name], {"exhibition": exhibition_id, "persons": list(persons)}):
        found[row.person_id].append(Life(*row[1:]))
    return found


def seats_that_day(mine: list[Life], day: date) -> int:
    """Seats that count against the limit of a day."""
    return sum(life.party_size for life in mine if life.day == day and life.kind in ("own", "passed"))


def at_the_same_hour(row: SeatRow, mine: list[Life]) -> str | None:
    """The reference of another booking at the hour of this session; who speaks for a group need not sit with it."""
    own = [life for life in mine if life.kind != "group"]
    return next((life.reference for life in own if life.starts_at < row.ends_at and row.starts_at < life.ends_at), None)
