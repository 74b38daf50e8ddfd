"""Where a trial goes."""

from marshmallow import Schema, ValidationError, fields, validate

from services.notifications.notices.domain.addresses import NO_ADDRESS, ways_of


def _is_an_address(said: str) -> None:
    if not any(ways_of(said)):
        raise ValidationError(NO_ADDRESS)


class TrialIn(Schema):
    """An e-mail address or a phone number of one's own."""

    address = fields.String(
        required=True,
        validate=[validate.Length(max=254, error=NO_ADDRESS), _is_an_address],
        error_messages=dict.fromkeys(("required", "null", "invalid"), NO_ADDRESS),
        metadata={"example": "aicha@mail.example"},
    )


class TrialOut(Schema):
    """How many notices are on their way."""

    notices = fields.Integer()
