"""What staff routes take and give; unknown fields are refused."""

from datetime import date
from typing import Any

from marshmallow import EXCLUDE, Schema, ValidationError, fields, validate, validates_schema

from services.acts import StaffAct
from services.registration.staff.domain import (
    LONGEST_NAME,
    LONGEST_ORGANISER,
    SHORTEST_PASSWORD,
    UNKNOWN_ORGANISER,
    Act,
    Profile,
    Role,
    is_contact,
    read_gates,
    tidy_login,
)
from shared.i18n import is_line
from shared.problem import N_

NO_LOGIN = N_("Please type your name, e-mail address or phone number.")
NO_PASSWORD = N_("Please type your password.")


NO_CONTACT = N_("Please type an e-mail address or a phone number.")
NO_ROLE = N_("Please choose what this person may do.")
NO_NAME = N_("Please type your name.")
NO_SECOND_CODE = N_("Please type the code of your app, or a recovery code.")
NO_DEVICE_NAME = N_("Please give the device a name.")
NO_GATE = N_("Please type the letters of the gates, as in A, B; nothing for all of them.")
NO_DAY = N_("Please choose the first and the last day, in this order.")
NO_HOUR = N_("Please type an hour as in 09:00.")
BAD_HOURS = N_("Please give both hours, the earlier one first, or none.")
NO_CODE = N_("Please give the device’s code.")
ACTS = [*map(str, Act), *map(str, StaffAct)]
SERVICES = ["registration", "ticketing", "notifications"]
LAST_YEAR, LONGEST_DEVICE_NAME = 2119, 80
NO_ORGANISER = N_("Please say who organises, in one language at least.")
LONG_ORGANISER = N_("This name is too long.")
SHORT_PASSWORD = N_("This password is too short: it needs at least 10 characters.")


def _contact(typed: str) -> None:
    if not is_contact(tidy_login(typed)):
        raise ValidationError(NO_CONTACT)


def _name(typed: str) -> None:
    if not typed.strip() or not is_line(typed) or len(typed) > LONGEST_NAME:
        raise ValidationError(NO_NAME)


def _device_name(typed: str) -> None:
    if not typed.strip() or not is_line(typed) or len(typed) > LONGEST_DEVICE_NAME:
        raise ValidationError(NO_DEVICE_NAME)


def _gates(typed: str) -> None:
    if read_gates(typed) is None:
        raise ValidationError(NO_GATE)


def _login() -> fields.String:
    return fields.String(
        required=True,
        validate=[validate.Length(max=254, error=NO_CONTACT), _contact],
        error_messages={"required": NO_CONTACT},
    )


def _old_password() -> fields.String:
    right = validate.Length(min=1, max=1024, error=NO_PASSWORD)
    return fields.String(required=True, validate=right, error_messages={"required": NO_PASSWORD})


def _new_password() -> fields.String:
    return fields.String(
        required=True,
        validate=validate.Length(min=SHORTEST_PASSWORD, max=1024, error=SHORT_PASSWORD),
        error_messages={"required": SHORT_PASSWORD},
    )


def _second_code(**more: Any) -> fields.String:
    right = validate.Length(min=1, max=40, error=NO_SECOND_CODE)
    return fields.String(validate=right, error_messages={"required": NO_SECOND_CODE}, **more)


class SignIn(Schema):
    """A name to sign in by and its password; who asks for a second step, the code too."""

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


class SignInWithCode(SignIn):
    """The same for programs, in one request."""

    code = _second_code(metadata={"description": "of the app, or a recovery code; if the account asks for one"})


class SignInForm(SignIn):
    """The same from the page; `next` is where the person wanted to go."""

    next = fields.String(validate=validate.Length(max=500))


class FirstCodeForm(Schema):
    """The first code of an app."""

    code = _second_code(required=True)


class SecondStepForm(FirstCodeForm):
    """The second step at the door; `proof` says that the password was right."""

    proof = fields.String(required=True, validate=validate.Length(max=200))
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

    login = _login()
    roles = fields.List(
        fields.Enum(Role, by_value=True, error_messages={"unknown": NO_ROLE}),
        required=True,
        validate=validate.Length(min=1, error=NO_ROLE),
        error_messages={"required": NO_ROLE},
    )
    organiser = fields.UUID(load_default=None, error_messages={"invalid_uuid": UNKNOWN_ORGANISER})


class NewRoles(Schema):
    """What a member may do here from now on; an empty list ends it."""

    roles = fields.List(
        fields.Enum(Role, by_value=True, error_messages={"unknown": NO_ROLE}),
        required=True,
        error_messages={"required": NO_ROLE},
    )


class MemberOut(Schema):
    """Somebody who works here."""

    id = fields.UUID()
    name = fields.String()
    logins = fields.List(fields.String(), metadata={"description": "what they sign in with"})
    roles = fields.List(fields.String(), metadata={"description": "roles at this exhibition"})
    everywhere = fields.List(fields.String(), metadata={"description": "roles that count at every exhibition"})
    organiser_id = fields.UUID(allow_none=True, metadata={"description": "the body they work for"})
    is_active = fields.Boolean()
    has_second_step = fields.Boolean()


class InvitationOut(Schema):
    """An invitation that nobody has answered yet."""

    id = fields.UUID()
    login = fields.String()
    roles = fields.List(fields.String())
    organiser_id = fields.UUID(allow_none=True)
    ends_at = fields.AwareDateTime()


class TeamOut(Schema):
    """Everybody with a role here, and who is asked."""

    members = fields.List(fields.Nested(MemberOut))
    invitations = fields.List(fields.Nested(InvitationOut))


