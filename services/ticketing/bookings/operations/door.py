"""The door of a session: one act lets somebody in, or gives them a number in the queue. Attendance is kept here."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.ticketing.bookings import domain
from services.ticketing.bookings.domain import MOST_IN_A_PARTY, Act, Booking, BookingKind, BookingState
from services.ticketing.bookings.domain.door import DoorReason, DoorWord, Way, refuse
from services.ticketing.bookings.models import LIVE, booking, session_attendance
from services.ticketing.bookings.operations import rows
from services.ticketing.bookings.operations.changing import close
from services.ticketing.bookings.operations.rounds import (
    Round,
    advance,
    begin,
    flush,
    see_to_queue,
    serve_queue,
)
from services.ticketing.programme.domain import SessionNotFound
from services.ticketing.programme.operations import SeatRow
from shared.ids import new_id, new_reference


@dataclass(frozen=True, slots=True)
class Coming:
    """Somebody at a session's door with a party.

    `booking_id`: the ticket they showed names a booking, theirs or their group's; `name`: they have no badge;
    `read_at`: when it was read, where a device without a network tells it later.
    """

    exhibition_id: UUID
    session_id: UUID
    person_id: UUID
    at: datetime
    party_size: int = 1
    booking_id: UUID | None = None
    name: str | None = None
    let_in_by: UUID | None = None
    read_at: datetime | None = None

    @property
    def came_at(self) -> datetime:
        """When they stood at the door."""
        return self.read_at or self.at


@dataclass(frozen=True, slots=True)
class Entry:
    """What they hear; `place` counts from 1 in the queue, `seats` how many came in with this act."""

    word: DoorWord
    reason: DoorReason | None = None
    way: Way | None = None
    reference: str | None = None
    seats: int = 0
    place: int | None = None


def come_in(db: Connection, coming: Coming) -> Entry:
    """Let somebody in who has a seat or finds one free, or queue them; a second time changes nothing.

    Refusals are entries; SessionNotFound, PartyTooLarge.
    """
    one = begin(db, coming.exhibition_id, [coming.session_id], coming.at)
    row = one.sessions.get(coming.session_id)
    if row is None:
        raise SessionNotFound
    reason = refuse(row.state, row.starts_at, row.ends_at, coming.came_at)
    for session_id in one.due_now:
        advance(one, session_id)
        serve_queue(one, session_id)
    entry = Entry(DoorWord.REFUSED, reason) if reason else _enter(one, row, coming)
    close(one)
    return entry


def _enter(one: Round, row: SeatRow, coming: Coming) -> Entry:
    found = _booking_of(one, coming)
    if coming.at >= row.ends_at and (found is None or found.state is not BookingState.CONFIRMED):
        return Entry(DoorWord.REFUSED, DoorReason.OVER)
    way = Way.BOOKED if found and found.kind is not BookingKind.DOOR else Way.QUEUE
    if found is None:
        way, found = Way.WALK_IN, _number(one, row, coming)
    elif found.state in (BookingState.HELD, BookingState.OFFERED) and not found.is_first_come:
        found = one.change(found, Act.CONFIRM if found.state is BookingState.HELD else Act.ACCEPT)
    elif found.state in domain.IN_LINE:
        way, found = Way.QUEUE, one.change(found, Act.QUEUE, kind=BookingKind.DOOR, line_number=one.next_number(row.id))
    if found.state is BookingState.QUEUED:
        flush(one)
        serve_queue(one, row.id)
        found = one.latest.get(found.id, found)
    if found.state is BookingState.QUEUED:
        see_to_queue(one, row)
        place = rows.with_place(one.db, found).place_in_line
        return Entry(DoorWord.QUEUED, reference=found.reference, seats=found.party_size, place=place)
    return _arrive(one, found, coming, way)


def _booking_of(one: Round, coming: Coming) -> Booking | None:
    own = booking.c
    asked = sa.select(booking).where(own.exhibition_id == one.exhibition_id, own.session_id == coming.session_id)
    is_theirs = own.id == coming.booking_id if coming.booking_id else own.person_id == coming.person_id
    found = rows.select(one.db, asked.where(is_theirs).where(LIVE))
    return one.latest.get(found[0].id, found[0]) if found else None


def _number(one: Round, row: SeatRow, coming: Coming) -> Booking:
    """A newcomer's number in the queue."""
    most = min(MOST_IN_A_PARTY, row.seats.capacity)
    if not 1 <= coming.party_size <= most:
        raise domain.PartyTooLarge(most=most)
    made = Booking(
        id=new_id(),
        exhibition_id=coming.exhibition_id,
        version=1,
        reference=new_reference(),
        session_id=row.id,
        person_id=coming.person_id,
        party_size=coming.party_size,
        state=domain.after(None, Act.QUEUE),
        line_number=one.next_number(row.id),
        was_waitlisted=False,
        booked_at=coming.at,
        day=row.starts_wall.date(),
        kind=BookingKind.DOOR,
    )
    one.add(made)
    return made


