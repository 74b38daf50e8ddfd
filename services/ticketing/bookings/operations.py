"""Books seats, cancels bookings, moves the line up. A session's row is locked before its bookings change."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.ticketing.access.domain import Exhibition
from services.ticketing.bookings import domain
from services.ticketing.bookings.domain import LIVE, Asked, Booking, BookingState
from services.ticketing.bookings.messages import booking_told
from services.ticketing.bookings.models import booking
from services.ticketing.programme.domain import Seats, SessionNotFound
from services.ticketing.programme.operations import SeatMove, SeatRow, lock_sessions, move_seats
from shared import clock
from shared.ids import new_id, new_reference
from shared.outbox import publish
from shared.problem import Problem


@dataclass(frozen=True, slots=True)
class Order:
    """Somebody's wish for `party_size` seats of a session, asked at `at`."""

    exhibition_id: UUID
    session_id: UUID
    person_id: UUID
    party_size: int
    at: datetime


@dataclass(slots=True)
class _Table:
    """One round of orders for one exhibition: what was read, and what the orders before have changed."""

    sessions: dict[UUID, SeatRow]
    booked: dict[tuple[UUID, UUID], str]
    live: dict[UUID, int]
    seats: dict[UUID, Seats]
    last_in_line: dict[UUID, int]
    made: list[Booking] = field(default_factory=list)


def order_of(exhibition: Exhibition, session_id: UUID, person_id: UUID, party_size: int) -> Order:
    """A wish uttered now; ExhibitionOver."""
    at = clock.now()
    if exhibition.is_over(clock.day_in(at, exhibition.zone)):
        raise domain.ExhibitionOver
    return Order(exhibition.id, session_id, person_id, party_size, at)


_LIVE_OF = (
    sa.select(booking.c.session_id, booking.c.person_id, booking.c.reference)
    .where(booking.c.exhibition_id == sa.bindparam("exhibition"))
    .where(booking.c.person_id.in_(sa.bindparam("persons", expanding=True)))
    .where(booking.c.state.in_(["confirmed", "waitlisted"]))
)


def book_seats(db: Connection, orders: list[Order]) -> list[Booking | Problem]:
    """Decide orders in their order of arrival: a confirmed or waitlisted booking, or a named refusal, for each.

    Seats nobody waits for go to whoever comes; otherwise one joins the line. Refusals: SessionNotFound,
    AlreadyBooked, SessionCancelled, SessionBegun, PartyTooLarge, TooManyBookings, WaitingListClosed.
    """
    outcomes: dict[int, Booking | Problem] = {}
    by_exhibition: defaultdict[UUID, list[tuple[int, Order]]] = defaultdict(list)
    for number, order in enumerate(orders):
        by_exhibition[order.exhibition_id].append((number, order))
    for exhibition_id, asked in by_exhibition.items():
        table = _set_table(db, exhibition_id, [order for _, order in asked])
        for number, order in asked:
            outcomes[number] = _decide(table, order)
        _keep(db, exhibition_id, table)
    return [outcomes[number] for number in range(len(orders))]


def cancel_booking(db: Connection, exhibition_id: UUID, reference: str, *, person_id: UUID, at: datetime) -> Booking:
    """Give the seats or the place in line back; whoever is next moves up in the same transaction.

    Cancelling twice changes nothing. BookingNotFound (also for somebody else's), SessionBegun.
    """
    found = find_booking(db, exhibition_id, reference, person_id=person_id)
    held = lock_sessions(db, exhibition_id, [found.session_id])[found.session_id]
    found = find_booking(db, exhibition_id, reference, person_id=person_id)
    if found.state is BookingState.CANCELLED:
        return found
    if not domain.can_cancel(found.state, held.starts_at, at):
        raise domain.SessionBegun
    cancelled = replace(
        found,
        state=BookingState.CANCELLED,
        version=found.version + 1,
        cancelled_by="person",
        line_number=None,
        place_in_line=None,
    )
    _store_change(db, cancelled)
    waited = found.state is BookingState.WAITLISTED
    back = SeatMove(held.id, 0, -1) if waited else SeatMove(held.id, -found.party_size, 0)
    move_seats(db, exhibition_id, [back])
    moved = move_line_up(db, exhibition_id, held.id)
    publish(db, *(booking_told(one) for one in (cancelled, *moved)))
    return cancelled


