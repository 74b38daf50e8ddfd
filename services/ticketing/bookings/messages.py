"""What ticketing says about bookings: one body, a name for each state."""

from dataclasses import dataclass
from typing import ClassVar

from services.ticketing.bookings.domain import Booking, BookingState
from shared.outbox import Outgoing


@dataclass(frozen=True, slots=True)
class _BookingBody:
    """A booking as it stands now. `was_waitlisted`: it has been offered seats from the line.

    `ends_at`: when a hold or an offer ends (ISO, UTC); `is_first_come`: offered to all, for whoever answers first.
    `has_arrived`: they stand in the room.
    """

    NAME: ClassVar[str]
    reference: str
    session_id: str
    person_id: str
    party_size: int
    state: str
    place_in_line: int | None
    was_waitlisted: bool
    cancelled_by: str | None
    ends_at: str | None
    is_first_come: bool
    has_arrived: bool


class BookingHeld(_BookingBody):
    """Seats are kept until a moment."""

    NAME: ClassVar[str] = "booking.held.v1"


class BookingConfirmed(_BookingBody):
    """Seats are promised."""

    NAME: ClassVar[str] = "booking.confirmed.v1"


class BookingWaitlisted(_BookingBody):
    """A place in line is given."""

    NAME: ClassVar[str] = "booking.waitlisted.v1"


@dataclass(frozen=True, slots=True)
class BookingOffered(_BookingBody):
    """Freed seats are put to somebody who waited, until a moment.

    `answer_code`: the secret of the link that answers it, told once; null when it is told again.
    """

    NAME: ClassVar[str] = "booking.offered.v1"
    answer_code: str | None = None


class BookingQueued(_BookingBody):
    """Somebody stands at the door with a number."""

    NAME: ClassVar[str] = "booking.queued.v1"


class BookingCancelled(_BookingBody):
    """Seats or the place in line were given back, or taken away by staff."""

    NAME: ClassVar[str] = "booking.cancelled.v1"


class BookingLapsed(_BookingBody):
    """A hold or an offer has ended unanswered."""

    NAME: ClassVar[str] = "booking.lapsed.v1"


class BookingReleased(_BookingBody):
    """Nobody came to the seats: they went to those at the door."""

    NAME: ClassVar[str] = "booking.released.v1"


@dataclass(frozen=True, slots=True)
class PersonNamed:
    """Somebody whom a group named for a seat, with the way to reach them; their own `booking.confirmed.v1` follows."""

    NAME: ClassVar[str] = "person.named.v1"
    name: str
    phone: str
    email: None
    language: str
    kind: str


_BODIES: dict[BookingState, type[_BookingBody]] = {
    BookingState.HELD: BookingHeld,
    BookingState.CONFIRMED: BookingConfirmed,
    BookingState.WAITLISTED: BookingWaitlisted,
    BookingState.OFFERED: BookingOffered,
    BookingState.QUEUED: BookingQueued,
    BookingState.CANCELLED: BookingCancelled,
    BookingState.LAPSED: BookingLapsed,
    BookingState.RELEASED: BookingReleased,
}


def booking_told(booking: Booking, answer_code: str | None = None, correlation_id: str = "") -> Outgoing:
    """The message that tells a booking's present state; a secret where an offer carries the code of its link."""
    more = {"answer_code": answer_code} if answer_code else {}
    body = _BODIES[booking.state](
        reference=booking.reference,
        session_id=str(booking.session_id),
        person_id=str(booking.person_id),
        party_size=booking.party_size,
        state=booking.state.value,
        place_in_line=booking.place_in_line,
        was_waitlisted=booking.was_waitlisted,
        cancelled_by=booking.cancelled_by,
        ends_at=booking.ends_at.isoformat() if booking.ends_at else None,
        is_first_come=booking.is_first_come,
        has_arrived=booking.arrived_at is not None,
        **more,
    )
    return Outgoing(
        booking.exhibition_id, booking.id, booking.version, body, secret=bool(more), correlation_id=correlation_id
    )
