"""Bookings over HTTP, for the person who holds a token; their rules, for organisers."""

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

from flask import Response
from flask_smorest import Blueprint
from sqlalchemy.engine import Connection

from services.acts import StaffAct, staff_acted
from services.ticketing.access.operations.recent import exhibition_called
from services.ticketing.bookings import operations
from services.ticketing.bookings.api.orders import Wanted, wish_for
from services.ticketing.bookings.domain import Booking
from services.ticketing.bookings.operations import passing
from services.ticketing.bookings.operations.tries import allow_try
from services.ticketing.bookings.schemas import (
    BookingOut,
    BookingsOut,
    NewBooking,
    NewOrder,
    PassOut,
    RulesFields,
    RulesOut,
    SessionBookingsOut,
    TakeOver,
    booking_out,
    rules_of,
    rules_out,
)
from services.ticketing.programme.operations import reference_of
from services.ticketing.programme.operations.board import board_of
from shared import clock
from shared.db import reading, transaction
from shared.idempotency import Answer, once
from shared.web import current_caller, idempotency_key, keyed, load, may, reply

api = Blueprint("bookings_api", __name__, url_prefix="/ticketing/v1/exhibitions/<exhibition>", description="Bookings")


def _body(schema: type[Any]) -> dict[str, Any]:
    return {"content": {"application/json": {"schema": schema}}, "required": True}


@api.post("/sessions/<reference>/bookings")
@may("person")
@keyed
@api.doc(requestBody=_body(NewOrder))
@api.response(201, BookingOut)
def create_booking(exhibition: str, reference: str) -> Response:
    """Book seats in a session, or join its waiting list.

    The same key and body get the same answer, however often they are sent.
    """
    return _order(exhibition, reference, is_hold=False)


@api.post("/sessions/<reference>/holds")
@may("person")
@keyed
@api.doc(requestBody=_body(NewOrder))
@api.response(201, BookingOut)
def create_hold(exhibition: str, reference: str) -> Response:
    """Keep seats for 15 minutes, to be confirmed; never a place in line."""
    return _order(exhibition, reference, is_hold=True)


def _order(exhibition: str, reference: str, *, is_hold: bool) -> Response:
    where = exhibition_called(exhibition)
    key = idempotency_key(where.id)
    wanted = Wanted(reference, is_hold, load(NewOrder))
    return reply(wish_for(where, acting_person(), wanted, key).decided())


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
    """Give seats, a hold, an offer or the place in line back; whoever is next is offered them.

    Cancelling what is over changes nothing and answers the same.
    """
    return _act(exhibition, reference, operations.cancel_booking)


@api.post("/bookings/<reference>/confirmation")
@may("person")
@keyed
@api.response(200, BookingOut)
def confirm_hold(exhibition: str, reference: str) -> Response:
    """Make held seats one's own, as long as the clock allows."""
    return _act(exhibition, reference, operations.confirm_hold)


@api.post("/bookings/<reference>/extension")
@may("person")
@keyed
@api.response(200, BookingOut)
def extend_hold(exhibition: str, reference: str) -> Response:
    """Keep held seats ten minutes longer, once."""
    return _act(exhibition, reference, operations.extend_hold)


@api.post("/bookings/<reference>/acceptance")
@may("person")
@keyed
@api.response(200, BookingOut)
def accept_offer(exhibition: str, reference: str) -> Response:
    """Take the seats one was offered; to decline them, cancel."""
    return _act(exhibition, reference, operations.accept_offer)


@api.post("/bookings/<reference>/party")
@may("person")
@keyed
@api.doc(requestBody=_body(NewBooking))
@api.response(200, BookingOut)
def resize_booking(exhibition: str, reference: str) -> Response:
    """Come with fewer or more people; what is given back goes to the line."""
    party_size = load(NewBooking)["party_size"]

    return _act(exhibition, reference, partial(operations.resize_booking, party_size=party_size))


@api.put("/bookings/<reference>/pass")
@may("person")
@api.response(200, PassOut)
def make_pass(exhibition: str, reference: str) -> dict[str, Any]:
    """Make a code by which somebody else may have these seats, once; a code made before counts no more."""
    where, person_id = exhibition_called(exhibition), acting_person()
    allow_try(person_id)
    with transaction() as db:
        mine = operations.Mine(where.id, reference.upper(), person_id, clock.now())
        passed, code = passing.make_pass(db, mine)
    starts_at = board_of(where.id).by_id[passed.session_id].starts_at
    return {"code": code, "until": operations.recent_rules(where.id).changes_end(starts_at).isoformat()}


@api.post("/bookings/taken-over")
@may("person")
@keyed
@api.doc(requestBody=_body(TakeOver))
@api.response(201, BookingOut)
def take_over(exhibition: str) -> Response:
    """Take over the seats that a code passes on; the first has them, the old booking ends."""
    where, person_id, said = exhibition_called(exhibition), acting_person(), load(TakeOver)
    allow_try(person_id)
    key = idempotency_key(where.id)
    with transaction() as db:

        def act() -> Answer:
            taken = passing.take_over(db, passing.Taker(where.id, person_id=person_id, at=clock.now(), **said))
            return Answer(201, _told(db, taken))

        return reply(once(db, key, act))


@api.get("/booking-rules")
@may("anyone")
@api.response(200, RulesOut)
def read_rules(exhibition: str) -> dict[str, Any]:
    """How seats are given here: everybody may know."""
    return rules_out(operations.recent_rules(exhibition_called(exhibition).id))


@api.put("/booking-rules")
@may("organiser")
@api.doc(requestBody=_body(RulesFields))
@api.response(200, RulesOut)
def put_rules(exhibition: str) -> dict[str, Any]:
    """Choose how seats are given; it holds for what is done from now on."""
    where, rules = exhibition_called(exhibition), rules_of(load(RulesFields))
    with transaction() as db:
        operations.put_rules(db, where.id, rules)
        staff_acted(db, where.id, StaffAct.BOOKING_RULES_CHANGED, where.reference)
    return rules_out(rules)


def _act(exhibition: str, reference: str, verb: Callable[..., Booking]) -> Response:
    """Do something with one's own booking, once."""
    where, person_id = exhibition_called(exhibition), acting_person()
    allow_try(person_id)
    key = idempotency_key(where.id)
    with transaction() as db:

        def act() -> Answer:
            changed = verb(db, operations.Mine(where.id, reference.upper(), person_id, clock.now()))
            return Answer(200, _told(db, changed))

        return reply(once(db, key, act))


def acting_person() -> UUID:
    """The person whose token this request carries."""
    person_id = current_caller().person_id
    assert person_id is not None  # noqa: S101 - the route says `may("person")`
    return person_id


def _out(exhibition_id: UUID, booking: Booking) -> dict[str, Any]:
    session = board_of(exhibition_id).by_id[booking.session_id].reference
    return booking_out(booking.as_of(clock.now()), session)


def _told(db: Connection, booking: Booking) -> dict[str, Any]:
    """What `_out` says, within a transaction: it holds a session, and so asks for no second connection."""
    return booking_out(booking.as_of(clock.now()), reference_of(db, booking.exhibition_id, booking.session_id))
