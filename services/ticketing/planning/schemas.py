"""What planning's routes take and give. The rules stand in the domain: form, file and JSON are read by the same."""

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, fields, validate

from services.ticketing.planning.domain import PlaceDraft
from services.ticketing.planning.domain.files import COLUMNS, Kind
from services.ticketing.programme.domain import Session
from shared.i18n import LANGUAGES

_LONGEST_FILE = 200_000


def _texts(*, required: bool = True) -> fields.Dict:
    return fields.Dict(
        keys=fields.String(validate=validate.OneOf(LANGUAGES)),
        values=fields.String(),
        required=required,
        metadata={"description": "Texts by language", "example": {"fr": "Salle 2", "ar": "القاعة 2"}},
    )


def _form(kind: Kind, **more: fields.Field[Any]) -> type[Schema]:
    """A form has a field for each column of the file."""
    columns: dict[str, Any] = {name: fields.String() for name in COLUMNS[kind]}
    return Schema.from_dict(columns | more, name=f"{kind.capitalize()}Form")


RoomForm = _form(Kind.ROOMS, seen=fields.String())
GateForm = _form(Kind.GATES, seen=fields.String())
SessionForm = _form(Kind.SESSIONS, seen=fields.Integer(), spoken=fields.List(fields.String()))


class ImportForm(Schema):
    """A table typed or chosen; `confirmed` once it was looked at."""

    content = fields.String(load_default="", validate=validate.Length(max=_LONGEST_FILE))
    confirmed = fields.String(load_default="")


class RoomIn(Schema):
    """A room as it is to be."""

    names = _texts()
    capacity = fields.Integer(required=True, strict=True, metadata={"description": "People at once", "example": 20})


class GateIn(Schema):
    """A gate as it is to be; a `hall` not named is left as it is."""

    names = _texts()
    hall = fields.String(metadata={"description": 'The hall it opens into; "" for the grounds', "example": ""})


class PlaceOut(Schema):
    """A room or a gate; `mark` is its ETag."""

    reference = fields.String()
    names = fields.Dict(fields.String(), fields.String())
    capacity = fields.Integer(allow_none=True)
    hall = fields.String(allow_none=True, metadata={"description": 'Of a gate: the hall it opens into; "": grounds'})
    mark = fields.String()


class RoomsOut(Schema):
    """Every room."""

    rooms = fields.List(fields.Nested(PlaceOut))


class SessionIn(Schema):
    """A session as it is to be; hours as on the wall of the venue. An end before the start is the next day's."""

    reference = fields.String(load_default="", metadata={"description": "Empty for the next free one", "example": ""})
    kind = fields.String(required=True, metadata={"example": "training"})
    room = fields.String(required=True, metadata={"example": "dyes"})
    day = fields.String(required=True, metadata={"example": "2026-12-05"})
    start = fields.String(required=True, metadata={"example": "10:00"})
    end = fields.String(required=True, metadata={"example": "12:00"})
    capacity = fields.Integer(required=True, strict=True, metadata={"example": 20})
    waiting_limit = fields.Integer(strict=True, metadata={"description": "Groups in line; else as many as seats"})
    titles = _texts()
    summaries = _texts(required=False)
    spoken = fields.List(fields.String(), load_default=list, metadata={"example": ["fr", "ar"]})


def place_raw(reference: str, said: Mapping[str, Any]) -> dict[str, str]:
    """A room or gate in JSON, as if it were typed."""
    more = {name: str(said[name]) for name in ("capacity", "hall") if name in said}
    return {"reference": reference} | more | _typed("name", said["names"])


def session_raw(said: Mapping[str, Any]) -> dict[str, str]:
    """A session in JSON or from a form, as if it stood in a file."""
    flat = {name: str(said[name]) for name in COLUMNS[Kind.SESSIONS] if name in said and name != "spoken"}
    texts = _typed("title", said.get("titles", {})) | _typed("summary", said.get("summaries", {}))
    return flat | texts | {"spoken": " ".join(said.get("spoken", []))}


def place_out(one: PlaceDraft) -> dict[str, Any]:
    """A room or gate as PlaceOut describes it."""
    size = {"capacity": one.capacity, "hall": one.hall}
    return {"reference": one.reference, "names": one.names, **size, "mark": one.mark}


def place_typed(one: PlaceDraft) -> dict[str, str]:
    """A room or gate as a form's answers."""
    more = {"capacity": one.capacity, "hall": one.hall}
    return place_raw(one.reference, {"names": one.names} | {name: n for name, n in more.items() if n})


def session_typed(one: Session) -> dict[str, Any]:
    """A session as a form's answers."""
    return {
        "reference": one.reference,
        "kind": one.kind.value,
        "room": one.room_reference,
        "day": one.day.isoformat(),
        "start": f"{one.starts_wall:%H:%M}",
        "end": f"{one.ends_wall:%H:%M}",
        "capacity": str(one.seats.capacity),
        "waiting_limit": str(one.seats.waiting_limit),
        "spoken": list(one.spoken),
        **_typed("title", one.titles),
        **_typed("summary", one.summaries),
    }


def _typed(name: str, texts: Mapping[str, str]) -> dict[str, str]:
    return {f"{name}_{code}": text for code, text in texts.items()}
