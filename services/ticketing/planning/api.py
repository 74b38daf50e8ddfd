"""Rooms, gates and the programme in JSON, for organisers."""

from typing import Any

from flask import Response, request
from flask_smorest import Blueprint

from services.acts import StaffAct, staff_acted
from services.ticketing.access.operations.recent import exhibition_called
from services.ticketing.planning import schemas
from services.ticketing.planning.domain import PlaceKind, PlaceNotFound, read_place, read_session
from services.ticketing.planning.operations import places, sessions
from services.ticketing.planning.operations.importing import frame_of
from services.ticketing.programme.domain import Session
from services.ticketing.programme.schemas import SessionOut, session_out
from shared import clock
from shared.db import reading, transaction
from shared.idempotency import Answer, once
from shared.problem import ChangedMeanwhile, ConditionMissing
from shared.web import idempotency_key, keyed, load, may, reply

api = Blueprint("planning_api", __name__, url_prefix="/ticketing/v1/exhibitions/<exhibition>", description="Setting up")
_IF_MATCH = [{"name": "If-Match", "in": "header", "required": True, "schema": {"type": "string"}}]


def _body(schema: Any) -> dict[str, Any]:
    return {"content": {"application/json": {"schema": schema}}, "required": True}


@api.get("/rooms")
@may("organiser")
@api.response(200, schemas.RoomsOut)
def list_rooms(exhibition: str) -> dict[str, Any]:
    """Every room with the people it holds."""
    with reading() as db:
        found = places.list_places(db, exhibition_called(exhibition).id, PlaceKind.ROOM)
    return {"rooms": [schemas.place_out(one) for one in found]}


@api.put("/rooms/<room>")
@may("organiser")
@api.doc(requestBody=_body(schemas.RoomIn))
@api.response(200, schemas.PlaceOut)
def put_room(exhibition: str, room: str) -> Response:
    """A new room, or another size or name of one; with If-Match only if nobody changed it meanwhile."""
    return _put(exhibition, PlaceKind.ROOM, schemas.place_raw(room, load(schemas.RoomIn)))


@api.delete("/rooms/<room>")
@may("organiser")
@api.response(204)
def delete_room(exhibition: str, room: str) -> Response:
    """Take a room out in which no session is."""
    return _delete(exhibition, PlaceKind.ROOM, room)


@api.put("/gates/<gate>")
@may("organiser")
@api.doc(requestBody=_body(schemas.GateIn))
@api.response(200, schemas.PlaceOut)
def put_gate(exhibition: str, gate: str) -> Response:
    """A new gate, or another name of one; with If-Match only if nobody changed it meanwhile."""
    return _put(exhibition, PlaceKind.GATE, schemas.place_raw(gate, load(schemas.GateIn)))


@api.delete("/gates/<gate>")
@may("organiser")
@api.response(204)
def delete_gate(exhibition: str, gate: str) -> Response:
    """Take a gate out at which no code was read."""
    return _delete(exhibition, PlaceKind.GATE, gate)


@api.post("/sessions")
@may("organiser")
@keyed
@api.doc(requestBody=_body(schemas.SessionIn))
@api.response(201, SessionOut)
def add_session(exhibition: str) -> Response:
    """A new session; no two share a room and an hour."""
    where, said = exhibition_called(exhibition), load(schemas.SessionIn)
    with transaction() as db:

        def act() -> Answer:
            draft = read_session(schemas.session_raw(said), frame_of(db, where))
            added = sessions.add_session(db, where, draft)
            staff_acted(db, where.id, StaffAct.SESSION_ADDED, added.reference)
            return Answer(201, _session_out(added))

        return reply(once(db, idempotency_key(where.id), act))


@api.put("/sessions/<reference>")
@may("organiser")
@api.doc(requestBody=_body(schemas.SessionIn), parameters=_IF_MATCH)
@api.response(200, SessionOut)
def change_session(exhibition: str, reference: str) -> Response:
    """Move, resize or rename a session; If-Match carries its `version`. Everybody booked hears of another hour."""
    where, said = exhibition_called(exhibition), load(schemas.SessionIn)
    if not request.if_match:
        raise ConditionMissing
    with transaction() as db:
        draft = read_session(schemas.session_raw(said | {"reference": reference}), frame_of(db, where))
        changed = sessions.change_session(db, where, draft, _version(), clock.now())
        staff_acted(db, where.id, StaffAct.SESSION_CHANGED, changed.reference)
    return reply(Answer(200, _session_out(changed)))


@api.post("/sessions/<reference>/cancellation")
@may("organiser")
@keyed
@api.response(200, SessionOut)
def cancel_session(exhibition: str, reference: str) -> Response:
    """It will not take place: all bookings are cancelled and everybody is told. Twice is once."""
    where = exhibition_called(exhibition)
    with transaction() as db:

        def act() -> Answer:
            cancelled = sessions.cancel_session(db, where, reference.upper(), clock.now())
            staff_acted(db, where.id, StaffAct.SESSION_CANCELLED, cancelled.reference)
            return Answer(200, _session_out(cancelled))

        return reply(once(db, idempotency_key(where.id), act))


def _put(exhibition: str, kind: PlaceKind, raw: dict[str, str]) -> Response:
    where = exhibition_called(exhibition)
    draft = read_place(raw, kind, where.hall_references)
    seen = next(iter(request.if_match.as_set(include_weak=True)), "") if request.if_match else None
    with transaction() as db:
        try:
            kept, act = places.change_place(db, where.id, kind, draft, seen), StaffAct(f"{kind}_changed")
        except PlaceNotFound:
            if seen is not None:
                raise ChangedMeanwhile from None
            kept, act = places.add_place(db, where.id, kind, draft), StaffAct(f"{kind}_added")
        staff_acted(db, where.id, act, kept.reference)
    return reply(Answer(200, schemas.place_out(kept)))


def _delete(exhibition: str, kind: PlaceKind, reference: str) -> Response:
    where = exhibition_called(exhibition)
    with transaction() as db:
        places.remove_place(db, where.id, kind, reference)
        staff_acted(db, where.id, StaffAct(f"{kind}_removed"), reference)
    return Response(status=204)


def _version() -> int:
    """The version that If-Match names; ChangedMeanwhile for what is none."""
    said = next(iter(request.if_match.as_set(include_weak=True)), "")
    if not said.isdecimal() or len(said) > 9:
        raise ChangedMeanwhile
    return int(said)


def _session_out(one: Session) -> dict[str, Any]:
    return session_out(one, clock.now())
