"""Books and holds seats, in groups; finds bookings. A session's row is locked before its bookings change."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.engine import Connection

from services.ticketing.access.domain import Exhibition
from services.ticketing.bookings import domain
from services.ticketing.bookings.domain import HOLD, Act, Asked, Booking, BookingKind, BookingState
from services.ticketing.bookings.domain.rules import DEFAULT, Rules, check_overlap
from services.ticketing.bookings.operations.changing import (
    Answered,
    Mine,
    accept_offer,
    cancel_booking,
    cancel_session,
    confirm_hold,
    extend_hold,
    move_line_up,
    resize_booking,
    take_answer,
    take_back,
    tend,
)
from services.ticketing.bookings.operations.finding import (
    find_booking,
    find_live,
    list_bookings,
    list_of_session,
    republish,
)
from services.ticketing.bookings.operations.lives import Life, at_the_same_hour, lives_of, seats_that_day
from services.ticketing.bookings.operations.recent import note_refusals
from services.ticketing.bookings.operations.rounds import Round, advance, begin, finish
from services.ticketing.bookings.operations.ruling import forget_rules, put_rules, read_rules, recent_rules
from services.ticketing.programme.domain import SessionNotFound
from services.ticketing.programme.operations import SeatRow
from shared import clock, log
from shared.ids import new_id, new_reference
from shared.problem import Problem

__all__ = [
    "Answered",
    "Mine",
    "Order",
    "accept_offer",
    "book_seats",
    "cancel_booking",
    "cancel_session",
    "confirm_hold",
    "extend_hold",
    "find_booking",
    "find_live",
    "forget_rules",
    "list_bookings",
    "list_of_session",
    "move_line_up",
    "order_of",
    "put_rules",
    "read_rules",
    "recent_rules",
    "republish",
    "resize_booking",
    "take_answer",
    "take_back",
    "tend",
]


@dataclass(frozen=True, slots=True)
class Order:
    """Somebody's wish for `party_size` seats of a session, asked at `at`.

    `is_hold`: keep them a while, to be confirmed; `anyway`: although they have another session at this hour.
    """

    exhibition_id: UUID
    session_id: UUID
    person_id: UUID
    party_size: int
    at: datetime
    is_hold: bool = False
    anyway: bool = False
    rules: Rules = DEFAULT
    correlation_id: str = ""


def order_of(
    exhibition: Exhibition,
    session_id: UUID,
    person_id: UUID,
    party_size: int,
    anyway: bool = False,
) -> Order:
    """A wish uttered now; ExhibitionOver."""
    at = clock.now()
    if exhibition.is_over(clock.day_in(at, exhibition.zone)):
        raise domain.ExhibitionOver
    rules = recent_rules(exhibition.id)
    wish = exhibition.id, session_id, person_id, party_size, at
    return Order(*wish, anyway=anyway, rules=rules, correlation_id=log.correlation_id())


def book_seats(db: Connection, orders: list[Order]) -> list[Booking | Problem]:
    """Decide orders in their order of arrival: a booking (confirmed, held, waitlisted) or a named refusal for each.

    Seats nobody waits for go to whoever comes; otherwise one joins the line. Refusals: SessionNotFound,
    AlreadyBooked, SessionCancelled, SessionBegun, PartyTooLarge, TooManySeats, SessionsOverlap,
    OverlapUnconfirmed, NoSeatsToHold, WaitingListClosed.
    """
    outcomes: dict[int, Booking | Problem] = {}
    by_exhibition: defaultdict[UUID, list[tuple[int, Order]]] = defaultdict(list)
    for number, order in enumerate(orders):
        by_exhibition[order.exhibition_id].append((number, order))
    for exhibition_id, asked in sorted(by_exhibition.items()):  # so that no two rounds wait for each other in a ring
        outcomes |= _decide_all(db, exhibition_id, asked)
    return [outcomes[number] for number in range(len(orders))]


def _decide_all(db: Connection, exhibition_id: UUID, asked: list[tuple[int, Order]]) -> dict[int, Booking | Problem]:
    orders = [order for _, order in asked]
    at = max(order.at for order in orders)
    one = begin(db, exhibition_id, [order.session_id for order in orders], at, orders[0].rules)
    # what the clock has freed belongs to the line before anybody new is heard
    for session_id in one.due_now:
        advance(one, session_id)
    lives = lives_of(db, exhibition_id, {order.person_id for order in orders})
    outcomes = {number: _decide(one, lives, order) for number, order in asked}
    note_refusals(order.session_id for number, order in asked if isinstance(outcomes[number], domain.WaitingListClosed))
    finish(one)
    return {
        number: one.latest.get(outcome.id, outcome) if isinstance(outcome, Booking) else outcome
        for number, outcome in outcomes.items()
    }


def _decide(one: Round, lives: defaultdict[UUID, list[Life]], order: Order) -> Booking | Problem:
    row = one.sessions.get(order.session_id)
    if row is None:
        return SessionNotFound()
    mine = lives[order.person_id]
    try:
        domain.check_order(
            _asked(order, row, mine), state=row.state, starts_at=row.starts_at, capacity=one.seats[row.id].capacity
        )
        check_overlap(one.rules.overlap_of(row.kind), at_the_same_hour(row, mine), anyway=order.anyway)
        state = domain.place_booking(one.seats[row.id], order.party_size)
        if order.is_hold and state is BookingState.WAITLISTED:
            raise domain.NoSeatsToHold(left=one.seats[row.id].left)
    except Problem as refusal:
        return refusal
    made = _write_down(one, row, order, state)
    mine.append(Life(made.reference, row.id, made.party_size, made.kind, made.day, row.starts_at, row.ends_at))
    return made


def _asked(order: Order, row: SeatRow, mine: list[Life]) -> Asked:
    day = row.starts_wall.date()
    return Asked(
        order.party_size,
        order.at,
        seats_that_day(mine, day),
        next((life.reference for life in mine if life.session_id == row.id), None),
        order.rules.most_a_day,
    )


def _write_down(one: Round, row: SeatRow, order: Order, state: BookingState) -> Booking:
    waits = state is BookingState.WAITLISTED
    act = Act.JOIN_LINE if waits else Act.HOLD if order.is_hold else Act.BOOK
    made = Booking(
        id=new_id(),
        exhibition_id=order.exhibition_id,
        version=1,
        reference=new_reference(),
        session_id=row.id,
        person_id=order.person_id,
        party_size=order.party_size,
        state=domain.after(None, act),
        line_number=one.next_number(row.id) if waits else None,
        was_waitlisted=False,
        booked_at=order.at,
        place_in_line=one.seats[row.id].waiting + 1 if waits else None,
        day=row.starts_wall.date(),
        kind=BookingKind.OWN,
        ends_at=min(order.at + HOLD, row.starts_at) if act is Act.HOLD else None,
    )
    one.add(made, order.correlation_id)
    return made
