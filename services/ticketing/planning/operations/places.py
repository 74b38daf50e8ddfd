"""Rooms and gates: listed, put, removed. A room's new name is told with each of its sessions."""

from dataclasses import replace
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.ticketing.admissions.models import gate, scan
from services.ticketing.planning.domain import (
    SESSION_LARGER,
    PlaceDraft,
    PlaceInUse,
    PlaceKind,
    PlaceNotFound,
    ReferenceInUse,
)
from services.ticketing.programme.messages import session_changed
from services.ticketing.programme.models import room, session
from services.ticketing.programme.operations import list_sessions
from shared.db import insert_new
from shared.ids import new_id
from shared.outbox import publish
from shared.problem import ChangedMeanwhile, Invalid

_TABLES = {PlaceKind.ROOM: room, PlaceKind.GATE: gate}


def list_places(db: Connection, exhibition_id: UUID, kind: PlaceKind) -> list[PlaceDraft]:
    """The rooms or gates in the order of their references."""
    table = _TABLES[kind]
    asked = sa.select(table).where(table.c.exhibition_id == exhibition_id).order_by(table.c.reference)
    return [_draft(row) for row in db.execute(asked)]


def find_place(db: Connection, exhibition_id: UUID, kind: PlaceKind, reference: str) -> PlaceDraft:
    """One room or gate; PlaceNotFound."""
    return _draft(_row(db, exhibition_id, kind, reference))


def add_place(db: Connection, exhibition_id: UUID, kind: PlaceKind, draft: PlaceDraft) -> PlaceDraft:
    """A new room or gate; ReferenceInUse."""
    table = _TABLES[kind]
    row = {"exhibition_id": exhibition_id, "id": new_id()} | _values(draft)
    if not insert_new(db, table, [row], returning=[table.c.id]):
        raise ReferenceInUse(reference=draft.reference)
    return draft


def change_place(
    db: Connection, exhibition_id: UUID, kind: PlaceKind, draft: PlaceDraft, seen: str | None
) -> PlaceDraft:
    """Other names or another size; `seen` is the mark it was read with. PlaceNotFound, ChangedMeanwhile, Invalid.

    A room cannot become smaller than a session in it.
    """
    row = _row(db, exhibition_id, kind, draft.reference)
    before = _draft(row)
    if seen is not None and seen != before.mark:
        raise ChangedMeanwhile
    table = _TABLES[kind]
    if kind is PlaceKind.ROOM:
        _refuse_smaller(db, exhibition_id, row.id, draft)
    own = sa.update(table).where(table.c.exhibition_id == exhibition_id, table.c.id == row.id)
    db.execute(own.values(_values(draft)))
    if kind is PlaceKind.ROOM and before.names != draft.names:
        _tell_sessions(db, exhibition_id, row.id)
    return draft if draft.hall is not None else replace(draft, hall=before.hall)


def remove_place(db: Connection, exhibition_id: UUID, kind: PlaceKind, reference: str) -> None:
    """Take a room or gate out; PlaceNotFound, PlaceInUse while sessions or scans name it."""
    table, row = _TABLES[kind], _row(db, exhibition_id, kind, reference)
    used = (
        sa.select(session.c.id).where(session.c.exhibition_id == exhibition_id, session.c.room_id == row.id)
        if kind is PlaceKind.ROOM
        else sa.select(scan.c.id).where(scan.c.exhibition_id == exhibition_id, scan.c.gate == row.reference)
    )
    if db.execute(used.limit(1)).first() is not None:
        raise PlaceInUse
    db.execute(sa.delete(table).where(table.c.exhibition_id == exhibition_id, table.c.id == row.id))


def _row(db: Connection, exhibition_id: UUID, kind: PlaceKind, reference: str) -> Any:
    """The row, held until the commit: sessions are put into a held room only."""
    table = _TABLES[kind]
    asked = sa.select(table).where(table.c.exhibition_id == exhibition_id, table.c.reference == reference)
    row = db.execute(asked.with_for_update()).first()
    if row is None:
        raise PlaceNotFound
    return row


def _draft(row: Any) -> PlaceDraft:
    return PlaceDraft(row.reference, dict(row.names), getattr(row, "capacity", None), getattr(row, "hall", None))


def _values(draft: PlaceDraft) -> dict[str, Any]:
    said = {"capacity": draft.capacity, "hall": draft.hall}
    return {"reference": draft.reference, "names": draft.names} | {k: v for k, v in said.items() if v is not None}


def _refuse_smaller(db: Connection, exhibition_id: UUID, room_id: UUID, draft: PlaceDraft) -> None:
    largest = db.scalar(
        sa.select(sa.func.max(session.c.capacity)).where(
            session.c.exhibition_id == exhibition_id, session.c.room_id == room_id, session.c.state == "open"
        )
    )
    if largest and draft.capacity is not None and draft.capacity < largest:
        raise Invalid({"capacity": [SESSION_LARGER]})


def _tell_sessions(db: Connection, exhibition_id: UUID, room_id: UUID) -> None:
    own = sa.update(session).where(session.c.exhibition_id == exhibition_id, session.c.room_id == room_id)
    changed = set(db.execute(own.values(version=session.c.version + 1).returning(session.c.id)).scalars())
    publish(db, *(session_changed(one) for one in list_sessions(db, exhibition_id) if one.id in changed))
