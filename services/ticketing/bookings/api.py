"""Bookings over HTTP, for the person who holds a token."""

from typing import Any
from uuid import UUID

from flask import Response
from flask_smorest import Blueprint

from services.ticketing.access.operations.recent import exhibition_called
from services.ticketing.bookings import operations
from services.ticketing.bookings.domain import Booking
from services.ticketing.bookings.schemas import BookingOut, BookingsOut, NewBooking, SessionBookingsOut, booking_out
from services.ticketing.programme.operations.board import board_of
from shared import clock, limits
from shared.db import reading, transaction
from shared.group import group
from shared.idempotency import Answer, once
from shared.web import current_caller, idempotency_key, keyed, load, may, reply

api = Blueprint("bookings_api", __name__, url_prefix="/ticketing/v1/exhibitions/<exhibition>", description="Bookings")
# One person's tries at booking or cancelling; a crowd behind one address is not limited by it.
TRIES, A_MINUTE = 30, 60
_BODY = {"content": {"application/json": {"schema": NewBooking}}, "required": True}


@api.post("/sessions/<reference>/bookings")
@may("person")
@keyed
@api.doc(requestBody=_BODY)
@api.response(201, BookingOut)
def create_booking(exhibition: str, reference: str) -> Response:
    """Book seats in a session, or join its waiting list.

    The same key and body get the same answer, however often they are sent.
    """
    where = exhibition_called(exhibition)
    key = idempotency_key(where.id)
    said = load(NewBooking)
    person_id, session = acting_person(), board_of(where.id).called(reference)
    limits.allow("booking", str(person_id), TRIES, A_MINUTE, fail_open=True)
    order = operations.order_of(where, session.id, person_id, said["party_size"])

    def render(booking: Booking) -> Answer:
        return Answer(201, booking_out(booking, session.reference))

    return reply(group(operations.book_seats, order, key=key, render=render))


@api.get("/sessions/<reference>/bookings")
@may("desk", "viewer", "supervisor", "organiser")
@api.response(200, SessionBookingsOut)
def list_session_bookings(exhibition: str, reference: str) -> dict[str, Any]:
    """Every booking of a session for staff, oldest first, those cancelled included."""
    where = exhibition_called(exhibition)
    session = board_of(where.id).called(reference)
    with reading() as db:
        found = operations.list_of_session(db, where.id, session.id)
    rows = [booking_out(one, session.reference) | {"person_id": str(one.person_id)} for one in found]
    return {"bookings": rows}


@api.get("/bookings")
@may("person")
@api.response(200, BookingsOut)
def list_bookings(exhibition: str) -> dict[str, Any]:
    """One's own bookings, newest first, those cancelled included."""
    where = exhibition_called(exhibition)
    with reading() as db:
        found = operations.list_bookings(db, where.id, person_id=acting_person())
    return {"bookings": [_out(where.id, one) for one in found]}


@api.get("/bookings/<reference>")
@may("person")
@api.response(200, BookingOut)
def read_booking(exhibition: str, reference: str) -> dict[str, Any]:
    """One's own booking, with its place in line."""
    where = exhibition_called(exhibition)
    with reading() as db:
        found = operations.find_booking(db, where.id, reference.upper(), person_id=acting_person())
    return _out(where.id, found)


@api.post("/bookings/<reference>/cancellation")
@may("person")
@keyed
@api.response(200, BookingOut)
def cancel_booking(exhibition: str, reference: str) -> Response:
    """Give the seats or the place in line back; whoever is next moves up.

    Cancelling what is cancelled changes nothing and answers the same.
    """
    where, person_id = exhibition_called(exhibition), acting_person()
    limits.allow("booking", str(person_id), TRIES, A_MINUTE, fail_open=True)
    key = idempotency_key(where.id)
    with transaction() as db:

        def act() -> Answer:
            cancelled = operations.cancel_booking(db, where.id, reference.upper(), person_id=person_id, at=clock.now())
            return Answer(200, _out(where.id, cancelled))

        return reply(once(db, key, act))


def acting_person() -> UUID:
    """The person whose token this request carries."""
    person_id = current_caller().person_id
    assert person_id is not None  # noqa: S101 - the route says `may("person")`
    return person_id


def _out(exhibition_id: UUID, booking: Booking) -> dict[str, Any]:
    return booking_out(booking, board_of(exhibition_id).by_id[booking.session_id].reference)
