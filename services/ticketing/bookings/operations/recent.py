"""Who has what in a full session, as it was committed a moment ago: sold-out answers need no lock."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.ticketing.access.operations.memory import Memory
from services.ticketing.bookings.domain import WaitingListClosed
from services.ticketing.bookings.models import LIVE, OVER, booking
from services.ticketing.programme.domain import Seats
from services.ticketing.programme.operations import find_numbers

AGE_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class _Look:
    """A session as it stood: its numbers, when it starts, when the clock next ends something, and who is heard anew:
    whoever has, or once had, a booking in it, and so perhaps a kept answer."""

    seats: Seats
    starts_at: datetime
    due_at: datetime | None
    persons: frozenset[UUID]

    @property
    def is_full(self) -> bool:
        """Whether nobody new is given anything."""
        return not self.seats.left and not self.seats.is_line_open


def refuse_if_full(exhibition_id: UUID, session_id: UUID, person_id: UUID, at: datetime) -> None:
    """Say that session and line are full, from a state committed at most 100 ms ago; otherwise nothing.

    Looked at only where somebody was refused for it a moment ago. Whoever ever had a booking here hears the truth of
    the database instead, repeated requests among them: only a booking leaves a kept answer. WaitingListClosed.
    """
    if session_id not in _refusing:
        return
    look = _looks.get(exhibition_id, session_id)
    if look is None or not look.is_full:
        _refusing.discard(session_id)
    elif person_id not in look.persons and at < look.starts_at and (look.due_at is None or at < look.due_at):
        raise WaitingListClosed(waiting=look.seats.waiting)


def note_refusals(session_ids: Iterable[UUID]) -> None:
    """These sessions were found full just now."""
    _refusing.update(session_ids)


def _look(db: Connection, exhibition_id: UUID, session_id: UUID) -> _Look | None:
    row = find_numbers(db, exhibition_id, session_id)
    if row is None:
        return None
    look = _Look(row.seats, row.starts_at, row.due_at, frozenset())
    return replace(look, persons=_persons(db, exhibition_id, session_id)) if look.is_full else look


def _persons(db: Connection, exhibition_id: UUID, session_id: UUID) -> frozenset[UUID]:
    asked = {"exhibition": exhibition_id, "session": session_id}
    return frozenset(person for one in _PERSONS for person in db.execute(one, asked).scalars())


# two statements, an index for each
_PERSONS = [
    sa.select(booking.c.person_id)
    .where(booking.c.exhibition_id == sa.bindparam("exhibition"))
    .where(booking.c.session_id == sa.bindparam("session"))
    .where(which)
    for which in (LIVE, OVER)
]
_looks: Memory[_Look | None] = Memory(AGE_SECONDS, _look)
_refusing: set[UUID] = set()
