"""What the desk's forms take; unknown fields are refused."""

from marshmallow import Schema, fields, validate

from services.registration.visitors.domain import people
from services.registration.visitors.schemas import LANGUAGE, NO_NAME, Tidy
from shared.problem import N_

NO_SEARCH = N_("Please type a name, a phone number or a badge’s reference.")


class SearchForm(Schema):
    """Whom somebody looks for."""

    sought = fields.String(
        required=True,
        validate=validate.Length(max=120, error=NO_SEARCH),
        error_messages={"required": NO_SEARCH},
    )


class WalkInForm(Schema):
    """Somebody at the desk: a name is enough."""

    name = Tidy(people.tidy_name, required=True, error_messages={"required": NO_NAME})
    phone = Tidy(people.tidy_phone)
    language = fields.String(validate=LANGUAGE)