def move_line_up(db: Connection, exhibition_id: UUID, session_id: UUID) -> list[Booking]:
    """Confirm those at the head of the line whose party fits, in order; the caller tells them.

    The session must be locked by this transaction.
    """
    held = lock_sessions(db, exhibition_id, [session_id])[session_id]
    free = held.seats.free
    if not free or not held.seats.waiting:
        return []
    line = _select(db, _in_line(exhibition_id, session_id).limit(free))
    moved = [
        replace(one, state=BookingState.CONFIRMED, version=one.version + 1, line_number=None, was_waitlisted=True)
        for one in line[: domain.move_up(free, [one.party_size for one in line])]
    ]
    for one in moved:
        _store_change(db, one)
    if moved:
        seats = sum(one.party_size for one in moved)
        move_seats(db, exhibition_id, [SeatMove(session_id, seats, -len(moved))])
    return moved


def find_booking(db: Connection, exhibition_id: UUID, reference: str, *, person_id: UUID) -> Booking:
    """A person's own booking with its place in line; BookingNotFound."""
    found = _select(db, _of(exhibition_id, person_id).where(booking.c.reference == reference))
    if not found:
        raise domain.BookingNotFound
    return _with_place(db, found[0])


def list_bookings(db: Connection, exhibition_id: UUID, *, person_id: UUID) -> list[Booking]:
    """A person's bookings, newest first, those cancelled included."""
    found = _select(db, _of(exhibition_id, person_id).order_by(booking.c.booked_at.desc(), booking.c.id.desc()))
    return [_with_place(db, one) for one in found]


def list_of_session(db: Connection, exhibition_id: UUID, session_id: UUID) -> list[Booking]:
    """Every booking of a session in the order in which they were made, those cancelled included."""
    asked = sa.select(booking).where(booking.c.exhibition_id == exhibition_id, booking.c.session_id == session_id)
    found = _select(db, asked.order_by(booking.c.booked_at, booking.c.id))
    places = _places(found)
    return [replace(one, place_in_line=places.get(one.id)) for one in found]


def find_live(db: Connection, exhibition_id: UUID, session_id: UUID, *, person_id: UUID) -> Booking | None:
    """The booking that a person holds for a session, if any."""
    asked = _of(exhibition_id, person_id).where(booking.c.session_id == session_id)
    found = _select(db, asked.where(booking.c.state.in_(LIVE)))
    return _with_place(db, found[0]) if found else None


def republish(db: Connection, exhibition_id: UUID) -> int:
    """Tell every booking's present state again; returns how many."""
    everything = _select(db, sa.select(booking).where(booking.c.exhibition_id == exhibition_id))
    places = _places(everything)
    publish(db, *(booking_told(replace(one, place_in_line=places.get(one.id))) for one in everything))
    return len(everything)


def _set_table(db: Connection, exhibition_id: UUID, orders: Sequence[Order]) -> _Table:
    sessions = lock_sessions(db, exhibition_id, sorted({order.session_id for order in orders}))
    persons = {order.person_id for order in orders}
    rows = db.execute(_LIVE_OF, {"exhibition": exhibition_id, "persons": list(persons)}).all()
    live: defaultdict[UUID, int] = defaultdict(int)
    for row in rows:
        live[row.person_id] += 1
    return _Table(
        sessions=sessions,
        booked={(row.session_id, row.person_id): row.reference for row in rows},
        live=live,
        seats={one.id: one.seats for one in sessions.values()},
        last_in_line={one.id: one.last_in_line for one in sessions.values()},
    )


def _decide(table: _Table, order: Order) -> Booking | Problem:
    held = table.sessions.get(order.session_id)
    if held is None:
        return SessionNotFound()
    seats = table.seats[held.id]
    asked = Asked(
        order.party_size,
        order.at,
        table.live[order.person_id],
        table.booked.get((held.id, order.person_id)),
    )
    try:
        domain.check_order(asked, state=held.state, starts_at=held.starts_at, capacity=seats.capacity)
        state = domain.place_booking(seats, order.party_size)
    except Problem as refusal:
        return refusal
    table.seats[held.id] = domain.after_booking(seats, order.party_size, state)
    return _write_down(table, order, state)


