"""What the desk takes and gives; unknown fields are refused."""

from marshmallow import Schema, fields, validate

from services.registration.desk.domain import mask_phone
from services.registration.visitors.domain import people
from services.registration.visitors.schemas import LANGUAGE, BadgeOut, Tidy, check_home, name_field
from shared.problem import N_
from shared.sheets import Format

NO_SEARCH = N_("Please type a name, a phone number, or the reference of a badge or dossier.")


class SearchForm(Schema):
    """Whom somebody looks for."""

    sought = fields.String(
        required=True,
        validate=validate.Length(max=120, error=NO_SEARCH),
        error_messages={"required": NO_SEARCH},
    )


class WalkInForm(Schema):
    """Somebody at the desk: a name is enough."""

    name = name_field(required=True)
    phone = Tidy(people.tidy_phone, metadata={"example": "06 12 34 56 78"})
    language = fields.String(validate=LANGUAGE)
    home = fields.String(
        validate=check_home,
        metadata={
            "description": "Where they live: a region (ISO 3166-2:MA) or a country (ISO 3166-1).",
            "example": "MA-08",
        },
    )


class ExhibitorOut(Schema):
    """A dossier that holds stands."""

    reference = fields.String(metadata={"description": "The dossier’s."})
    title = fields.String()
    stands = fields.List(fields.String())


class FoundOut(Schema):
    """Somebody with a badge as the desk sees them in a list; who works at a stand comes with its exhibitor."""

    reference = fields.String(metadata={"description": "In the addresses of what the desk does for them."})
    name = fields.String()
    kind = fields.String(metadata={"description": "The badge’s.", "example": "exhibitor"})
    exhibitor = fields.Nested(ExhibitorOut, allow_none=True)
    phone = fields.Function(
        lambda one: mask_phone(one.phone) or None,
        metadata={"description": "Its last two digits.", "example": "•••• 78"},
    )
    language = fields.String()
    registered_at = fields.AwareDateTime()


class SearchOut(Schema):
    """Whom a search found, at most twenty people and as many exhibitors."""

    people = fields.List(fields.Nested(FoundOut))
    exhibitors = fields.List(fields.Nested(ExhibitorOut))
    has_more = fields.Boolean()


class PersonOut(FoundOut):
    """One person with their valid badge."""

    badge = fields.Nested(BadgeOut)


class PinOut(Schema):
    """A PIN, told once and kept by nobody."""

    pin = fields.String(metadata={"example": "12345678"})


class ListForm(Schema):
    """How a door list is wanted, and whether for the session alone or for its whole hall that day."""

    format = fields.String(load_default="page", validate=validate.OneOf(["page", "pdf", *Format]))
    scope = fields.String(load_default="session", validate=validate.OneOf(["session", "hall"]))
