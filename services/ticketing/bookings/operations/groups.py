"""Groups: hold many seats, name who sits there, give some back. The line gets those in the same transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.engine import Connection

from services.ticketing.bookings import domain
from services.ticketing.bookings.domain import Act, Booking, BookingKind, BookingState
from services.ticketing.bookings.domain.groups import Named, NamedSeat, TooFewSeats, check_group, check_open
from services.ticketing.bookings.messages import PersonNamed
from services.ticketing.bookings.operations import naming
from services.ticketing.bookings.operations.changing import Mine, close
from services.ticketing.bookings.operations.finding import find_booking
from services.ticketing.bookings.operations.lives import lives_of
from services.ticketing.bookings.operations.rounds import Round, advance, begin
from services.ticketing.programme.domain import SessionNotFound
from services.ticketing.programme.operations import SeatRow
from shared.ids import new_id, new_reference
from shared.outbox import Outgoing, publish


@dataclass(frozen=True, slots=True)
class GroupOrder:
    """So many seats of a session for the group that a person speaks for."""

    exhibition_id: UUID
    session_id: UUID
    person_id: UUID
    seats: int
    at: datetime


def hold_group(db: Connection, order: GroupOrder) -> Booking:
    """Promise a group its seats; it never waits in line.

    SessionNotFound, SessionCancelled, SessionBegun, NamesEnded, AlreadyBooked, PartyTooLarge, NoSeatsToHold.
    """
    one = begin(db, order.exhibition_id, [order.session_id], order.at)
    row = one.sessions.get(order.session_id)
    if row is None:
        raise SessionNotFound
    for session_id in one.due_now:
        advance(one, session_id)
    _check(one, row, order)
    made = _made(row, order)
    one.add(made)
    one.ends(row.id, one.rules.names_end(row.starts_at))
    close(one)
    return made


def _check(one: Round, row: SeatRow, order: GroupOrder) -> None:
    check_open(one.rules, row.state, row.starts_at, order.at)
    mine = lives_of(one.db, order.exhibition_id, {order.person_id})[order.person_id]
    booked = next((life.reference for life in mine if life.session_id == row.id), None)
    if booked:
        raise domain.AlreadyBooked(booking=booked)
    check_group(one.rules, order.seats, row.seats.capacity)
    if one.seats[row.id].left < order.seats:
        raise domain.NoSeatsToHold(left=one.seats[row.id].left)


def _made(row: SeatRow, order: GroupOrder) -> Booking:
    return Booking(
        id=new_id(),
        exhibition_id=order.exhibition_id,
        version=1,
        reference=new_reference(),
        session_id=row.id,
        person_id=order.person_id,
        party_size=order.seats,
        state=domain.after(None, Act.BOOK),
        line_number=None,
        was_waitlisted=False,
        booked_at=order.at,
        day=row.starts_wall.date(),
        kind=BookingKind.GROUP,
    )


def name_seats(db: Connection, mine: Mine, people: Sequence[Named], language: str) -> list[NamedSeat]:
    """Write names on a group's seats, all or none; whoever has a phone is sent a ticket of their own.

    BookingNotFound, NotNow, SessionBegun, NamesEnded, TooFewSeats.
    """
    one, row, group, seats = _open(db, mine)
    check_open(one.rules, row.state, row.starts_at, mine.at)
    if len(people) > group.party_size - len(seats):
        raise TooFewSeats(left=group.party_size - len(seats))
    named = [
        NamedSeat(number, new_id(), new_reference(), new_id(), person.name, person.phone is not None)
        for number, person in enumerate(people, len(seats) + 1)
    ]
    if named:
        naming.insert_names(db, group, named, mine.at)
    publish(
        db, *(_told(group, seat, person, language) for seat, person in zip(named, people, strict=True) if person.phone)
    )
    publish(db, *(naming.seat_told(group, seat) for seat in named if seat.is_told))
    close(one)
    return named


def _told(group: Booking, seat: NamedSeat, person: Named, language: str) -> Outgoing:
    body = PersonNamed(person.name, person.phone or "", None, language, "visitor")
    return Outgoing(group.exhibition_id, seat.person_id, 1, body)


def give_back(db: Connection, mine: Mine, seats: int) -> Booking:
    """Give seats without a name back; the whole group where none has one. BookingNotFound, NotNow, SessionBegun,
    TooFewSeats.
    """
    one, row, group, named = _open(db, mine)
    if mine.at >= row.starts_at:
        raise domain.SessionBegun
    if not 1 <= seats <= group.party_size - len(named):
        raise TooFewSeats(left=group.party_size - len(named))
    if seats == group.party_size:
        changed = one.change(group, Act.CANCEL, cancelled_by="person")
    else:
        changed = one.change(group, Act.RESIZE, party_size=group.party_size - seats)
    close(one)
    return one.latest.get(changed.id, changed)


def _open(db: Connection, mine: Mine) -> tuple[Round, SeatRow, Booking, list[NamedSeat]]:
    """The group as it stands once its session is held by this transaction."""
    found = find_booking(db, mine.exhibition_id, mine.reference, person_id=mine.person_id)
    one = begin(db, mine.exhibition_id, [found.session_id], mine.at)
    found = find_booking(db, mine.exhibition_id, mine.reference, person_id=mine.person_id)
    if found.kind is not BookingKind.GROUP or found.state is not BookingState.CONFIRMED:
        raise domain.NotNow(state=found.state.value)
    return one, one.sessions[found.session_id], found, naming.names_of(db, found)