def _arrive(one: Round, found: Booking, coming: Coming, way: Way) -> Entry:
    """Write down who came: a party at once, of a group its people one by one or all who are left."""
    inside, is_here = _inside(one, found, coming)
    if is_here or inside >= found.party_size:
        return Entry(DoorWord.REFUSED, DoorReason.INSIDE, reference=found.reference)
    is_one_of_group = found.kind is BookingKind.GROUP and coming.person_id != found.person_id
    seats = 1 if is_one_of_group else found.party_size - inside
    if found.arrived_at is None:
        one.change(found, Act.ARRIVE, arrived_at=coming.came_at)
    row: dict[str, Any] = {
        "exhibition_id": one.exhibition_id,
        "session_id": found.session_id,
        "person_id": coming.person_id,
        "booking_id": found.id,
        "party_size": seats,
        "way": way.value,
        "name": coming.name,
        "arrived_at": coming.came_at,
        "let_in_by": coming.let_in_by,
    }
    one.db.execute(sa.insert(session_attendance).values(row))
    return Entry(DoorWord.ADMITTED, way=way, reference=found.reference, seats=seats)


def _inside(one: Round, found: Booking, coming: Coming) -> tuple[int, bool]:
    """How many of a booking are inside, and whether this very person is."""
    own = session_attendance.c
    asked = sa.select(own.booking_id, own.person_id, own.party_size).where(
        own.exhibition_id == one.exhibition_id, own.session_id == found.session_id
    )
    came = one.db.execute(asked.where((own.booking_id == found.id) | (own.person_id == coming.person_id))).all()
    inside = sum(row.party_size for row in came if row.booking_id == found.id)
    return inside, any(row.person_id == coming.person_id for row in came)


@dataclass(frozen=True, slots=True)
class AtDoor:
    """One party of a session as the office sees it; `inside` of its people are in."""

    booking: Booking
    inside: int
    way: str | None
    name: str | None


def attendance_of(db: Connection, exhibition_id: UUID, session_id: UUID) -> list[AtDoor]:
    """Every party that has a seat, queues, came, or lost its seat to the door; in the order of the queue."""
    own, come = booking.c, session_attendance.c
    states = ("confirmed", "queued", "released")
    asked = sa.select(booking).where(
        own.exhibition_id == exhibition_id, own.session_id == session_id, own.state.in_(states)
    )
    came = db.execute(
        sa.select(session_attendance).where(come.exhibition_id == exhibition_id, come.session_id == session_id)
    ).all()
    found = rows.select(db, asked.order_by(own.line_number, own.booked_at, own.id))
    places = rows.places(found)
    return [_at_door(one, places.get(one.id), [row for row in came if row.booking_id == one.id]) for one in found]


def _at_door(one: Booking, place: int | None, came: list[Any]) -> AtDoor:
    first = came[0] if came else None
    return AtDoor(
        replace(one, place_in_line=place),
        sum(row.party_size for row in came),
        first.way if first else None,
        first.name if first else None,
    )
