"""The programme of the 12th crafts meeting of Ouarzazate, as data: loaded once its exhibition is known."""

import json
from collections import Counter
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.ticketing.access.domain import Exhibition
from services.ticketing.access.operations import find_exhibition
from services.ticketing.programme import operations
from services.ticketing.programme.domain import SessionKind, SessionState
from services.ticketing.programme.models import room, session
from shared import clock
from shared.ids import new_id
from shared.problem import NotFound

_FAIR = Path(__file__).with_name("fair.json")
# What people call a session by: a letter for its kind and a number, "T7".
_LETTERS = {
    SessionKind.CONFERENCE: "C",
    SessionKind.SEMINAR: "S",
    SessionKind.TRAINING: "T",
    SessionKind.WORKSHOP: "W",
    SessionKind.ACT: "A",
    SessionKind.CLASS: "K",
}


def load_programme(db: Connection) -> bool:
    """Load rooms and sessions unless they are there; False as long as the exhibition has not been told of."""
    fair = json.loads(_FAIR.read_text())
    try:
        exhibition = find_exhibition(db, fair["exhibition"])
    except NotFound:
        return False
    asked = sa.select(session.c.id).where(session.c.exhibition_id == exhibition.id).limit(1)
    if db.execute(asked).first() is not None:
        return True
    operations.put_rooms(db, [_room_row(exhibition.id, said) for said in fair["rooms"]])
    rooms = _rooms(db, exhibition.id)
    numbers: Counter[SessionKind] = Counter()
    rows, texts = [], []
    for said in fair["sessions"]:
        kind = SessionKind(said["kind"])
        numbers[kind] += 1
        row = _session_row(exhibition, said, rooms[said["room"]], f"{_LETTERS[kind]}{numbers[kind]}")
        rows.append(row)
        texts.append(_text_row(row, said))
    operations.put_sessions(db, exhibition.id, rows, texts)
    return True


def _rooms(db: Connection, exhibition_id: UUID) -> dict[str, UUID]:
    asked = sa.select(room.c.reference, room.c.id).where(room.c.exhibition_id == exhibition_id)
    return {row.reference: row.id for row in db.execute(asked)}


def _room_row(exhibition_id: UUID, said: dict[str, Any]) -> dict[str, Any]:
    return {"exhibition_id": exhibition_id, "id": new_id(), **said}


def _session_row(exhibition: Exhibition, said: dict[str, Any], room_id: UUID, reference: str) -> dict[str, Any]:
    day = exhibition.first_day + timedelta(days=said["day"] - 1)
    starts_wall = datetime.combine(day, time.fromisoformat(said["start"]))
    ends_wall = starts_wall + timedelta(minutes=said["minutes"])
    return {
        "exhibition_id": exhibition.id,
        "id": new_id(),
        "version": 1,
        "reference": reference,
        "kind": said["kind"],
        "state": SessionState.OPEN.value,
        "room_id": room_id,
        "starts_at": clock.to_utc(starts_wall, exhibition.zone),
        "ends_at": clock.to_utc(ends_wall, exhibition.zone),
        "starts_wall": starts_wall,
        "ends_wall": ends_wall,
        "zone": exhibition.zone,
        "capacity": said["capacity"],
        "taken": 0,
        "waiting": 0,
        "waiting_limit": said["waiting_limit"],
        "last_in_line": 0,
    }


def _text_row(row: dict[str, Any], said: dict[str, Any]) -> dict[str, Any]:
    names = ("titles", "summaries", "spoken")
    return {"exhibition_id": row["exhibition_id"], "session_id": row["id"]} | {name: said[name] for name in names}
