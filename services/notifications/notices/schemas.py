"""What the log takes and gives; unknown fields are refused."""

from typing import Any

import sqlalchemy as sa
from marshmallow import Schema, fields, validate

from services.notifications.notices.domain import Channel, LogFilter, OwnQuietHours, State
from services.notifications.notices.domain.addresses import mask
from services.notifications.templates.domain import Kind, clean
from shared.problem import N_

NO_HOUR = N_("Please give an hour, as in 21:00.")


class LogQuery(Schema):
    """Which part of the log."""

    state = fields.Enum(State, by_value=True, metadata={"description": "only notices in this state"})
    person = fields.UUID(metadata={"description": "only what this person was told"})
    q = fields.String(
        validate=validate.Length(max=120),
        metadata={"description": "a part of a name, an address, a phone number or a booking's reference"},
    )
    before = fields.UUID(metadata={"description": "the last notice shown before: continue after it"})
    at_most = fields.Integer(load_default=50, validate=validate.Range(1, 200))


class NoticeOut(Schema):
    """A notice and where it stands; never what it said."""

    id = fields.UUID()
    kind = fields.String(metadata={"enum": list(Kind)})
    channel = fields.String(metadata={"enum": list(Channel)})
    state = fields.String(metadata={"enum": list(State)})
    attempts = fields.Integer()
    reason = fields.String(metadata={"description": "why the last attempt did not succeed; empty when it did"})
    person_id = fields.UUID()
    name = fields.String(allow_none=True)
    address = fields.Function(
        lambda row: mask(Channel(row.channel), row.address),
        metadata={"type": "string", "example": "+212 •••• 12"},
    )
    language = fields.String()
    made_at = fields.AwareDateTime()
    not_before = fields.AwareDateTime(
        allow_none=True, metadata={"description": "the end of the quiet hours it waits for, by the fair's clock"}
    )
    settled_at = fields.AwareDateTime(allow_none=True)


class LogOut(Schema):
    """A part of the log, newest first; `next` is null when nothing older is left."""

    notices = fields.List(fields.Nested(NoticeOut))
    next = fields.UUID(allow_none=True)


def hour_field(example: str) -> fields.Time:
    """An hour as on the wall of the fair."""
    said: dict[str, Any] = dict.fromkeys(("required", "null", "invalid", "format"), NO_HOUR)
    return fields.Time(format="%H:%M", required=True, error_messages=said, metadata={"example": example})


class QuietHoursIn(Schema):
    """When nobody is woken, as on the wall of the fair; the same hour twice: never quiet."""

    begins = hour_field("21:00")
    ends = hour_field("08:00")


class QuietHoursOut(QuietHoursIn):
    """The hours that hold, and whether they are the exhibition's own."""

    is_own = fields.Boolean()


def quiet_hours_out(found: OwnQuietHours) -> dict[str, Any]:
    """As they are shown."""
    hours = found.hours
    return {"begins": f"{hours.begins:%H:%M}", "ends": f"{hours.ends:%H:%M}", "is_own": found.is_own}


def log_filter(said: dict[str, Any]) -> LogFilter:
    """The filter that was asked for, one notice longer, to see whether more follow."""
    return LogFilter(
        state=said.get("state"),
        person_id=said.get("person"),
        words=clean(said.get("q", "")),
        before=said.get("before"),
        at_most=said["at_most"] + 1,
    )


def split(rows: list[sa.Row[Any]], at_most: int) -> tuple[list[sa.Row[Any]], Any]:
    """The rows to show, and the id to continue after."""
    shown = rows[:at_most]
    return shown, shown[-1].id if len(rows) > at_most else None
