"""What staff routes take and give; unknown fields are refused."""

from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from services.registration.staff.domain import (
    LONGEST_NAME,
    LONGEST_ORGANISER,
    SHORTEST_PASSWORD,
    Act,
    Role,
    is_contact,
    tidy_login,
)
from shared.problem import N_

NO_LOGIN = N_("Please type your name, e-mail address or phone number.")
NO_PASSWORD = N_("Please type your password.")


NO_CONTACT = N_("Please type an e-mail address or a phone number.")
NO_ROLE = N_("Please choose what this person may do.")
NO_NAME = N_("Please type your name.")
NO_ORGANISER = N_("Please say who organises, in one language at least.")
LONG_ORGANISER = N_("This name is too long.")
SHORT_PASSWORD = N_("This password is too short: it needs at least 10 characters.")


def _contact(typed: str) -> None:
    if not is_contact(tidy_login(typed)):
        raise ValidationError(NO_CONTACT)


def _name(typed: str) -> None:
    if not typed.strip() or not typed.isprintable() or len(typed) > LONGEST_NAME:
        raise ValidationError(NO_NAME)


def _new_password() -> fields.String:
    return fields.String(
        required=True,
        validate=validate.Length(min=SHORTEST_PASSWORD, max=1024, error=SHORT_PASSWORD),
        error_messages={"required": SHORT_PASSWORD},
    )


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


class Invitation(Schema):
    """Whom to ask, and what they may do here."""

    login = fields.String(
        required=True,
        validate=[validate.Length(max=254, error=NO_CONTACT), _contact],
        error_messages={"required": NO_CONTACT},
    )
    roles = fields.List(
        fields.Enum(Role, by_value=True, error_messages={"unknown": NO_ROLE}),
        required=True,
        validate=validate.Length(min=1, error=NO_ROLE),
        error_messages={"required": NO_ROLE},
    )


class RolesForm(Schema):
    """What somebody may do here from now on; nothing chosen is nothing."""

    roles = fields.List(fields.Enum(Role, by_value=True, error_messages={"unknown": NO_ROLE}), load_default=list)


class NewPasswordForm(Schema):
    """A new password behind a link."""

    password = _new_password()


class JoinForm(NewPasswordForm):
    """The same from somebody new."""

    name = fields.String(required=True, validate=_name, error_messages={"required": NO_NAME})


def _line() -> fields.String:
    return fields.String(validate=_organiser_name)


def _organiser_name(typed: str) -> None:
    if not typed.isprintable() or len(typed) > LONGEST_ORGANISER:
        raise ValidationError(LONG_ORGANISER)


class FirstForm(JoinForm):
    """The first account of an empty installation, with the body that organises."""

    organiser_ar = _line()
    organiser_fr = _line()
    organiser_en = _line()
    organiser_zgh = _line()
    login = fields.String(
        required=True,
        validate=[validate.Length(max=254, error=NO_CONTACT), _contact],
        error_messages={"required": NO_CONTACT},
    )

    @validates_schema
    def _says_who_organises(self, data: dict[str, Any], **_more: Any) -> None:
        if not any(name.startswith("organiser_") for name in data):
            raise ValidationError({"organiser_fr": [NO_ORGANISER]})


class OwnPasswordForm(NewPasswordForm):
    """One's own new password, with the one that counts until now."""

    old = fields.String(
        required=True,
        validate=validate.Length(min=1, max=1024, error=NO_PASSWORD),
        error_messages={"required": NO_PASSWORD},
    )


class AuditQuery(Schema):
    """Which part of the log."""

    before = fields.UUID(metadata={"description": "the last act shown before: continue after it"})
    at_most = fields.Integer(load_default=50, validate=validate.Range(1, 200))


class ActOut(Schema):
    """Something a member of staff did; `facts` hang on the act."""

    id = fields.UUID()
    at = fields.AwareDateTime()
    staff_id = fields.UUID(
        allow_none=True, metadata={"description": "null: the command line, or somebody who could not sign in"}
    )
    name = fields.String(allow_none=True, metadata={"description": "who did it"})
    act = fields.String(metadata={"enum": list(Act)})
    subject = fields.String()
    facts = fields.Dict(keys=fields.String())


class AuditOut(Schema):
    """A part of the log, newest first; `next` is null when nothing older is left."""

    acts = fields.List(fields.Nested(ActOut))
    next = fields.UUID(allow_none=True)
