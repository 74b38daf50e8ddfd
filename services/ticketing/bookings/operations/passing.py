"""Passes a booking on: its booker makes a one-use link, whoever takes it has the seats under all rules."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.ticketing.bookings import domain
from services.ticketing.bookings.domain import Act, Asked, Booking, BookingKind, BookingState
from services.ticketing.bookings.domain.rules import check_overlap
from services.ticketing.bookings.models import booking, booking_pass
from services.ticketing.bookings.operations import rows
from services.ticketing.bookings.operations.changing import Mine, close
from services.ticketing.bookings.operations.finding import find_booking
from services.ticketing.bookings.operations.lives import at_the_same_hour, lives_of, seats_that_day
from services.ticketing.bookings.operations.rounds import Round, begin
from services.ticketing.programme.operations import SeatRow
from shared.db import insert
from shared.ids import hash_secret, new_id, new_reference, new_secret


@dataclass(frozen=True, slots=True)
class Taker:
    """Who opens a link, when; `anyway`: although they have another session at this hour."""

    exhibition_id: UUID
    code: str
    person_id: UUID
    at: datetime
    anyway: bool = False


def make_pass(db: Connection, mine: Mine) -> tuple[Booking, str]:
    """A code by which the seats may be taken over, once; a code made before counts no more.

    BookingNotFound, ChangesEnded, PassedOnce, NotNow.
    """
    found = find_booking(db, mine.exhibition_id, mine.reference, person_id=mine.person_id)
    one = begin(db, mine.exhibition_id, [found.session_id], mine.at)
    found = find_booking(db, mine.exhibition_id, mine.reference, person_id=mine.person_id)
    _check(one, found)
    code = new_secret()
    kept = {"exhibition_id": mine.exhibition_id, "booking_id": found.id, "code_hash": hash_secret(code)}
    fresh = insert(db, booking_pass).values(**kept)
    db.execute(
        fresh.on_conflict_do_update(
            index_elements=["exhibition_id", "booking_id"], set_={"code_hash": kept["code_hash"]}
        )
    )
    close(one)
    return found, code


def find_pass(db: Connection, exhibition_id: UUID, code: str) -> Booking:
    """The booking that a code passes on, as it stands; PassEnded when the code counts no more."""
    asked = (
        sa.select(booking)
        .join(
            booking_pass,
            (booking_pass.c.exhibition_id == booking.c.exhibition_id) & (booking_pass.c.booking_id == booking.c.id),
        )
        .where(booking_pass.c.exhibition_id == exhibition_id)
        .where(booking_pass.c.code_hash == hash_secret(code))
    )
    found = rows.select(db, asked)
    if not found or found[0].state is not BookingState.CONFIRMED:
        raise domain.PassEnded
    return found[0]


def take_over(db: Connection, taker: Taker) -> Booking:
    """The seats of a booking for whoever has its code; the old booking ends, the code is used up.

    PassEnded, ChangesEnded, and what a new order would be refused for.
    """
    found = find_pass(db, taker.exhibition_id, taker.code)
    one = begin(db, taker.exhibition_id, [found.session_id], taker.at)
    found = find_pass(db, taker.exhibition_id, taker.code)
    row = one.sessions[found.session_id]
    _check(one, found)
    _check_taker(one, row, found, taker)
    use_up(db, found)
    one.change(found, Act.HAND_ON, cancelled_by="passed on")
    made = _made(row, found, taker)
    one.add(made)
    close(one)
    return one.latest.get(made.id, made)


def use_up(db: Connection, passed: Booking) -> None:
    """Delete a booking's code, the second guard against two takers; PassEnded when another was quicker."""
    own = booking_pass.c
    done = db.execute(
        sa.delete(booking_pass).where(own.exhibition_id == passed.exhibition_id, own.booking_id == passed.id)
    )
    if done.rowcount != 1:
        raise domain.PassEnded


def _check(one: Round, found: Booking) -> None:
    if one.at >= one.rules.changes_end(one.sessions[found.session_id].starts_at):
        raise domain.ChangesEnded
    if found.kind is BookingKind.PASSED:
        raise domain.PassedOnce
    domain.after(found.state, Act.HAND_ON)
    if found.arrived_at is not None or found.kind is not BookingKind.OWN:
        raise domain.NotNow(state=found.state.value)


def _check_taker(one: Round, row: SeatRow, found: Booking, taker: Taker) -> None:
    mine = lives_of(one.db, one.exhibition_id, {taker.person_id})[taker.person_id]
    booked = next((life.reference for life in mine if life.session_id == row.id), None)
    asked = Asked(found.party_size, one.at, seats_that_day(mine, found.day), booked, one.rules.most_a_day)
    domain.check_order(asked, state=row.state, starts_at=row.starts_at, capacity=row.seats.capacity)
    check_overlap(one.rules.overlap_of(row.kind), at_the_same_hour(row, mine), anyway=taker.anyway)


def _made(row: SeatRow, found: Booking, taker: Taker) -> Booking:
    return Booking(
        id=new_id(),
        exhibition_id=found.exhibition_id,
        version=1,
        reference=new_reference(),
        session_id=row.id,
        person_id=taker.person_id,
        party_size=found.party_size,
        state=domain.after(None, Act.TAKE_OVER),
        line_number=None,
        was_waitlisted=False,
        booked_at=taker.at,
        day=found.day,
        kind=BookingKind.PASSED,
    )
