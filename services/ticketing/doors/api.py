"""A session's door over HTTP, for devices and desks: one reading, one answer."""

from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Response, request
from flask_smorest import Blueprint

from services.ticketing.access.domain import Exhibition
from services.ticketing.access.operations.recent import badge_keys, device_known, exhibition_called
from services.ticketing.bookings.operations.door import attendance_of
from services.ticketing.doors import operations
from services.ticketing.doors.schemas import DoorOut, EntryOut, NewEntry, entry_out, party_out
from services.ticketing.programme.operations.board import board_of
from shared import clock
from shared.db import reading, transaction
from shared.idempotency import Answer, Key, fingerprint, once
from shared.problem import NotAllowed
from shared.web import current_caller, load, may, reply

api = Blueprint("doors_api", __name__, url_prefix="/ticketing/v1/exhibitions/<exhibition>", description="Doors")
_BODY = {"content": {"application/json": {"schema": NewEntry}}, "required": True}


@api.post("/sessions/<reference>/door/scans")
@may("device", "desk", "steward", "supervisor", "organiser")
@api.doc(requestBody=_BODY)
@api.response(201, EntryOut)
def scan_at_door(exhibition: str, reference: str) -> Response:
    """Let whoever shows this badge or ticket in, seat them where a seat is free, queue them, or say why not.

    The scan's id is its key: sent again, it changes nothing and hears the same. What was read without a network may
    come later (`scanned_at`); after the session only holders of a booking are still written down.
    """
    where, said = exhibition_called(exhibition), load(NewEntry)
    session = board_of(where.id).called(reference)
    shown = operations.show(where, session.id, said, badge_keys(), let_in_by=_by())
    _may_stand(where, session.room_reference, shown.read_at)
    key = Key(where.id, "door", str(session.id), str(said["id"]), fingerprint(request.get_data()))
    with transaction() as db:
        return reply(once(db, key, lambda: Answer(201, entry_out(said["id"], operations.enter(db, shown)))))


@api.get("/sessions/<reference>/door")
@may("desk", "steward", "supervisor", "viewer", "organiser")
@api.response(200, DoorOut)
def read_door(exhibition: str, reference: str) -> dict[str, Any]:
    """Who has a seat, who queues in which order, who came, and who did not."""
    where = exhibition_called(exhibition)
    session = board_of(where.id).called(reference)
    with reading() as db:
        return {"parties": [party_out(one) for one in attendance_of(db, where.id, session.id)]}


def _may_stand(where: Exhibition, room: str, read_at: datetime) -> None:
    """A device stands at the rooms of its list, in its days and hours; NotAllowed."""
    caller = current_caller()
    device = device_known(where.id, caller.device_id) if caller.device_id else None
    if device is not None and not device.works(clock.to_wall(read_at, where.zone), room.upper()):
        raise NotAllowed


def _by() -> UUID | None:
    return current_caller().staff_id or current_caller().device_id
