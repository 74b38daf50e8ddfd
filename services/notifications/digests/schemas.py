"""What one asks for, and what one asked for."""

from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from services.notifications.digests.domain import Wish
from services.notifications.notices.domain.addresses import NO_ADDRESS, ways_of
from services.notifications.notices.schemas import hour_field
from shared.i18n import LANGUAGES


class DigestIn(Schema):
    """Where to, and at which hour of the fair."""

    address = fields.String(
        load_default="",
        validate=validate.Length(max=254, error=NO_ADDRESS),
        metadata={"description": "an e-mail address, or a phone number", "example": "aicha@mail.example"},
    )
    hour = hour_field("19:00")
    language = fields.String(load_default="fr", validate=validate.OneOf(LANGUAGES))

    @validates_schema
    def _is_an_address(self, said: dict[str, Any], **_more: Any) -> None:
        if not any(ways_of(said["address"])):
            raise ValidationError(NO_ADDRESS, "address")


class DigestOut(Schema):
    """What the caller asked for; nulls where they asked for none."""

    address = fields.String(allow_none=True)
    hour = fields.String(allow_none=True, metadata={"example": "19:00"})
    language = fields.String(allow_none=True)
    next_at = fields.String(allow_none=True, metadata={"description": "by the fair's clock; null after the fair"})


def wish_of(said: dict[str, Any]) -> Wish:
    """What was asked for."""
    phone, email = ways_of(said["address"])
    return Wish(phone, email, said["hour"], said["language"])


def digest_out(row: Any) -> dict[str, Any]:
    """What was asked for, as JSON."""
    if row is None:
        return dict.fromkeys(("address", "hour", "language", "next_at"))
    next_at = row.next_at.isoformat() if row.next_at else None
    address = row.phone or row.email
    return {"address": address, "hour": f"{row.hour:%H:%M}", "language": row.language, "next_at": next_at}
