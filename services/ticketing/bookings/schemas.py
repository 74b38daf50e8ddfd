"""Bookings in JSON and in forms."""

from typing import Any

from marshmallow import Schema, fields, validate

from services.ticketing.bookings.domain import MOST_IN_A_GROUP, Booking
from services.ticketing.bookings.domain.offers import LinePolicy
from services.ticketing.bookings.domain.rules import DEFAULT, Overlap, Rules
from services.ticketing.programme.domain import SessionKind
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


def _anyway() -> fields.Boolean:
    return fields.Boolean(
        load_default=False,
        error_messages={"invalid": N_("Please say yes or no.")},
        metadata={"description": "Although another booking of yours is at the same hour."},
    )


class NewOrder(NewBooking):
    """A wish for seats; `anyway` says yes to the question about another session at the same hour."""

    anyway = _anyway()


class Reply(Schema):
    """What somebody does with a hold or an offer; or `seen`: the version in which they saw a session that moved."""

    act = fields.String(required=True, validate=validate.OneOf(["accept", "confirm", "extend", "seen"]))
    seen = fields.Integer(load_default=0, validate=validate.Range(0, 2**31 - 1))


class YesOrNo(Schema):
    """What somebody says to an offer by its link."""

    answer = fields.String(required=True, validate=validate.OneOf(["yes", "no"]))


class PassCode(Schema):
    """The code of a one-use link by which a booking is passed on."""

    code = fields.String(
        required=True,
        validate=validate.Length(20, 60, error=N_("This link is not whole.")),
        error_messages={"required": N_("This link is not whole.")},
    )


class TakeOver(PassCode):
    """Taking passed seats over."""

    anyway = _anyway()


class Anyway(Schema):
    """The form by which seats are taken over; its address carries the code."""

    anyway = _anyway()


class PassOut(Schema):
    """A code that is told once; a newer one replaces it."""

    code = fields.String(metadata={"description": "Whoever sends it to `taken-over` first has the seats."})
    until = fields.String(metadata={"description": "It counts until then."})


class RulesFields(Schema):
    """What an organiser chooses for bookings."""

    most_a_day = fields.Integer(
        required=True,
        validate=validate.Range(1, 100, error=N_("Please write a number from 1 to 100.")),
        error_messages={"invalid": N_("Please write a number."), "required": N_("Please write a number.")},
        metadata={"description": "Seats that one person can have or wait for on one day."},
    )
    overlap = fields.Enum(
        Overlap,
        by_value=True,
        required=True,
        metadata={"description": "When somebody has another session at the hour: block, warn or ignore."},
    )
    overlaps = fields.Dict(
        fields.Enum(SessionKind, by_value=True),
        fields.Enum(Overlap, by_value=True),
        load_default=dict,
        metadata={"description": "By kind of session, where it differs."},
    )
    policy = fields.Enum(
        LinePolicy,
        by_value=True,
        required=True,
        metadata={"description": "strict_order, or best_fit: a single may pass a pair that does not fit."},
    )
    changes_end_minutes = fields.Integer(
        required=True,
        validate=validate.Range(0, 10_080, error=N_("Please write a number from 0 to 10080.")),
        error_messages={"invalid": N_("Please write a number."), "required": N_("Please write a number.")},
        metadata={"description": "Minutes before the start until which people change or pass on bookings."},
    )
    group_most = fields.Integer(
        load_default=DEFAULT.group_most,
        validate=validate.Range(0, MOST_IN_A_GROUP, error=N_("Please write a number from 0 to 500.")),
        error_messages={"invalid": N_("Please write a number.")},
        metadata={"description": "Seats that a group may hold in one session; 0: no groups."},
    )
    names_end_minutes = fields.Integer(
        load_default=DEFAULT.names_end_minutes,
        validate=validate.Range(0, 43_200, error=N_("Please write a number from 0 to 43200.")),
        error_messages={"invalid": N_("Please write a number.")},
        metadata={"description": "Minutes before the start when a group's seats without a name are given back."},
    )
    door_minutes = fields.Integer(
        load_default=DEFAULT.door_minutes,
        validate=validate.Range(0, 240, error=N_("Please write a number from 0 to 240.")),
        error_messages={"invalid": N_("Please write a number.")},
        metadata={"description": "Minutes after the start when seats nobody came to are given out at the door."},
    )


def _by_kind() -> dict[str, fields.Field[Any]]:
    rule = validate.OneOf(["", *(one.value for one in Overlap)])
    return {f"overlap_{kind.value}": fields.String(load_default="", validate=rule) for kind in SessionKind}


class RulesForm(RulesFields.from_dict(_by_kind())):  # type: ignore[misc]
    """The rules as a form sends them: a field for each kind of session; `seen` is the version they were read in."""

    overlaps = fields.Dict(load_default=dict, dump_only=True)
    seen = fields.Integer(required=True)


class RulesOut(Schema):
    """How seats are given at an exhibition, as RulesFields describes it."""

    most_a_day = fields.Integer()
    overlap = fields.String()
    overlaps = fields.Dict(fields.String(), fields.String())
    policy = fields.String()
    changes_end_minutes = fields.Integer()
    group_most = fields.Integer()
    names_end_minutes = fields.Integer()
    door_minutes = fields.Integer()


class NoFields(Schema):
    """A body without fields."""


class BookingOut(Schema):
    """A booking. `place_in_line` counts from 1 while it is waitlisted; `was_waitlisted`: it has moved up."""

    reference = fields.String()
    session = fields.String(metadata={"description": "The session's reference."})
    party_size = fields.Integer()
    state = fields.String(
        metadata={"description": "held, confirmed, waitlisted, offered, queued, cancelled, lapsed or released"}
    )
    ends_at = fields.String(allow_none=True, metadata={"description": "When a hold or an offer ends."})
    is_first_come = fields.Boolean(metadata={"description": "Offered to all in line: whoever answers first."})
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
        "ends_at": booking.ends_at.isoformat() if booking.ends_at else None,
        "is_first_come": booking.is_first_come,
        "place_in_line": booking.place_in_line,
        "was_waitlisted": booking.was_waitlisted,
        "booked_at": booking.booked_at.isoformat(),
        "cancelled_by": booking.cancelled_by,
    }


def rules_of(said: dict[str, Any]) -> Rules:
    """Rules as RulesFields has read them."""
    overlaps = {kind.value: rule.value for kind, rule in said["overlaps"].items()}
    return Rules(**(said | {"overlaps": overlaps}))


def rules_out(rules: Rules) -> dict[str, Any]:
    """Rules as RulesOut describes them."""
    return {
        "most_a_day": rules.most_a_day,
        "overlap": rules.overlap.value,
        "overlaps": rules.overlaps,
        "policy": rules.policy.value,
        "changes_end_minutes": rules.changes_end_minutes,
        "group_most": rules.group_most,
        "names_end_minutes": rules.names_end_minutes,
        "door_minutes": rules.door_minutes,
    }
