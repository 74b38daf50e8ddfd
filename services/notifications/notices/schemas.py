"""What the log takes and gives; unknown fields are refused."""

from typing import Any

import sqlalchemy as sa
from marshmallow import Schema, fields, validate

from services.notifications.notices.domain import Channel, LogFilter, State, mask
from services.notifications.templates.domain import Kind


class LogQuery(Schema):
    """Which part of the log."""

    state = fields.Enum(State, by_value=True, metadata={"description": "only notices in this state"})
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
    settled_at = fields.AwareDateTime(allow_none=True)


class LogOut(Schema):
    """A part of the log, newest first; `next` is null when nothing older is left."""

    notices = fields.List(fields.Nested(NoticeOut))
    next = fields.UUID(allow_none=True)


def log_filter(said: dict[str, Any]) -> LogFilter:
    """The filter that was asked for, one notice longer, to see whether more follow."""
    return LogFilter(state=said.get("state"), before=said.get("before"), at_most=said["at_most"] + 1)


def split(rows: list[sa.Row[Any]], at_most: int) -> tuple[list[sa.Row[Any]], Any]:
    """The rows to show, and the id to continue after."""
    shown = rows[:at_most]
    return shown, shown[-1].id if len(rows) > at_most else None
