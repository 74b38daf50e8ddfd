"""What is typed to look a record up and to print a certificate."""

from marshmallow import Schema, ValidationError, fields, validate

from shared.i18n import is_line
from shared.problem import N_


def _line(text: str) -> None:
    if not is_line(text):
        raise ValidationError(N_("Please write the name on one line."))


class CertificateForm(Schema):
    """Whose badge, and the name as it is to stand on the paper."""

    reference = fields.String(
        required=True,
        validate=validate.Length(1, 20),
        error_messages={"required": N_("Please type the letters of the badge.")},
    )
    name = fields.String(
        required=True,
        validate=[validate.Length(1, 120), _line],
        error_messages={"required": N_("Please write the name.")},
    )
