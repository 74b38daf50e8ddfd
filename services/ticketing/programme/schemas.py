"""The programme in JSON."""

from datetime import datetime
from typing import Any

from marshmallow import Schema, fields, validate

from services.ticketing.programme.domain import Session, SessionKind


class SessionsAsked(Schema):
    """Which sessions somebody asks for; pages count from 1."""

    kind = fields.String(
        validate=validate.OneOf([kind.value for kind in SessionKind]), metadata={"description": "Only this kind."}
    )
    day = fields.Date(metadata={"description": "Only sessions that start on this local day."})
    page = fields.Integer(load_default=1, validate=validate.Range(1, 10_000))
    page_size = fields.Integer(load_default=50, validate=validate.Range(1, 100))


class SeatsOut(Schema):
    """Seats of a session: `left` is what a newcomer can have now, `waiting` counts parties in line."""

    capacity = fields.Integer()
    left = fields.Integer()
    waiting = fields.Integer()


class RoomOut(Schema):
    """Where it takes place; names by language."""

    reference = fields.String()
    names = fields.Dict(fields.String(), fields.String())


class SessionOut(Schema):
    """One session; texts by language, wall times naive in `zone`, moments in UTC."""

    reference = fields.String()
    version = fields.Integer(metadata={"description": "Rises with every change but those of seats."})
    kind = fields.String()
    state = fields.String()
    titles = fields.Dict(fields.String(), fields.String())
    summaries = fields.Dict(fields.String(), fields.String())
    spoken = fields.List(fields.String())
    room = fields.Nested(RoomOut)
    starts_wall = fields.String()
    ends_wall = fields.String()
    zone = fields.String()
    starts_at = fields.String()
    ends_at = fields.String()
    seats = fields.Nested(SeatsOut)
    is_bookable = fields.Boolean(metadata={"description": "A newcomer gets seats or a place in line."})


class SessionsOut(Schema):
    """One page of the programme."""

    sessions = fields.List(fields.Nested(SessionOut))
    page = fields.Integer()
    pages = fields.Integer()
    total = fields.Integer()


def session_out(one: Session, at: datetime) -> dict[str, Any]:
    """A session as SessionOut describes it."""
    return {
        "reference": one.reference,
        "version": one.version,
        "kind": one.kind.value,
        "state": one.state.value,
        "titles": one.titles,
        "summaries": one.summaries,
        "spoken": list(one.spoken),
        "room": {"reference": one.room_reference, "names": one.room_names},
        "starts_wall": one.starts_wall.isoformat(),
        "ends_wall": one.ends_wall.isoformat(),
        "zone": one.zone,
        "starts_at": one.starts_at.isoformat(),
        "ends_at": one.ends_at.isoformat(),
        "seats": {"capacity": one.seats.capacity, "left": one.seats.left, "waiting": one.seats.waiting},
        "is_bookable": one.is_bookable(at),
    }
