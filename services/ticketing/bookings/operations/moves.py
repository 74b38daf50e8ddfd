"""What a session that moves means for its bookings: their day, and where it was until its people have seen it."""

from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.ticketing.bookings.domain import COUNTED, Booking
from services.ticketing.bookings.domain.moves import Moved, place_of
from services.ticketing.bookings.models import LIVE, booking, booking_move, person_day
from services.ticketing.bookings.operations.changing import Mine
from services.ticketing.bookings.operations.finding import find_booking
from services.ticketing.bookings.operations.rounds import GIVE_BACK
from services.ticketing.bookings.operations.ruling import read_rules
from services.ticketing.programme.domain import Session
from shared.db import insert_all, insert_new

_ALSO_THAT_DAY = (
    "ON CONFLICT (exhibition_id, person_id, day) DO UPDATE SET seats = person_day.seats + excluded.seats, "
    "most = CASE WHEN person_day.seats + excluded.seats > excluded.most "
    "THEN person_day.seats + excluded.seats ELSE excluded.most END"
)


def note_move(db: Connection, before: Session, after: Session) -> None:
    """Write down where a locked session was, for everybody who has a booking there and no move left to see; their
    seats count on the day where it is now."""
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
    if before.starts_wall.date() != after.starts_wall.date():
        _move_days(db, before, after)


def _move_days(db: Connection, before: Session, after: Session) -> None:
    """Let the seats of a day go along to the new one, also beyond its limit: the move was ours.

    Whoever is above the limit there keeps what they have and gets no more.
    """
    own, day = booking.c, after.starts_wall.date()
    theirs = (own.exhibition_id == after.exhibition_id, own.session_id == after.id, LIVE)
    counted = own.kind.in_([kind.value for kind in COUNTED])
    claims = db.execute(sa.select(own.person_id, own.party_size).where(*theirs, counted).order_by(own.person_id)).all()
    db.execute(sa.update(booking).where(*theirs).values(day=day))
    limit = read_rules(db, after.exhibition_id).most_a_day
    gone = {"of_exhibition": after.exhibition_id, "of_day": before.starts_wall.date()}
    come = {"exhibition_id": after.exhibition_id, "day": day}
    seats = [{"person_id": who, "seats": size, "most": max(size, limit)} for who, size in claims]
    insert_all(db, person_day, [come | one for one in seats], _ALSO_THAT_DAY)
    if claims:
        db.execute(GIVE_BACK, [gone | {"of_person": who, "back": size} for who, size in claims])


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
