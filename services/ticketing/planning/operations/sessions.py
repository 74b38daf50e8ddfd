"""Sessions: added, changed, cancelled. Whoever is booked hears of it through messages."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.ticketing.access.domain import Exhibition
from services.ticketing.bookings import operations as bookings
from services.ticketing.bookings.domain import SessionBegun, SessionCancelled
from services.ticketing.bookings.operations.moves import note_move
from services.ticketing.planning import domain
from services.ticketing.planning.domain import PlaceNotFound, ReferenceInUse, RoomTaken, SeatsPromised, SessionDraft
from services.ticketing.programme import operations as programme
from services.ticketing.programme.domain import Seats, Session, SessionState
from services.ticketing.programme.messages import session_changed
from services.ticketing.programme.models import room, session, session_text
from services.ticketing.programme.operations import lock_sessions
from shared import clock
from shared.db import insert_new
from shared.ids import new_id
from shared.outbox import publish
from shared.problem import ChangedMeanwhile, Invalid

_TRIES = 20


def add_session(db: Connection, where: Exhibition, draft: SessionDraft) -> Session:
    """A new session, told; RoomTaken, ReferenceInUse, PlaceNotFound, Invalid.

    Without a reference it gets the next free one of its kind.
    """
    room_id, row = _hold_room(db, where.id, draft), _values(where, draft)
    _refuse_overlap(db, room_id, row, but=None)
    fixed = {"version": 1, "state": SessionState.OPEN.value, "zone": where.zone}
    counted = {"taken": 0, "waiting": 0, "last_in_line": 0}
    for _ in range(_TRIES):
        reference = draft.reference or _next_reference(db, where.id, draft)
        new = {"id": new_id(), "reference": reference}
        every = fixed | counted | row | new | {"room_id": room_id}
        if insert_new(db, session, [every], returning=[session.c.id]):
            text = {"exhibition_id": where.id, "session_id": new["id"]} | _texts(draft)
            db.execute(sa.insert(session_text).values(text))
            added = programme.find_session(db, where.id, reference)
            publish(db, session_changed(added))
            return added
        if draft.reference:
            break
    raise ReferenceInUse(reference=draft.reference)


def change_session(db: Connection, where: Exhibition, draft: SessionDraft, seen: int | None, at: datetime) -> Session:
    """Move, resize or rename a session; `seen` is the version it was read with. Seats freed go to the line at once.

    SessionNotFound, ChangedMeanwhile, SessionCancelled, SessionBegun, RoomTaken, SeatsPromised, Invalid.
    """
    found = programme.find_session(db, where.id, draft.reference)
    # first the room, then the session: everybody who holds both takes them in this order
    room_id = _hold_room(db, where.id, draft)
    held = lock_sessions(db, where.id, [found.id])[found.id]
    found = programme.find_session(db, where.id, draft.reference)
    if seen is not None and seen != found.version:
        raise ChangedMeanwhile
    _refuse_gone(held.state, held.starts_at, at)
    _refuse_promised(held.seats, draft)
    row = _values(where, draft) | {"room_id": room_id, "version": found.version + 1}
    _refuse_overlap(db, room_id, row, but=found.id)
    own = (session.c.exhibition_id == where.id, session.c.id == found.id)
    bookings.take_back(db, where.id, found.id, draft.capacity, at=at)
    claimed = session.c.taken + session.c.held + session.c.offered
    fits = (session.c.version == found.version, claimed <= draft.capacity)
    change = sa.update(session).where(*own, *fits).values(row)
    if db.execute(change).rowcount != 1:
        raise ChangedMeanwhile
    text = sa.update(session_text).where(
        session_text.c.exhibition_id == where.id, session_text.c.session_id == found.id
    )
    db.execute(text.values(_texts(draft)))
    changed = programme.find_session(db, where.id, draft.reference)
    note_move(db, found, changed)
    publish(db, session_changed(changed))
    bookings.move_line_up(db, where.id, found.id)
    return programme.find_session(db, where.id, draft.reference)


def cancel_session(db: Connection, where: Exhibition, reference: str, at: datetime) -> Session:
    """It will not take place: every seat and place in line is taken back, and each person told. Twice is once.

    SessionNotFound, SessionBegun.
    """
    found = programme.find_session(db, where.id, reference)
    held = lock_sessions(db, where.id, [found.id])[found.id]
    found = programme.find_session(db, where.id, reference)
    if held.state is SessionState.CANCELLED:
        return found
    _refuse_gone(held.state, held.starts_at, at)
    bookings.cancel_session(db, where.id, found.id, at=at)
    own = sa.update(session).where(session.c.exhibition_id == where.id, session.c.id == found.id)
    db.execute(own.values(state=SessionState.CANCELLED.value, version=session.c.version + 1))
    changed = programme.find_session(db, where.id, reference)
    publish(db, session_changed(changed))
    return changed


def _refuse_gone(state: SessionState, starts_at: datetime, at: datetime) -> None:
    if state is SessionState.CANCELLED:
        raise SessionCancelled
    if at >= starts_at:
        raise SessionBegun


def _refuse_promised(seats: Seats, draft: SessionDraft) -> None:
    if draft.capacity < seats.taken:
        raise SeatsPromised(taken=seats.taken)
    if draft.waiting_limit < seats.waiting:
        raise Invalid({"waiting_limit": [domain.LINE_LONGER]})


def _hold_room(db: Connection, exhibition_id: UUID, draft: SessionDraft) -> UUID:
    """The room, held until the commit, so that two sessions cannot slip into it at once."""
    asked = sa.select(room.c.id).where(room.c.exhibition_id == exhibition_id, room.c.reference == draft.room)
    room_id: UUID | None = db.scalar(asked.with_for_update())
    if room_id is None:
        raise PlaceNotFound
    return room_id


def _values(where: Exhibition, draft: SessionDraft) -> dict[str, Any]:
    """The row's values but for the room and the seats; Invalid for an hour that the zone does not have."""
    try:
        starts_at, ends_at = (clock.to_utc(wall, where.zone) for wall in (draft.starts_wall, draft.ends_wall))
    except ValueError as wrong:
        raise Invalid({"start": [domain.NO_SUCH_HOUR]}) from wrong
    return {
        "exhibition_id": where.id,
        "kind": draft.kind.value,
        "starts_at": starts_at,
        "ends_at": ends_at,
        "starts_wall": draft.starts_wall,
        "ends_wall": draft.ends_wall,
        "capacity": draft.capacity,
        "waiting_limit": draft.waiting_limit,
    }


