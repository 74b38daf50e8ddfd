"""Remembers for each booking where its session was before it moved, until its person has seen it."""

from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.ticketing.bookings.domain import Booking
from services.ticketing.bookings.domain.moves import Moved, place_of
from services.ticketing.bookings.models import LIVE, booking, booking_move
from services.ticketing.bookings.operations.changing import Mine
from services.ticketing.bookings.operations.finding import find_booking
from services.ticketing.programme.domain import Session
from shared.db import insert_new


def note_move(db: Connection, before: Session, after: Session) -> None:
    """Write down where a locked session was, for everybody who has a booking there and no move left to see."""
    was = place_of(before)
    if was == place_of(after):
        return
    own = booking.c
    asked = sa.select(own.id).where(own.exhibition_id == after.exhibition_id, own.session_id == after.id)
    live = list(db.execute(asked.where(LIVE)).scalars())
    known = sa.update(booking_move).where(booking_move.c.exhibition_id == after.exhibition_id)
    db.execute(known.where(booking_move.c.booking_id.in_(live)).values(version=after.version))
    row = {
        "exhibition_id": after.exhibition_id,
        "version": after.version,
        "starts_wall": was.starts_wall,
        "ends_wall": was.ends_wall,
        "room_names": was.room_names,
    }
    insert_new(db, booking_move, [row | {"booking_id": one} for one in live])


def moves_of(db: Connection, exhibition_id: UUID, person_id: UUID) -> dict[UUID, Moved]:
    """Where the sessions of a person's bookings were before, by the booking's id: what they have not seen yet."""
    own = booking_move.c
    mine = sa.select(booking.c.id).where(booking.c.exhibition_id == exhibition_id, booking.c.person_id == person_id)
    asked = sa.select(own.booking_id, own.starts_wall, own.ends_wall, own.room_names).where(
        own.exhibition_id == exhibition_id, own.booking_id.in_(mine)
    )
    return {row.booking_id: Moved(row.starts_wall, row.ends_wall, row.room_names) for row in db.execute(asked)}


def see_move(db: Connection, mine: Mine, seen: int) -> Booking:
    """They have seen the session as it is in version `seen`; a later move stays to be seen. BookingNotFound."""
    found = find_booking(db, mine.exhibition_id, mine.reference, person_id=mine.person_id)
    own = booking_move.c
    theirs = (own.exhibition_id == mine.exhibition_id, own.booking_id == found.id)
    db.execute(sa.delete(booking_move).where(*theirs, own.version <= seen))
    return found
