"""What staff routes take and give; unknown fields are refused."""

from marshmallow import Schema, fields, validate

from shared.problem import N_

NO_LOGIN = N_("Please type your name, e-mail address or phone number.")
NO_PASSWORD = N_("Please type your password.")


class SignIn(Schema):
    """A name to sign in by and its password."""

    login = fields.String(
        required=True,
        validate=validate.Length(min=1, max=254, error=NO_LOGIN),
        error_messages={"required": NO_LOGIN},
        metadata={"example": "organiser@moussem.example"},
    )
    password = fields.String(
        required=True,
        validate=validate.Length(min=1, max=1024, error=NO_PASSWORD),
        error_messages={"required": NO_PASSWORD},
    )


class SignInForm(SignIn):
    """The same from the page; `next` is where the person wanted to go."""

    next = fields.String(validate=validate.Length(max=500))


class StaffTokensOut(Schema):
    """One token for each service."""

    registration = fields.String()
    ticketing = fields.String()
    notifications = fields.String()


class StaffSignedInOut(Schema):
    """Who is signed in, and with what."""

    name = fields.String()
    roles = fields.Dict(keys=fields.String(), values=fields.List(fields.String()))
    tokens = fields.Nested(StaffTokensOut)


class ClockSet(Schema):
    """A rehearsal's clock: the moment it shows now, and how many seconds pass in a real one."""

    moment = fields.AwareDateTime(required=True, metadata={"example": "2026-12-04T09:30:00+00:00"})
    rate = fields.Float(load_default=1.0, validate=validate.Range(min=0, max=100_000))


class ClockOut(Schema):
    """What the rehearsal's clock shows."""

    moment = fields.AwareDateTime()
