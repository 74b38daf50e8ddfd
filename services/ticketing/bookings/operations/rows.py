"""Bookings as rows: reading them, writing them, and everybody's place in line."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.ticketing.bookings.domain import Booking, BookingKind, BookingState, weight
from services.ticketing.bookings.models import ENDS, WAITS, booking
from services.ticketing.bookings.models import LIVE as IS_LIVE
from shared.db import insert_all as insert_rows

_SAME = ("id", "exhibition_id", "version", "reference", "session_id", "person_id", "party_size", "line_number")
_MORE = ("was_waitlisted", "booked_at", "ends_at", "is_extended", "is_first_come", "arrived_at", "cancelled_by", "day")
_UPDATE = (
    sa.update(booking)
    .where(booking.c.exhibition_id == sa.bindparam("of_exhibition"))
    .where(booking.c.id == sa.bindparam("of_booking"))
    .where(booking.c.version == sa.bindparam("before"))
)
_ENDED = (
    sa.select(booking)
    .where(booking.c.exhibition_id == sa.bindparam("exhibition"))
    .where(booking.c.session_id == sa.bindparam("session"))
    .where(ENDS)
    .where(booking.c.ends_at <= sa.bindparam("at"))
    .order_by(booking.c.ends_at, booking.c.id)
)
_SOONEST = (
    sa.select(sa.func.min(booking.c.ends_at))
    .where(booking.c.exhibition_id == sa.bindparam("exhibition"))
    .where(booking.c.session_id == sa.bindparam("session"))
    .where(ENDS)
)


def insert_all(db: Connection, made: Sequence[Booking]) -> None:
    """Write new bookings, in one statement."""
    insert_rows(db, booking, [_row(one) for one in made])


def store_change(db: Connection, changed: Booking) -> None:
    """Write a booking's new state over the version before it; its session is locked by this transaction."""
    where = {"of_exhibition": changed.exhibition_id, "of_booking": changed.id, "before": changed.version - 1}
    done = db.execute(_UPDATE, _row(changed) | where)
    assert done.rowcount == 1  # noqa: S101 - its session is locked, so nobody else can have changed it


def of_person(exhibition_id: UUID, person_id: UUID) -> sa.Select[Any]:
    """The bookings of one person."""
    return sa.select(booking).where(booking.c.exhibition_id == exhibition_id).where(booking.c.person_id == person_id)


def of_session(exhibition_id: UUID, session_id: UUID, states: Iterable[BookingState]) -> sa.Select[Any]:
    """The live bookings of one session in these states, in the order of the line, then of booking."""
    chosen = [state.value for state in states]
    asked = (
        sa.select(booking)
        .where(booking.c.exhibition_id == exhibition_id)
        .where(booking.c.session_id == session_id)
        .where(IS_LIVE if "confirmed" in chosen or "held" in chosen else WAITS)
        .where(booking.c.state.in_(chosen))
    )
    return asked.order_by(booking.c.line_number, booking.c.booked_at, booking.c.id)


def list_ended(db: Connection, exhibition_id: UUID, session_id: UUID, at: datetime) -> list[Booking]:
    """Holds and offers of a session that are over by the clock and not yet noted."""
    return select(db, _ENDED, {"exhibition": exhibition_id, "session": session_id, "at": at})


def soonest_end(db: Connection, exhibition_id: UUID, session_id: UUID) -> datetime | None:
    """When the next hold or offer of a session ends."""
    found: datetime | None = db.execute(_SOONEST, {"exhibition": exhibition_id, "session": session_id}).scalar()
    return found


def select(db: Connection, asked: sa.Select[Any], values: dict[str, Any] | None = None) -> list[Booking]:
    """The bookings a statement finds."""
    return [
        Booking(
            **{name: getattr(row, name) for name in (*_SAME, *_MORE)},
            state=BookingState(row.state),
            kind=BookingKind(row.kind),
        )
        for row in db.execute(asked, values or {})
    ]


def with_place(db: Connection, one: Booking) -> Booking:
    """The booking with the number of its party in the line, or in the queue at the door."""
    if not weight(one).waiting and not weight(one).queued:
        return one
    waits = booking.c.state == "waitlisted"
    waits |= (booking.c.state == "offered") & booking.c.is_first_come
    is_queued = one.state is BookingState.QUEUED
    before = (
        sa.select(sa.func.count())
        .select_from(booking)
        .where(booking.c.exhibition_id == one.exhibition_id)
        .where(booking.c.session_id == one.session_id)
        .where(WAITS)
        .where(booking.c.state == "queued" if is_queued else waits)
        .where(booking.c.line_number <= one.line_number)
    )
    return replace(one, place_in_line=db.execute(before).scalar_one())


def places(bookings: Iterable[Booking]) -> dict[UUID, int]:
    """Everybody's place in their line, from a whole exhibition's bookings."""
    lines: defaultdict[tuple[UUID, bool], list[tuple[int, UUID]]] = defaultdict(list)
    for one in bookings:
        held = weight(one)
        if one.line_number is not None and (held.waiting or held.queued):
            lines[one.session_id, bool(held.queued)].append((one.line_number, one.id))
    return {who: place for line in lines.values() for place, (_, who) in enumerate(sorted(line), start=1)}


def _row(one: Booking) -> dict[str, Any]:
    row = {name: getattr(one, name) for name in (*_SAME, *_MORE)}
    return row | {"state": one.state.value, "kind": one.kind.value}