def _refuse_overlap(db: Connection, room_id: UUID, row: dict[str, Any], but: UUID | None) -> None:
    there = _at_that_time(sa.select(session.c.reference), row, but).where(session.c.room_id == room_id)
    reference = db.scalar(there.limit(1))
    if reference is not None:
        raise RoomTaken(session=reference, free_rooms=_free_rooms(db, row, but))


def _free_rooms(db: Connection, row: dict[str, Any], but: UUID | None) -> list[str]:
    """Rooms where nothing is at that time and which hold as many, the smallest first."""
    in_use = _at_that_time(sa.select(session.c.room_id), row, but)
    free = sa.select(room.c.reference).where(room.c.exhibition_id == row["exhibition_id"], room.c.id.not_in(in_use))
    large = free.where(room.c.capacity >= row["capacity"]).order_by(room.c.capacity, room.c.reference)
    return list(db.execute(large).scalars())


def _at_that_time(asked: sa.Select[Any], row: dict[str, Any], but: UUID | None) -> sa.Select[Any]:
    """Of open sessions at the hours of this row, but for the one of this id."""
    at_once = (
        asked.where(session.c.exhibition_id == row["exhibition_id"], session.c.state == SessionState.OPEN.value)
        .where(session.c.starts_at < row["ends_at"])
        .where(session.c.ends_at > row["starts_at"])
    )
    return at_once if but is None else at_once.where(session.c.id != but)


def _next_reference(db: Connection, exhibition_id: UUID, draft: SessionDraft) -> str:
    known = db.execute(sa.select(session.c.reference).where(session.c.exhibition_id == exhibition_id)).scalars()
    return domain.next_reference(draft.kind, known)


def _texts(draft: SessionDraft) -> dict[str, Any]:
    return {"titles": draft.titles, "summaries": draft.summaries, "spoken": list(draft.spoken)}
