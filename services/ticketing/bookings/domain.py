"""Who gets seats, who waits, who moves up: decisions over numbers. docs/states.md shows TRANSITIONS."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from services.ticketing.programme.domain import Seats, SessionState
from shared.problem import N_, NotFound, Problem

MOST_IN_A_PARTY = 10
MOST_BOOKINGS = 20


class BookingState(StrEnum):
    """What a booking is worth."""

    CONFIRMED = "confirmed"
    WAITLISTED = "waitlisted"
    CANCELLED = "cancelled"


class Act(StrEnum):
    """What happens to a booking."""

    BOOK = "book"
    JOIN_LINE = "join the line"
    MOVE_UP = "move up"
    CANCEL = "cancel"


# (state before, act, state after, message published); docs/states.md is tested against this.
TRANSITIONS: tuple[tuple[BookingState | None, Act, BookingState, str], ...] = (
    (None, Act.BOOK, BookingState.CONFIRMED, "booking.confirmed.v1"),
    (None, Act.JOIN_LINE, BookingState.WAITLISTED, "booking.waitlisted.v1"),
    (BookingState.WAITLISTED, Act.MOVE_UP, BookingState.CONFIRMED, "booking.confirmed.v1"),
    (BookingState.WAITLISTED, Act.CANCEL, BookingState.CANCELLED, "booking.cancelled.v1"),
    (BookingState.CONFIRMED, Act.CANCEL, BookingState.CANCELLED, "booking.cancelled.v1"),
)

LIVE = (BookingState.CONFIRMED, BookingState.WAITLISTED)


class SessionBegun(Problem):
    slug = "session-begun"
    status = 410
    title = N_("This session has already begun.")


class SessionCancelled(Problem):
    slug = "session-cancelled"
    status = 410
    title = N_("This session will not take place.")


class ExhibitionOver(Problem):
    slug = "exhibition-over"
    status = 410
    title = N_("This fair is over.")


class AlreadyBooked(Problem):
    slug = "already-booked"
    status = 409
    title = N_("You already have a booking for this session.")
    detail = N_("Your booking is %(booking)s.")


class PartyTooLarge(Problem):
    slug = "party-too-large"
    status = 409
    title = N_("So many people cannot be booked together.")
    detail = N_("At most %(most)s people can be booked together here.")


class WaitingListClosed(Problem):
    slug = "waiting-list-closed"
    status = 409
    title = N_("This session is full and its waiting list is closed.")
    detail = N_("%(waiting)s groups are already waiting.")


class TooManyBookings(Problem):
    slug = "too-many-bookings"
    status = 409
    title = N_("You have as many bookings as one person can have.")
    detail = N_("At most %(most)s at a time. Cancel one to make another.")


class BookingNotFound(NotFound):
    slug = "booking-not-found"
    title = N_("You have no booking with this reference.")


@dataclass(frozen=True, slots=True)
class Booking:
    """A claim on seats of one session; `line_number` orders those who wait, `place_in_line` counts from 1."""

    id: UUID
    exhibition_id: UUID
    version: int
    reference: str
    session_id: UUID
    person_id: UUID
    party_size: int
    state: BookingState
    line_number: int | None
    was_waitlisted: bool
    booked_at: datetime
    cancelled_by: str | None = None
    place_in_line: int | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """What the rules need to know of somebody's wish."""

    party_size: int
    at: datetime
    live_bookings: int
    booked_already: str | None


def place_booking(seats: Seats, party_size: int) -> BookingState:
    """Confirm a party that fits whole while nobody waits; a party is never split. WaitingListClosed."""
    if seats.left >= party_size:
        return BookingState.CONFIRMED
    if not seats.is_line_open:
        raise WaitingListClosed(waiting=seats.waiting)
    return BookingState.WAITLISTED


def check_order(asked: Asked, *, state: SessionState, starts_at: datetime, capacity: int) -> None:
    """Refuse an order that no number of free seats would help; the refusal is the Problem raised."""
    if asked.booked_already is not None:
        raise AlreadyBooked(booking=asked.booked_already)
    if state is SessionState.CANCELLED:
        raise SessionCancelled
    if asked.at >= starts_at:
        raise SessionBegun
    most = min(MOST_IN_A_PARTY, capacity)
    if not 1 <= asked.party_size <= most:
        raise PartyTooLarge(most=most)
    if asked.live_bookings >= MOST_BOOKINGS:
        raise TooManyBookings(most=MOST_BOOKINGS)


def after_booking(seats: Seats, party_size: int, state: BookingState) -> Seats:
    """The numbers once a party has been confirmed or has joined the line."""
    confirmed = state is BookingState.CONFIRMED
    return Seats(
        seats.capacity,
        seats.taken + (party_size if confirmed else 0),
        seats.waiting + (0 if confirmed else 1),
        seats.waiting_limit,
    )


def move_up(free: int, line: Sequence[int]) -> int:
    """How many parties at the head of the line get seats: strictly in order, none passes the one before it."""
    moved = 0
    for party_size in line:
        if party_size > free:
            break
        free -= party_size
        moved += 1
    return moved


def can_cancel(state: BookingState, starts_at: datetime, at: datetime) -> bool:
    """Whether seats can still be given back."""
    return state in LIVE and at < starts_at
