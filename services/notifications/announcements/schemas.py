"""What the announcements' routes take and give."""

from typing import Any

from marshmallow import Schema, fields, validate

from services.notifications.announcements.domain import (
    FASTEST,
    SLOWEST,
    USUAL,
    Audience,
    Draft,
    Progress,
    Share,
    State,
    Who,
)
from services.notifications.templates.domain import Template, clean
from services.notifications.templates.domain.editing import LONGEST, TEXT_LANGUAGES, template_of
from services.notifications.templates.schemas import TextIn
from shared.problem import N_

NO_AUDIENCE = N_("Please choose who is to read it.")
NO_SPEED = N_("Please give a number from 10 to 6,000.")


class _Audience(Schema):
    who = fields.Enum(
        Who,
        by_value=True,
        required=True,
        error_messages=dict.fromkeys(("required", "unknown"), NO_AUDIENCE),
        metadata={"description": "who is to read it"},
    )
    session = fields.String(load_default="", metadata={"description": "its reference, for booked and waiting"})
    hall = fields.String(load_default="", metadata={"description": "its reference, for exhibitors of a hall"})
    speed = fields.Integer(
        load_default=USUAL,
        validate=validate.Range(SLOWEST, FASTEST, error=NO_SPEED),
        error_messages={"invalid": NO_SPEED, "too_large": NO_SPEED},
        metadata={"description": "people a minute"},
    )


class DraftIn(_Audience):
    """An announcement as it is to be: the SMS is enough, the mail then says the same."""

    texts = fields.Dict(
        keys=fields.String(validate=validate.OneOf(TEXT_LANGUAGES)),
        values=fields.Nested(TextIn),
        load_default=dict,
        metadata={"example": {"fr": {"sms": "{name}, la navette part à 18:00.", "subject": "", "body": ""}}},
    )


DraftForm: type[_Audience] = type(
    "DraftForm",
    (_Audience,),
    {f"{part}_{code}": fields.String(load_default="") for code in TEXT_LANGUAGES for part in LONGEST},
)


class ShareOut(Schema):
    """Those who would read it in one language."""

    language = fields.String()
    people = fields.Integer()
    by_sms = fields.Integer()
    by_mail = fields.Integer()
    unreached = fields.Integer(metadata={"description": "neither phone nor address"})
    segments = fields.Integer(metadata={"description": "SMS that would be paid for"})
    cost = fields.Integer(metadata={"description": "in the currency's minor unit; 0 where no price is known"})


class ProgressOut(Schema):
    """How far it has come."""

    told = fields.Integer()
    people = fields.Integer()
    notices = fields.Dict(keys=fields.String(), values=fields.Integer(), metadata={"description": "by their state"})


class AnnouncementOut(Schema):
    """An announcement; `shares` of a draft: counted now."""

    id = fields.UUID()
    who = fields.String(metadata={"enum": list(Who)})
    subject = fields.String(metadata={"description": "the session's or the hall's reference"})
    speed = fields.Integer(metadata={"description": "people a minute"})
    state = fields.String(metadata={"enum": list(State)})
    texts = fields.Dict(keys=fields.String(), values=fields.Nested(TextIn))
    shares = fields.List(fields.Nested(ShareOut))
    progress = fields.Nested(ProgressOut)


class AnnouncementLineOut(Schema):
    """One of the list."""

    id = fields.UUID()
    who = fields.String(metadata={"enum": list(Who)})
    subject = fields.String()
    state = fields.String(metadata={"enum": list(State)})
    told = fields.Integer()
    people = fields.Integer()


class AnnouncementsOut(Schema):
    """All of an exhibition, newest first."""

    announcements = fields.List(fields.Nested(AnnouncementLineOut))


def draft_of(said: dict[str, Any]) -> Draft:
    """What was said, with the texts that have words."""
    texts = {code: template_of(parts) for code, parts in said["texts"].items()}
    return Draft(_audience(said), said["speed"], _written(texts))


def draft_of_form(said: dict[str, Any]) -> Draft:
    """The same from the form's fields."""
    texts = {code: template_of({part: said[f"{part}_{code}"] for part in LONGEST}) for code in TEXT_LANGUAGES}
    return Draft(_audience(said), said["speed"], _written(texts))


def _audience(said: dict[str, Any]) -> Audience:
    subject = {Who.BOOKED: said["session"], Who.WAITING: said["session"], Who.HALL: said["hall"]}
    return Audience(said["who"], clean(subject.get(said["who"], "")))


def _written(texts: dict[str, Template]) -> dict[str, Template]:
    return {code: text for code, text in texts.items() if any(vars(text).values())}


def announcement_out(row: Any, texts: dict[str, Template], shares: list[Share], progress: Progress) -> dict[str, Any]:
    """An announcement as JSON."""
    counted = {"told": progress.told, "people": progress.people, "notices": dict(progress.notices)}
    return {
        "id": str(row.id),
        **{name: getattr(row, name) for name in ("who", "subject", "speed", "state")},
        "texts": {code: vars(text) for code, text in texts.items()},
        "shares": [vars(one) for one in shares],
        "progress": counted,
    }


def line_out(row: Any) -> dict[str, Any]:
    """One of the list as JSON."""
    return {"id": str(row.id)} | {name: getattr(row, name) for name in ("who", "subject", "state", "told", "people")}
