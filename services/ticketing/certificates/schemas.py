"""What is typed to look a record up and to print a certificate."""

from marshmallow import Schema, ValidationError, fields, validate

from shared.i18n import is_line
from shared.problem import N_

NO_PERSON = N_("Please write the name, at most 120 letters on one line.")


def _line(text: str) -> None:
    if not text.strip() or not is_line(text):
        raise ValidationError(NO_PERSON)


def name_on_paper() -> fields.String:
    """A name as it is to stand on a certificate or a sheet."""
    return fields.String(
        required=True,
        validate=[validate.Length(1, 120, error=NO_PERSON), _line],
        error_messages={"required": NO_PERSON},
    )


class CertificateForm(Schema):
    """Whose badge, and the name as it is to stand on the paper."""

    reference = fields.String(
        required=True,
        validate=validate.Length(1, 20),
        error_messages={"required": N_("Please type the letters of the badge.")},
    )
    name = name_on_paper()
