"""Bookings in JSON and in forms."""

from typing import Any

from marshmallow import Schema, fields, validate

from services.ticketing.bookings.domain import Booking
from shared.problem import N_


class NewBooking(Schema):
    """How many people come together; one when not said. More than a session takes is refused by name."""

    party_size = fields.Integer(
        load_default=1,
        strict=False,
        validate=validate.Range(1, 10_000, error=N_("Please say how many people, one at least.")),
        error_messages={
            "invalid": N_("Please write a number."),
            "null": N_("Please write a number."),
            "too_large": N_("Please write a number."),
        },
        metadata={"description": "People who come together, 1 to 10; a party is never split."},
    )


class NoFields(Schema):
    """A body without fields."""


class BookingOut(Schema):
    """A booking. `place_in_line` counts from 1 while it is waitlisted; `was_waitlisted`: it has moved up."""

    reference = fields.String()
    session = fields.String(metadata={"description": "The session's reference."})
    party_size = fields.Integer()
    state = fields.String(metadata={"description": "confirmed, waitlisted or cancelled"})
    place_in_line = fields.Integer(allow_none=True)
    was_waitlisted = fields.Boolean()
    booked_at = fields.String()
    cancelled_by = fields.String(allow_none=True)


class BookingsOut(Schema):
    """A person's bookings, newest first."""

    bookings = fields.List(fields.Nested(BookingOut))


class SessionBookingOut(BookingOut):
    """A booking as staff see it: who they are, registration knows."""

    person_id = fields.String()


class SessionBookingsOut(Schema):
    """A session's bookings, oldest first."""

    bookings = fields.List(fields.Nested(SessionBookingOut))


def booking_out(booking: Booking, session: str) -> dict[str, Any]:
    """A booking of the session called `session`, as BookingOut describes it."""
    return {
        "reference": booking.reference,
        "session": session,
        "party_size": booking.party_size,
        "state": booking.state.value,
        "place_in_line": booking.place_in_line,
        "was_waitlisted": booking.was_waitlisted,
        "booked_at": booking.booked_at.isoformat(),
        "cancelled_by": booking.cancelled_by,
    }
