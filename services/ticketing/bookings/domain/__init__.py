"""Who gets seats, who waits, who is offered what: decisions over numbers. docs/states.md shows TRANSITIONS."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from services.ticketing.programme.domain import Seats, SessionState
from shared.problem import N_, NotFound, Problem

MOST_IN_A_PARTY = 10
MOST_IN_A_GROUP = 500
HOLD, EXTENSION = timedelta(minutes=15), timedelta(minutes=10)


class BookingState(StrEnum):
    """What a booking is worth."""

    HELD = "held"
    CONFIRMED = "confirmed"
    WAITLISTED = "waitlisted"
    OFFERED = "offered"
    QUEUED = "queued"
    CANCELLED = "cancelled"
    LAPSED = "lapsed"
    RELEASED = "released"


class BookingKind(StrEnum):
    """How a booking came to be; only one's own seats count against the limit of a day."""

    OWN = "own"
    GROUP = "group"
    PASSED = "passed"
    DOOR = "door"


class Act(StrEnum):
    """What happens to a booking."""

    BOOK = "book"
    HOLD = "hold"
    JOIN_LINE = "join the line"
    CONFIRM = "confirm"
    EXTEND = "extend"
    OFFER = "offer"
    ACCEPT = "accept"
    RETURN = "return to the line"
    RESIZE = "resize"
    LAPSE = "lapse"
    CANCEL = "cancel"
    HAND_ON = "pass on"
    TAKE_OVER = "take over"
    ARRIVE = "arrive"
    RELEASE = "release"
    QUEUE = "queue at the door"
    SEAT = "seat"


_S, _A = BookingState, Act
# (state before, act, state after, message published); docs/states.md is tested against this, and code can do no other.
TRANSITIONS: tuple[tuple[BookingState | None, Act, BookingState, str], ...] = (
    (None, _A.BOOK, _S.CONFIRMED, "booking.confirmed.v1"),
    (None, _A.HOLD, _S.HELD, "booking.held.v1"),
    (None, _A.JOIN_LINE, _S.WAITLISTED, "booking.waitlisted.v1"),
    (None, _A.QUEUE, _S.QUEUED, "booking.queued.v1"),
    (None, _A.TAKE_OVER, _S.CONFIRMED, "booking.confirmed.v1"),
    (_S.HELD, _A.CONFIRM, _S.CONFIRMED, "booking.confirmed.v1"),
    (_S.HELD, _A.EXTEND, _S.HELD, "booking.held.v1"),
    (_S.HELD, _A.LAPSE, _S.LAPSED, "booking.lapsed.v1"),
    (_S.HELD, _A.CANCEL, _S.CANCELLED, "booking.cancelled.v1"),
    (_S.WAITLISTED, _A.OFFER, _S.OFFERED, "booking.offered.v1"),
    (_S.WAITLISTED, _A.RESIZE, _S.WAITLISTED, "booking.waitlisted.v1"),
    (_S.WAITLISTED, _A.CANCEL, _S.CANCELLED, "booking.cancelled.v1"),
    (_S.OFFERED, _A.ACCEPT, _S.CONFIRMED, "booking.confirmed.v1"),
    (_S.OFFERED, _A.RETURN, _S.WAITLISTED, "booking.waitlisted.v1"),
    (_S.OFFERED, _A.LAPSE, _S.LAPSED, "booking.lapsed.v1"),
    (_S.OFFERED, _A.CANCEL, _S.CANCELLED, "booking.cancelled.v1"),
    (_S.CONFIRMED, _A.RESIZE, _S.CONFIRMED, "booking.confirmed.v1"),
    (_S.CONFIRMED, _A.CANCEL, _S.CANCELLED, "booking.cancelled.v1"),
    (_S.CONFIRMED, _A.HAND_ON, _S.CANCELLED, "booking.cancelled.v1"),
    (_S.CONFIRMED, _A.ARRIVE, _S.CONFIRMED, "booking.confirmed.v1"),
    (_S.CONFIRMED, _A.RELEASE, _S.RELEASED, "booking.released.v1"),
    (_S.WAITLISTED, _A.QUEUE, _S.QUEUED, "booking.queued.v1"),
    (_S.OFFERED, _A.QUEUE, _S.QUEUED, "booking.queued.v1"),
    (_S.QUEUED, _A.SEAT, _S.CONFIRMED, "booking.confirmed.v1"),
    (_S.QUEUED, _A.CANCEL, _S.CANCELLED, "booking.cancelled.v1"),
)
_AFTER = {(before, act): after for before, act, after, _ in TRANSITIONS}

LIVE = (_S.HELD, _S.CONFIRMED, _S.WAITLISTED, _S.OFFERED, _S.QUEUED)
IN_LINE = (_S.WAITLISTED, _S.OFFERED)
# whose seats count for the limit a person and day
COUNTED = (BookingKind.OWN, BookingKind.PASSED)


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


class NoSeatsToHold(Problem):
    slug = "no-seats-to-hold"
    status = 409
    title = N_("So many seats are not free.")
    detail = N_("%(left)s seats are free. You can join the waiting list instead.")


class TooManySeats(Problem):
    slug = "too-many-seats"
    status = 409
    title = N_("You have as many seats on this day as one person can have.")
    detail = N_("At most %(most)s seats a day, waiting included. Give some back to take others.")


class SessionsOverlap(Problem):
    slug = "sessions-overlap"
    status = 409
    title = N_("You have another session at this hour.")
    detail = N_("Your booking %(booking)s is at the same time. Cancel it to come to this one.")


