"""Who has what in a full session, as it was committed a moment ago: sold-out answers need no lock."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.ticketing.access.operations.memory import Memory
from services.ticketing.bookings.domain import WaitingListClosed
from services.ticketing.bookings.models import LIVE, booking
from services.ticketing.programme.domain import Seats, Session
from services.ticketing.programme.operations import find_seats
from shared.db import reading
from shared.idempotency import Key, was_answered

AGE_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class _Look:
    """A session as it stood: its numbers, who has a live booking in it, and when the clock next ends something."""

    seats: Seats
    persons: frozenset[UUID]
    due_at: datetime | None


def refuse_if_full(session: Session, person_id: UUID, key: Key | None, at: datetime) -> None:
    """Say that session and line are full, from a state committed at most 100 ms ago; otherwise nothing.

    Whoever has a booking here, or repeats a request that was answered, hears the truth of the database instead.
    WaitingListClosed.
    """
    if session.seats.left or session.seats.is_line_open or session.has_begun(at):
        return
    look = _looks.get(session.exhibition_id, session.id)
    if look is None or look.seats.left or look.seats.is_line_open or person_id in look.persons:
        return
    if look.due_at is not None and look.due_at <= at:
        return
    if key is not None and _repeats(key):
        return
    raise WaitingListClosed(waiting=look.seats.waiting)


def _repeats(key: Key) -> bool:
    with reading() as db:
        return was_answered(db, key)


_PERSONS = (
    sa.select(booking.c.person_id)
    .where(booking.c.exhibition_id == sa.bindparam("exhibition"))
    .where(booking.c.session_id == sa.bindparam("session"))
    .where(LIVE)
)


def _look(db: Connection, exhibition_id: UUID, session_id: UUID) -> _Look | None:
    found = find_seats(db, exhibition_id, session_id)
    if found is None:
        return None
    persons = db.execute(_PERSONS, {"exhibition": exhibition_id, "session": session_id}).scalars()
    return _Look(found[0], frozenset(persons), found[1])


_looks: Memory[_Look | None] = Memory(AGE_SECONDS, _look)
