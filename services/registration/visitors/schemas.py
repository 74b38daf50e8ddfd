"""What visitors' routes take and give; unknown fields are refused."""

from collections.abc import Callable, Mapping
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from services.registration.visitors.domain import people, places
from shared.i18n import LANGUAGES
from shared.problem import N_
from shared.sheets import Format


class Tidy(fields.String):
    """A text as a rule of the domain keeps it; the rule's refusal becomes the field's message."""

    def __init__(self, rule: Callable[[str], Any], **more: Any) -> None:
        super().__init__(**more)
        self._rule = rule

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **more: Any) -> Any:
        text = super()._deserialize(value, attr, data, **more)
        try:
            return self._rule(text)
        except people.Refused as refused:
            raise ValidationError(str(refused)) from refused


def check_country(code: str) -> None:
    """Refuse what is no code of a country."""
    if not places.is_country(code):
        raise ValidationError(N_("Please choose a country from the list."))


def check_home(code: str) -> None:
    """Refuse what is neither a region nor a country."""
    if code not in places.REGIONS and not places.is_country(code):
        raise ValidationError(N_("Please choose a place from the list."))


def said(missing: str) -> dict[str, Any]:
    """One message for every way of not saying something."""
    return {"required": missing, "null": missing, "invalid": missing}


NO_NAME = N_("Please type your name.")
NO_PHONE = N_("Please type your phone number.")
NO_CODE = N_("Please type the code from your phone.")
NO_REFERENCE = N_("Please type the reference of your badge.")
NO_PIN = N_("Please type the PIN from your letter.")
LANGUAGE = validate.OneOf(LANGUAGES)
REGION = validate.OneOf(list(places.REGIONS), error=N_("Please choose a region from the list."))


def name_field(**more: Any) -> Tidy:
    """Somebody's name."""
    return Tidy(
        people.tidy_name,
        error_messages=said(NO_NAME),
        metadata={"description": "In any script, at most 120 letters.", "example": "فاطمة الزهراء"},
        **more,
    )


def phone_field(**more: Any) -> Tidy:
    """A phone to reach somebody by."""
    return Tidy(
        people.tidy_phone,
        error_messages=said(NO_PHONE),
        metadata={"description": "Typed any way; Moroccan unless it says otherwise.", "example": "06 12 34 56 78"},
        **more,
    )


def code_field() -> fields.String:
    """The code that an SMS brought."""
    return fields.String(required=True, error_messages=said(NO_CODE), validate=validate.Length(max=40, error=NO_CODE))


def _email() -> Tidy:
    return Tidy(people.tidy_email, allow_none=True, metadata={"example": "fatima@example.com"})


class NewVisitor(Schema):
    """Somebody who registers alone."""

    name = name_field(required=True)
    phone = phone_field(required=True)
    email = _email()
    language = fields.String(validate=LANGUAGE)
    country = fields.String(
        validate=check_country, allow_none=True, metadata={"description": "ISO 3166-1", "example": "MA"}
    )
    region = fields.String(validate=REGION, allow_none=True, metadata={"description": "ISO 3166-2", "example": "MA-08"})


class VisitorForm(Schema):
    """The same as the page asks it: one question for where somebody lives."""

    name = name_field(required=True)
    phone = phone_field(required=True)
    email = _email()
    home = fields.String(validate=check_home)


class NewVisitorForm(VisitorForm):
    """The page's registration; `next`: where somebody wanted to go; `reserve`: the session of their form."""

    next = fields.String(validate=validate.Length(max=500))
    reserve = fields.String(validate=validate.Length(max=40))
    party_size = fields.String(validate=validate.Length(max=40))


class ChangeForm(VisitorForm):
    """The page's change of one's own details."""

    version = fields.Integer(required=True)


class PersonChange(Schema):
    """What somebody may change of their own details; what is not named stays."""

    name = name_field()
    phone = phone_field()
    email = _email()
    language = fields.String(validate=LANGUAGE)
    country = fields.String(validate=check_country, allow_none=True)
    region = fields.String(validate=REGION, allow_none=True)


class PhoneOnly(Schema):
    """A phone to send a code to."""

    phone = phone_field(required=True)


class CodeAnswer(Schema):
    """A code as typed; `reference` chooses among people who share a phone."""

    phone = phone_field(required=True)
    code = code_field()
    reference = fields.String(validate=validate.Length(max=20))


class PhoneForm(PhoneOnly):
    """The same from the page; `next` is where the person wanted to go."""

    next = fields.String(validate=validate.Length(max=500))


class CodeForm(CodeAnswer):
    """The same from the page."""

    next = fields.String(validate=validate.Length(max=500))


class PinAnswer(Schema):
    """What stands in somebody's letter."""

    reference = fields.String(
        required=True,
        error_messages=said(NO_REFERENCE),
        validate=validate.Length(max=40, error=NO_REFERENCE),
        metadata={"example": "7K3M-9QXA"},
    )
    pin = fields.String(
        required=True,
        error_messages=said(NO_PIN),
        validate=validate.Length(max=40, error=NO_PIN),
        metadata={"example": "1234 5678"},
    )


class PinForm(PinAnswer):
    """The same from the page; `next` is where the person wanted to go."""

    next = fields.String(validate=validate.Length(max=500))


class BadgeOut(Schema):
    """A badge: the code admits, the reference can be typed."""

    code = fields.String(metadata={"description": "What the QR code holds, 141 characters."})
    reference = fields.String(attribute="shown_reference", metadata={"example": "7K3M-9QXA"})


class TokensOut(Schema):
    """One token for each service."""

    registration = fields.String()
    ticketing = fields.String()


class VisitorOut(Schema):
    """Somebody registered, as they see themselves."""

    person_id = fields.UUID(attribute="id")
    reference = fields.String()
    name = fields.String()
    phone = fields.String(allow_none=True)
    email = fields.String(allow_none=True)
    language = fields.String()
    country = fields.String(allow_none=True)
    region = fields.String(allow_none=True)
    registered_at = fields.AwareDateTime()
    version = fields.Integer()


class RegisteredOut(Schema):
    """The answer to somebody new."""

    person_id = fields.UUID()
    reference = fields.String()
    registered_at = fields.AwareDateTime()
    badge = fields.Nested(BadgeOut)
    tokens = fields.Nested(TokensOut)


class ChoiceOut(Schema):
    """One of the people who share a phone."""

    reference = fields.String()
    name = fields.String()


class SignedInOut(Schema):
    """Tokens; or, when several people share the phone, whom to choose from (send the code again with one)."""

    person_id = fields.UUID()
    tokens = fields.Nested(TokensOut)
    choices = fields.List(fields.Nested(ChoiceOut))


class ExportForm(Schema):
    """How a list of people is wanted: for which kind of program."""

    format = fields.String(required=True, validate=validate.OneOf(list(Format)))