class OverlapUnconfirmed(Problem):
    slug = "overlap-unconfirmed"
    status = 409
    title = N_("You have another session at this hour. Reserve all the same?")
    detail = N_("Your booking %(booking)s is at the same time.")


class ClaimEnded(Problem):
    slug = "claim-ended"
    status = 410
    title = N_("The time for this is over.")
    detail = N_("The seats went to the next in line, or are free again.")


class OfferTaken(Problem):
    slug = "offer-taken"
    status = 409
    title = N_("Somebody answered sooner.")
    detail = N_("You keep your place in line.")


class NotNow(Problem):
    slug = "booking-not-so"
    status = 409
    title = N_("This booking does not stand so that this can be done.")
    detail = N_("It is now: %(state)s.")


class HoldExtended(Problem):
    slug = "hold-extended"
    status = 409
    title = N_("These seats have been kept longer once already.")


class ChangesEnded(Problem):
    slug = "changes-ended"
    status = 410
    title = N_("It is too late to change this booking.")


class PassEnded(Problem):
    slug = "pass-ended"
    status = 410
    title = N_("This link does not count any more.")
    detail = N_("The seats were taken or given back, or a newer link was made.")


class PassedOnce(Problem):
    slug = "passed-once"
    status = 409
    title = N_("These seats have been passed on once already.")


class CalendarNotFound(NotFound):
    slug = "calendar-not-found"
    title = N_("There is no such calendar. Perhaps a newer address was made.")


class BookingNotFound(NotFound):
    slug = "booking-not-found"
    title = N_("You have no booking with this reference.")


@dataclass(frozen=True, slots=True)
class Booking:
    """A claim on seats of one session; `line_number` orders those who wait, `place_in_line` counts from 1.

    `ends_at`: a hold or an offer ends then, whatever has run. `day`: the local day whose limit it counts against.
    """

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
    day: date = date.min
    kind: BookingKind = BookingKind.OWN
    ends_at: datetime | None = None
    is_extended: bool = False
    is_first_come: bool = False
    arrived_at: datetime | None = None

    def as_of(self, at: datetime) -> "Booking":
        """The booking as the clock has it: what has ended is lapsed, noted or not."""
        return replace(self, state=_S.LAPSED, place_in_line=None) if self.has_ended(at) else self

    def has_ended(self, at: datetime) -> bool:
        """Whether its hold or offer is over by the clock, noted or not."""
        return self.state in (_S.HELD, _S.OFFERED) and self.ends_at is not None and at >= self.ends_at


def seconds_left(booking: Booking, at: datetime) -> int | None:
    """Whole seconds until a hold or an offer ends; None where nothing ends."""
    return max(1, int((booking.ends_at - at).total_seconds())) if booking.ends_at else None


def after(state: BookingState | None, act: Act) -> BookingState:
    """The state that an act leads to; NotNow when the table knows no such step."""
    try:
        return _AFTER[state, act]
    except KeyError:
        raise NotNow(state=state.value if state else "") from None


def step(booking: Booking, act: Act, **changed: Any) -> Booking:
    """The booking after an act, one version on; NotNow."""
    state = after(booking.state, act)
    kept: dict[str, Any] = {"line_number": booking.line_number if state in (*IN_LINE, _S.QUEUED) else None}
    if state not in (_S.HELD, _S.OFFERED):
        kept |= {"ends_at": None, "is_first_come": False}
    values = kept | {"place_in_line": None} | changed
    return replace(booking, state=state, version=booking.version + 1, **values)


@dataclass(frozen=True, slots=True)
class Held:
    """What one live booking takes of its session: seats confirmed, held, offered; parties that wait, that queue."""

    taken: int = 0
    held: int = 0
    offered: int = 0
    waiting: int = 0
    queued: int = 0


def weight(booking: Booking | None) -> Held:
    """What a booking takes; an offer to whoever answers first keeps no seat, its party still waits."""
    if booking is None:
        return Held()
    if booking.state is _S.CONFIRMED:
        return Held(taken=booking.party_size)
    if booking.state is _S.HELD:
        return Held(held=booking.party_size)
    if booking.state is _S.OFFERED and not booking.is_first_come:
        return Held(offered=booking.party_size)
    if booking.state in IN_LINE:
        return Held(waiting=1)
    return Held(queued=1) if booking.state is _S.QUEUED else Held()


def moved(seats: Seats, before: Booking | None, now: Booking | None) -> Seats:
    """The numbers of a session once a booking has changed from what it was before."""
    was, is_now = weight(before), weight(now)
    return replace(
        seats,
        taken=seats.taken + is_now.taken - was.taken,
        held=seats.held + is_now.held - was.held,
        offered=seats.offered + is_now.offered - was.offered,
        waiting=seats.waiting + is_now.waiting - was.waiting,
        queued=seats.queued + is_now.queued - was.queued,
    )


@dataclass(frozen=True, slots=True)
class Asked:
    """What the rules need to know of somebody's wish; `seats_that_day`: what they have on the day of the session."""

    party_size: int
    at: datetime
    seats_that_day: int
    booked_already: str | None
    most_a_day: int = 5


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
    most = min(MOST_IN_A_PARTY, capacity, asked.most_a_day)
    if not 1 <= asked.party_size <= most:
        raise PartyTooLarge(most=most)
    if asked.seats_that_day + asked.party_size > asked.most_a_day:
        raise TooManySeats(most=asked.most_a_day)


def can_cancel(state: BookingState, starts_at: datetime, at: datetime) -> bool:
    """Whether seats can still be given back."""
    return state is BookingState.QUEUED or (state in LIVE and at < starts_at)
