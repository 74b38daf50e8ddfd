"""What the routes of stands take and give; unknown fields are refused. Lengths are metres with decimals."""

from typing import Any

from marshmallow import Schema, fields, validate

from services.registration.exhibitions.schemas import NO_DAY
from services.registration.stands.domain.plan import MOST_IN_A_ROW, Row, Unreadable, read_metres
from services.registration.visitors.domain import people
from services.registration.visitors.schemas import Tidy, said
from shared.problem import N_

LONGEST_LIST = 200_000
NO_LIST = N_("Please paste the list of stands.")
NO_HALL = N_("Please choose a hall.")
NO_COUNT = N_("Please give a whole number from 1 to 200.")
NO_FIRST = N_("Please give the number of the first stand.")
NO_NAME = N_("Please type the name.")
NO_STAND = N_("Please choose a stand.")
NO_APPLICATION = N_("Please choose an exhibitor.")
NO_OTHER = N_("Please choose another exhibitor’s stand.")


def _metres(typed: str) -> int:
    try:
        length = read_metres(typed)
    except Unreadable as wrong:
        raise people.Refused(str(wrong)) from wrong
    if not 0 <= length <= 100_000:
        raise people.Refused(N_("Please give a length in metres, as in 3 or 2,5."))
    return length


def _line(missing: str, longest: int = 40, **more: Any) -> fields.String:
    length = validate.Length(1, longest, error=missing)
    return fields.String(required=True, error_messages=said(missing), validate=length, **more)


def _length(**more: Any) -> Tidy:
    missing = N_("Please give a length in metres, as in 3 or 2,5.")
    return Tidy(_metres, required=True, error_messages=said(missing), metadata={"example": "2.5"}, **more)


def _whole(least: int, most: int, error: str) -> fields.Integer:
    return fields.Integer(required=True, error_messages=said(error), validate=validate.Range(least, most, error=error))


class StandList(Schema):
    """A list of stands as CSV: the first line names the columns hall, stand, x, y, width, depth (metres)."""

    csv = fields.String(
        required=True,
        error_messages=said(NO_LIST),
        validate=validate.Length(1, LONGEST_LIST, error=NO_LIST),
        metadata={"example": "hall;stand;x;y;width;depth;place;power;water\nA;A-014;0;0;3;3;indoor;yes;no\n"},
    )


class NewRow(Schema):
    """Stands side by side; one stand is a row of one."""

    hall = _line(NO_HALL, 10, metadata={"example": "A"})
    prefix = fields.String(load_default="", validate=validate.Length(max=8), metadata={"example": "A"})
    first = _whole(0, 9999, NO_FIRST)
    count = _whole(1, MOST_IN_A_ROW, NO_COUNT)
    width = _length()
    depth = _length()
    aisle = _length()
    is_outdoor = fields.Boolean(load_default=False)
    has_power = fields.Boolean(load_default=False)
    has_water = fields.Boolean(load_default=False)


def row_in(said: dict[str, Any]) -> Row:
    """The row that was asked for."""
    return Row(
        **{name: value for name, value in said.items() if name != "is_outdoor"}, is_indoor=not said["is_outdoor"]
    )


class NewAllocation(Schema):
    """Who is to stand where; without days, all days of the exhibition."""

    application = _line(NO_APPLICATION, metadata={"example": "7KQ4WXYZ"})
    stand = _line(NO_STAND, metadata={"example": "A-014"})
    first_day = fields.Date(error_messages=said(NO_DAY))
    last_day = fields.Date(error_messages=said(NO_DAY))


class NewPlace(Schema):
    """Where an allocation is moved to."""

    stand = _line(NO_STAND, metadata={"example": "B-002"})


class Swap(Schema):
    """The other allocation."""

    other = fields.UUID(required=True, error_messages=said(NO_OTHER) | {"invalid_uuid": NO_OTHER})


class Presence(Schema):
    """Whether an exhibitor is there."""

    is_present = fields.Boolean(required=True, error_messages=said(N_("Please say present or absent.")))


class StandState(Schema):
    """Open for exhibitors or not."""

    is_active = fields.Boolean(required=True, error_messages=said(N_("Please say open or closed.")))


class NewName(Schema):
    """Somebody who works at the stand."""

    name = Tidy(people.tidy_name, required=True, error_messages=said(NO_NAME), metadata={"example": "Ali Ouhssain"})


def _in_metres(name: str) -> fields.Function:
    return fields.Function(
        lambda one: (one[name] if isinstance(one, dict) else getattr(one, name)) / 100, metadata={"type": "number"}
    )


class OccupationOut(Schema):
    """Somebody on a stand, as everybody may know it."""

    title = fields.String()
    kind = fields.String()
    filiere = fields.String()
    activity = fields.String()
    town = fields.String()
    first_day = fields.Date()
    last_day = fields.Date()


class OfficeOccupationOut(OccupationOut):
    """The same for the office."""

    id = fields.UUID()
    application = fields.String()
    state = fields.String()


class StandOut(Schema):
    """A stand, in metres from its hall's corner."""

    hall = fields.String()
    reference = fields.String()
    x = _in_metres("x")
    y = _in_metres("y")
    width = _in_metres("width")
    depth = _in_metres("depth")
    is_indoor = fields.Boolean()
    has_power = fields.Boolean()
    has_water = fields.Boolean()
    is_active = fields.Boolean()


class PublicStandOut(StandOut):
    """A stand with who is on it."""

    exhibitors = fields.List(fields.Nested(OccupationOut))


class OfficeStandOut(StandOut):
    """The same for the office."""

    exhibitors = fields.List(fields.Nested(OfficeOccupationOut))


class PlanOut(Schema):
    """The plan."""

    stands = fields.List(fields.Nested(PublicStandOut))


class OfficePlanOut(Schema):
    """The plan, and the references of confirmed applications that have no stand yet."""

    stands = fields.List(fields.Nested(OfficeStandOut))
    waiting = fields.List(fields.String())


class BadRowOut(Schema):
    """A row that cannot be taken."""

    line = fields.Integer()
    said = fields.String()
    why = fields.String()
    value = fields.String()


class CheckOut(Schema):
    """How a list would be set up; nothing is."""

    csv = fields.String()
    good = fields.Integer()
    bad = fields.List(fields.Nested(BadRowOut))


class AddedOut(Schema):
    """How many stands were set up."""

    count = fields.Integer()


class PlacedOut(Schema):
    """An application with its stands."""

    reference = fields.String()
    state = fields.String()
    stands = fields.List(fields.Dict(), allow_none=True)
    version = fields.Integer()


class PlacedListOut(Schema):
    """Several of them."""

    applications = fields.List(fields.Nested(PlacedOut))


class StandPersonOut(Schema):
    """Somebody with a badge of the stand."""

    place = fields.Integer()
    name = fields.String()


class StandPeopleOut(Schema):
    """Everybody with a badge of the stand, and how many badges go with it."""

    most = fields.Integer()
    people = fields.List(fields.Nested(StandPersonOut))


class FiguresOut(Schema):
    """Exhibitors after design.md, section 7; square metres with two decimals."""

    main = fields.Integer()
    members = fields.Integer()
    by_country = fields.Dict()
    by_region = fields.Dict()
    by_filiere = fields.Dict()
    by_kind = fields.Dict()
    net = fields.Function(lambda one: {name: round(float(area), 2) for name, area in one.net.items()})
