"""Groups in JSON and in forms."""

from typing import Any

from marshmallow import Schema, fields, validate

from services.ticketing.bookings.domain import MOST_IN_A_GROUP
from services.ticketing.groups.domain import Group
from shared.problem import N_

_LONGEST_LIST = 100_000


def _seats() -> fields.Integer:
    return fields.Integer(
        required=True,
        strict=False,
        validate=validate.Range(1, MOST_IN_A_GROUP, error=N_("Please write a number from 1 to 500.")),
        error_messages={"invalid": N_("Please write a number."), "required": N_("Please write a number.")},
        metadata={"description": "Seats without a name."},
    )


class NewGroup(Schema):
    """Seats for a group; the badge is that of the person who speaks for it."""

    badge = fields.String(
        required=True,
        validate=validate.Length(1, 40, error=N_("Please type the eight letters of the badge.")),
        error_messages={"required": N_("Please type the eight letters of the badge.")},
        metadata={"description": "The eight letters printed on the badge of whoever speaks for the group."},
    )
    seats = _seats()


class GroupForm(NewGroup):
    """The same from the office, which says the session too."""

    session = fields.String(
        required=True,
        validate=validate.Length(1, 40),
        error_messages={"required": N_("Please choose a session.")},
    )


class GiveBack(Schema):
    """Seats without a name, given back."""

    seats = _seats()


class PersonIn(Schema):
    """Somebody who sits there."""

    name = fields.String(required=True, validate=validate.Length(1, 100))
    phone = fields.String(load_default="", validate=validate.Length(max=40))


class NamesIn(Schema):
    """People for seats of a group: all are written down, or none."""

    people = fields.List(fields.Nested(PersonIn), required=True, validate=validate.Length(1, MOST_IN_A_GROUP))


class NamesForm(Schema):
    """A list typed or chosen; `confirmed` once it was looked at."""

    content = fields.String(load_default="", validate=validate.Length(max=_LONGEST_LIST))
    confirmed = fields.String(load_default="")


class SeatOut(Schema):
    """One seat that has a name, and the reference of its ticket."""

    number = fields.Integer()
    reference = fields.String()
    name = fields.String()


class GroupOut(Schema):
    """A group's seats."""

    reference = fields.String()
    session = fields.String(metadata={"description": "The session's reference."})
    state = fields.String()
    seats = fields.Integer(metadata={"description": "Seats in all."})
    names = fields.List(fields.Nested(SeatOut))


def group_out(group: Group, session: str) -> dict[str, Any]:
    """A group of the session called `session`, as GroupOut describes it."""
    return {
        "reference": group.booking.reference,
        "session": session,
        "state": group.booking.state.value,
        "seats": group.booking.party_size,
        "names": [{"number": one.number, "reference": one.reference, "name": one.name} for one in group.seats],
    }