def _write_down(table: _Table, order: Order, state: BookingState) -> Booking:
    waits = state is BookingState.WAITLISTED
    if waits:
        table.last_in_line[order.session_id] += 1
    made = Booking(
        id=new_id(),
        exhibition_id=order.exhibition_id,
        version=1,
        reference=new_reference(),
        session_id=order.session_id,
        person_id=order.person_id,
        party_size=order.party_size,
        state=state,
        line_number=table.last_in_line[order.session_id] if waits else None,
        was_waitlisted=False,
        booked_at=order.at,
        place_in_line=table.seats[order.session_id].waiting if waits else None,
    )
    table.booked[order.session_id, order.person_id] = made.reference
    table.live[order.person_id] += 1
    table.made.append(made)
    return made


def _keep(db: Connection, exhibition_id: UUID, table: _Table) -> None:
    if not table.made:
        return
    moves = [
        SeatMove(
            one.id,
            table.seats[one.id].taken - one.seats.taken,
            table.seats[one.id].waiting - one.seats.waiting,
            table.last_in_line[one.id] - one.last_in_line,
        )
        for one in table.sessions.values()
        if table.seats[one.id] != one.seats
    ]
    move_seats(db, exhibition_id, moves)
    # a list beside the statement, not in it: the compiled statement is the same for any number of rows
    db.execute(sa.insert(booking), [_row(one) for one in table.made])
    publish(db, *(booking_told(one) for one in table.made))


def _store_change(db: Connection, changed: Booking) -> None:
    """Write a booking's new state over the version before it."""
    done = db.execute(
        sa.update(booking)
        .where(booking.c.exhibition_id == changed.exhibition_id)
        .where(booking.c.id == changed.id)
        .where(booking.c.version == changed.version - 1)
        .values(_row(changed))
    )
    assert done.rowcount == 1  # noqa: S101 - its session is locked, so nobody else can have changed it


def _row(one: Booking) -> dict[str, Any]:
    names = ("id", "exhibition_id", "version", "reference", "session_id", "person_id", "party_size")
    more = ("line_number", "was_waitlisted", "booked_at", "cancelled_by")
    return {name: getattr(one, name) for name in (*names, *more)} | {"state": one.state.value}


def _of(exhibition_id: UUID, person_id: UUID) -> sa.Select[Any]:
    return sa.select(booking).where(booking.c.exhibition_id == exhibition_id).where(booking.c.person_id == person_id)


def _in_line(exhibition_id: UUID, session_id: UUID) -> sa.Select[Any]:
    return (
        sa.select(booking)
        .where(booking.c.exhibition_id == exhibition_id)
        .where(booking.c.session_id == session_id)
        .where(booking.c.state == "waitlisted")
        .order_by(booking.c.line_number)
    )


def _select(db: Connection, asked: sa.Select[Any]) -> list[Booking]:
    return [
        Booking(
            id=row.id,
            exhibition_id=row.exhibition_id,
            version=row.version,
            reference=row.reference,
            session_id=row.session_id,
            person_id=row.person_id,
            party_size=row.party_size,
            state=BookingState(row.state),
            line_number=row.line_number,
            was_waitlisted=row.was_waitlisted,
            booked_at=row.booked_at,
            cancelled_by=row.cancelled_by,
        )
        for row in db.execute(asked)
    ]


def _with_place(db: Connection, one: Booking) -> Booking:
    """The booking with the number of its party in the line."""
    if one.state is not BookingState.WAITLISTED:
        return one
    before = _in_line(one.exhibition_id, one.session_id).where(booking.c.line_number <= one.line_number)
    place = db.execute(sa.select(sa.func.count()).select_from(before.order_by(None).subquery())).scalar_one()
    return replace(one, place_in_line=place)


def _places(bookings: Iterable[Booking]) -> dict[UUID, int]:
    """Everybody's place in their line, from a whole exhibition's bookings."""
    lines: defaultdict[UUID, list[tuple[int, UUID]]] = defaultdict(list)
    for one in bookings:
        if one.state is BookingState.WAITLISTED and one.line_number is not None:
            lines[one.session_id].append((one.line_number, one.id))
    return {who: place for line in lines.values() for place, (_, who) in enumerate(sorted(line), start=1)}
