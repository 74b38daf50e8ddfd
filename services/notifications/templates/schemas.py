"""What the texts' routes take and give."""

from typing import Any

from marshmallow import Schema, fields

from services.notifications.templates.domain import PLACEHOLDERS, Kind
from services.notifications.templates.domain.editing import TEXT_LANGUAGES, Place, Written
from services.notifications.templates.domain.segments import measure


class TextIn(Schema):
    """A text as it is to be, with {placeholders} of its kind."""

    sms = fields.String(load_default="", metadata={"description": "One line", "example": "{code} : {exhibition}"})
    subject = fields.String(load_default="", metadata={"description": "One line", "example": "{exhibition}"})
    body = fields.String(load_default="", metadata={"description": "The mail", "example": "{code}\n\n{exhibition}"})


class TextForm(TextIn):
    """The same typed; `act` is "preview" or "save", `seen` the version it was read with."""

    seen = fields.Integer(load_default=0)
    act = fields.String(load_default="save")


class AgainForm(Schema):
    """Which version to take again; 0 is the product's text."""

    version = fields.Integer(load_default=0)
    seen = fields.Integer(load_default=0)


class SizeOut(Schema):
    """How the SMS travels, written with example data."""

    alphabet = fields.String(metadata={"enum": ["GSM-7", "UCS-2"]})
    units = fields.Integer()
    parts = fields.Integer(metadata={"description": "SMS paid for"})
    dear = fields.String(metadata={"description": "characters that do not fit the cheap alphabet"})


class TextOut(Schema):
    """A text as it stands; `version` is its ETag, 0 where the exhibition never wrote one."""

    kind = fields.String(metadata={"enum": list(Kind)})
    language = fields.String(metadata={"enum": list(TEXT_LANGUAGES)})
    version = fields.Integer()
    is_own = fields.Boolean()
    sms = fields.String()
    subject = fields.String()
    body = fields.String()
    placeholders = fields.List(fields.String())
    preview = fields.String(metadata={"description": "the SMS with example data"})
    size = fields.Nested(SizeOut)


class TextLineOut(Schema):
    """One text in the list."""

    kind = fields.String()
    language = fields.String()
    version = fields.Integer()
    is_own = fields.Boolean()


class TextsOut(Schema):
    """Every kind in every language."""

    texts = fields.List(fields.Nested(TextLineOut))


def text_out(place: Place, written: Written, preview: str) -> dict[str, Any]:
    """A text as JSON."""
    return {
        "kind": place.kind.value,
        "language": place.language,
        "version": written.version,
        "is_own": written.is_own,
        **vars(written.template),
        "placeholders": sorted(PLACEHOLDERS[place.kind]),
        "preview": preview,
        "size": vars(measure(preview)),
    }