class InvitedOut(Schema):
    """The invitation and the address to hand over; both null for somebody who had an account and has the roles now."""

    id = fields.UUID(allow_none=True)
    address = fields.String(allow_none=True)


class SendingForm(Schema):
    """To which address of theirs a link goes."""

    address = fields.String(required=True, validate=[validate.Length(max=254, error=NO_CONTACT), _contact])


class ForgottenForm(Schema):
    """The name that somebody signs in with."""

    login = fields.String(
        required=True,
        validate=validate.Length(min=1, max=254, error=NO_LOGIN),
        error_messages={"required": NO_LOGIN},
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
    if not is_line(typed) or len(typed) > LONGEST_ORGANISER:
        raise ValidationError(LONG_ORGANISER)


class FirstForm(JoinForm):
    """The first account of an empty installation, with the body that organises."""

    organiser_ar = _line()
    organiser_fr = _line()
    organiser_en = _line()
    organiser_zgh = _line()
    login = _login()

    @validates_schema
    def _says_who_organises(self, data: dict[str, Any], **_more: Any) -> None:
        if not any(name.startswith("organiser_") for name in data):
            raise ValidationError({"organiser_fr": [NO_ORGANISER]})


class DeviceForm(Schema):
    """A device: its name, whose work it does, where and when."""

    name = fields.String(required=True, validate=_device_name, error_messages={"required": NO_DEVICE_NAME})
    profile = fields.Enum(
        Profile, by_value=True, required=True, error_messages={"required": NO_ROLE, "unknown": NO_ROLE}
    )
    gates = fields.String(load_default="", validate=_gates)
    first_day = fields.Date(required=True, error_messages={"required": NO_DAY, "invalid": NO_DAY})
    last_day = fields.Date(required=True, error_messages={"required": NO_DAY, "invalid": NO_DAY})
    from_hour = fields.Time(format="%H:%M", load_default=None, error_messages={"invalid": NO_HOUR})
    until_hour = fields.Time(format="%H:%M", load_default=None, error_messages={"invalid": NO_HOUR})

    @validates_schema
    def _ends_after_it_begins(self, data: dict[str, Any], **_more: Any) -> None:
        if data["last_day"] < data["first_day"] or data["last_day"].year > LAST_YEAR:
            raise ValidationError({"last_day": [NO_DAY]})
        hours = (data["from_hour"], data["until_hour"])
        if (None in hours and any(hours)) or (all(hours) and hours[0] >= hours[1]):
            raise ValidationError({"until_hour": [BAD_HOURS]})


class DeviceCode(Schema):
    """The code that enrols a device, once."""

    code = fields.String(required=True, validate=validate.Length(1, 64), error_messages={"required": NO_CODE})


class DeviceOut(Schema):
    """A device that has just been enrolled, with its own token for ticketing."""

    id = fields.UUID()
    name = fields.String()
    profile = fields.String(metadata={"enum": list(Profile)})
    gates = fields.List(fields.String(), metadata={"description": "empty: all gates"})
    first_day = fields.Date()
    last_day = fields.Date()
    from_hour = fields.String(allow_none=True)
    until_hour = fields.String(allow_none=True)
    token = fields.String()


class OwnPasswordForm(NewPasswordForm):
    """One's own new password, with the one that counts until now."""

    old = _old_password()


class EndSecondStepForm(FirstCodeForm):
    """The password and a last code."""

    old = _old_password()


def _before() -> fields.UUID:
    return fields.UUID(metadata={"description": "the last act shown before: continue after it"})


class LogQuery(Schema):
    """Which part of the log: who, what, about what, on which days."""

    class Meta:
        unknown = EXCLUDE

    who = fields.String(validate=validate.Length(max=120))
    act = fields.String(validate=validate.OneOf(ACTS))
    service = fields.String(validate=validate.OneOf(SERVICES))
    subject = fields.String(validate=validate.Length(max=254))
    since = fields.Date(validate=validate.Range(min=date(2000, 1, 1), max=date(LAST_YEAR, 12, 31)))
    until = fields.Date(validate=validate.Range(min=date(2000, 1, 1), max=date(LAST_YEAR, 12, 31)))
    before = _before()


class AuditQuery(Schema):
    """Which part of the log."""

    who = fields.String(validate=validate.Length(max=120), metadata={"description": "part of a name"})
    act = fields.String(validate=validate.OneOf(ACTS))
    service = fields.String(validate=validate.OneOf(SERVICES))
    subject = fields.String(validate=validate.Length(max=254), metadata={"description": "part of the subject"})
    since = fields.AwareDateTime(metadata={"description": "from this moment"})
    until = fields.AwareDateTime(metadata={"description": "before this moment"})
    before = _before()
    at_most = fields.Integer(load_default=50, validate=validate.Range(1, 200))


class ActOut(Schema):
    """Something a member of staff did; `facts` hang on the act."""

    id = fields.UUID()
    at = fields.AwareDateTime()
    staff_id = fields.UUID(
        allow_none=True, metadata={"description": "null: the command line, or somebody who could not sign in"}
    )
    name = fields.String(allow_none=True, metadata={"description": "who did it"})
    act = fields.String(metadata={"enum": ACTS})
    service = fields.String(metadata={"enum": SERVICES, "description": "where it was done"})
    subject = fields.String()
    facts = fields.Dict(keys=fields.String())


class AuditOut(Schema):
    """A part of the log, newest first; `next` is null when nothing older is left."""

    acts = fields.List(fields.Nested(ActOut))
    next = fields.UUID(allow_none=True)
