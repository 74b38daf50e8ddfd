"""Reads the programme, holds its sessions and moves their seats."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.ticketing.programme.domain import Seats, Session, SessionKind, SessionNotFound, SessionState
from services.ticketing.programme.messages import session_changed
from services.ticketing.programme.models import room, session, session_text
from services.ticketing.programme.operations.moving import SeatMove, SeatRow, move_seats
from shared.outbox import publish

__all__ = [
    "SeatMove",
    "SeatNumbers",
    "SeatRow",
    "find_numbers",
    "find_reference",
    "find_session",
    "list_due",
    "list_references",
    "list_seats",
    "list_sessions",
    "lock_sessions",
    "move_seats",
    "reference_of",
    "republish",
]

_DETAILS = (
    sa.select(
        session,
        session_text.c.titles,
        session_text.c.summaries,
        session_text.c.spoken,
        room.c.reference.label("room_reference"),
        room.c.names.label("room_names"),
    )
    .join(
        session_text,
        (session_text.c.exhibition_id == session.c.exhibition_id) & (session_text.c.session_id == session.c.id),
    )
    .join(room, (room.c.exhibition_id == session.c.exhibition_id) & (room.c.id == session.c.room_id))
)

_NUMBERS = (
    session.c.capacity,
    session.c.taken,
    session.c.waiting,
    session.c.waiting_limit,
    session.c.held,
    session.c.offered,
    session.c.queued,
)
_SEATS = sa.select(session.c.id, session.c.version, *_NUMBERS)

_SEATS_OF_ONE = (
    _SEATS.add_columns(session.c.starts_at, session.c.due_at)
    .where(session.c.exhibition_id == sa.bindparam("exhibition"))
    .where(session.c.id == sa.bindparam("session"))
)

_TO_DECIDE = (
    sa.select(
        session.c.exhibition_id,
        session.c.id,
        session.c.reference,
        session.c.kind,
        session.c.state,
        session.c.starts_at,
        session.c.ends_at,
        session.c.starts_wall,
        session.c.zone,
        session.c.last_in_line,
        session.c.due_at,
        *_NUMBERS,
    )
    .where(session.c.exhibition_id == sa.bindparam("exhibition"))
    .where(session.c.id.in_(sa.bindparam("ids", expanding=True)))
    .order_by(session.c.id)
    .with_for_update()
)


def list_sessions(db: Connection, exhibition_id: UUID) -> list[Session]:
    """The whole programme of an exhibition in the order of its hours."""
    asked = _DETAILS.where(session.c.exhibition_id == exhibition_id)
    return [_session(row) for row in db.execute(asked.order_by(session.c.starts_at, session.c.reference))]


def list_seats(db: Connection, exhibition_id: UUID) -> dict[UUID, tuple[int, Seats]]:
    """The version and the numbers of every session, without the texts."""
    rows = db.execute(_SEATS.where(session.c.exhibition_id == exhibition_id))
    return {row.id: (row.version, _seats(row)) for row in rows}


def find_session(db: Connection, exhibition_id: UUID, reference: str) -> Session:
    """One session of the programme; SessionNotFound."""
    asked = _DETAILS.where(session.c.exhibition_id == exhibition_id).where(session.c.reference == reference)
    row = db.execute(asked).first()
    if row is None:
        raise SessionNotFound
    return _session(row)


def lock_sessions(db: Connection, exhibition_id: UUID, ids: Sequence[UUID]) -> dict[UUID, SeatRow]:
    """Hold these sessions until the commit, in the order of their ids; unknown ones are absent."""
    rows = db.execute(_TO_DECIDE, {"exhibition": exhibition_id, "ids": list(ids)})
    return {
        row.id: SeatRow(
            row.exhibition_id,
            row.id,
            row.reference,
            SessionKind(row.kind),
            SessionState(row.state),
            row.starts_at,
            row.ends_at,
            row.starts_wall,
            row.zone,
            _seats(row),
            row.last_in_line,
            row.due_at,
        )
        for row in rows
    }


@dataclass(frozen=True, slots=True)
class SeatNumbers:
    """The numbers of one session, when it starts and when something in it is due."""

    seats: Seats
    starts_at: datetime
    due_at: datetime | None


def find_numbers(db: Connection, exhibition_id: UUID, session_id: UUID) -> SeatNumbers | None:
    """The numbers of one session now; None when there is no such session."""
    row = db.execute(_SEATS_OF_ONE, {"exhibition": exhibition_id, "session": session_id}).first()
    return SeatNumbers(_seats(row), row.starts_at, row.due_at) if row is not None else None


def list_references(db: Connection, exhibition_id: UUID) -> dict[str, UUID]:
    """Every session's id by its reference."""
    asked = sa.select(session.c.reference, session.c.id).where(session.c.exhibition_id == exhibition_id)
    return {row.reference: row.id for row in db.execute(asked)}


def find_reference(db: Connection, exhibition_id: UUID, reference: str) -> UUID:
    """The id of the session of this reference; SessionNotFound."""
    asked = sa.select(session.c.id).where(session.c.exhibition_id == exhibition_id, session.c.reference == reference)
    found: UUID | None = db.execute(asked).scalar()
    if found is None:
        raise SessionNotFound
    return found


def reference_of(db: Connection, exhibition_id: UUID, session_id: UUID) -> str:
    """The reference of a session that is there."""
    asked = sa.select(session.c.reference).where(session.c.exhibition_id == exhibition_id, session.c.id == session_id)
    found: str = db.execute(asked).scalar_one()
    return found


def list_due(db: Connection, at: datetime, most: int = 50) -> list[tuple[UUID, UUID]]:
    """Exhibition and session of what is due by the clock, longest due first."""
    asked = sa.select(session.c.exhibition_id, session.c.id).where(session.c.due_at <= at)
    return [(row.exhibition_id, row.id) for row in db.execute(asked.order_by(session.c.due_at).limit(most))]


def republish(db: Connection, exhibition_id: UUID) -> int:
    """Tell every session's present state again; returns how many."""
    everything = list_sessions(db, exhibition_id)
    publish(db, *(session_changed(one) for one in everything))
    return len(everything)


def _seats(row: Any) -> Seats:
    return Seats(row.capacity, row.taken, row.waiting, row.waiting_limit, row.held, row.offered, row.queued)


def _session(row: sa.Row[Any]) -> Session:
    return Session(
        id=row.id,
        exhibition_id=row.exhibition_id,
        version=row.version,
        reference=row.reference,
        kind=SessionKind(row.kind),
        state=SessionState(row.state),
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        starts_wall=row.starts_wall,
        ends_wall=row.ends_wall,
        zone=row.zone,
        seats=_seats(row),
        titles=row.titles,
        summaries=row.summaries,
        spoken=tuple(row.spoken),
        room_reference=row.room_reference,
        room_names=row.room_names,
    )
