"""What ticketing says about bookings: one body, three names."""

from dataclasses import dataclass
from typing import ClassVar

from services.ticketing.bookings.domain import Booking, BookingState
from shared.outbox import Outgoing


@dataclass(frozen=True, slots=True)
class _BookingBody:
    """A booking as it stands now. `was_waitlisted`: it has moved up from the line."""

    NAME: ClassVar[str]
    reference: str
    session_id: str
    person_id: str
    party_size: int
    state: str
    place_in_line: int | None
    was_waitlisted: bool
    cancelled_by: str | None


class BookingConfirmed(_BookingBody):
    """Seats are promised."""

    NAME: ClassVar[str] = "booking.confirmed.v1"


class BookingWaitlisted(_BookingBody):
    """A place in line is given."""

    NAME: ClassVar[str] = "booking.waitlisted.v1"


class BookingCancelled(_BookingBody):
    """Seats or the place in line were given back, or taken away by staff."""

    NAME: ClassVar[str] = "booking.cancelled.v1"


_BODIES: dict[BookingState, type[_BookingBody]] = {
    BookingState.CONFIRMED: BookingConfirmed,
    BookingState.WAITLISTED: BookingWaitlisted,
    BookingState.CANCELLED: BookingCancelled,
}


def booking_told(booking: Booking) -> Outgoing:
    """The message that tells a booking's present state."""
    body = _BODIES[booking.state](
        reference=booking.reference,
        session_id=str(booking.session_id),
        person_id=str(booking.person_id),
        party_size=booking.party_size,
        state=booking.state.value,
        place_in_line=booking.place_in_line,
        was_waitlisted=booking.was_waitlisted,
        cancelled_by=booking.cancelled_by,
    )
    return Outgoing(booking.exhibition_id, booking.id, booking.version, body)
