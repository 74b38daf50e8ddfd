"""Finds whose badge, booking or ticket was shown at a session's door; who gets in, bookings decide."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.ticketing.access.domain import Exhibition, SigningKey
from services.ticketing.admissions.domain import Reason
from services.ticketing.admissions.domain.codes import Reading, Typed, Unread, read_code
from services.ticketing.admissions.models import badge
from services.ticketing.bookings.models import booking, group_seat
from services.ticketing.bookings.operations.door import Coming, Entry, come_in
from services.ticketing.doors.domain import badge_refusal
from shared import clock
from shared.ids import new_id


@dataclass(frozen=True, slots=True)
class Holder:
    """Who stands there; `booking_id` where a ticket named it."""

    person_id: UUID
    booking_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Shown:
    """What was shown at a session's door: a code as it was read, or only the `name` of somebody without a badge."""

    where: Exhibition
    session_id: UUID
    read: Reading | Typed | Unread | None
    at: datetime
    party_size: int
    name: str | None
    let_in_by: UUID | None
    read_at: datetime


def show(
    where: Exhibition, session_id: UUID, said: dict[str, Any], keys: Mapping[int, SigningKey], *, let_in_by: UUID | None
) -> Shown:
    """Read what was shown; the signature is checked here, before any transaction."""
    at, code, name = clock.now(), said["code"].strip(), said["name"].strip()
    read = read_code(code, keys=keys, number=where.number, at=at) if code else None
    read_at = min(said["scanned_at"] or at, at)
    return Shown(where, session_id, read, at, said["party_size"], name if not code else None, let_in_by, read_at)


def enter(db: Connection, shown: Shown) -> Entry | Reason:
    """Let the holder of what was shown in, or queue them; or why not."""
    holder = holder_of(db, shown) if shown.read else Holder(new_id())
    if isinstance(holder, Reason):
        return holder
    who = (holder.person_id, shown.at, shown.party_size, holder.booking_id, shown.name, shown.let_in_by)
    return come_in(db, Coming(shown.where.id, shown.session_id, *who, shown.read_at))


def holder_of(db: Connection, said: Shown) -> Holder | Reason:
    """The person whose badge, booking or ticket was shown, or why it counts for nothing."""
    where, shown = said.where, said.read
    if shown is None or isinstance(shown, Unread):
        return shown.reason if shown else Reason.UNREADABLE
    own, today = badge.c, clock.day_in(said.read_at, where.zone)
    names_it = own.reference == shown.reference if isinstance(shown, Typed) else own.id == shown.badge_id
    row = db.execute(sa.select(badge).where(own.exhibition_id == where.id).where(names_it)).first()
    if row is not None:
        refusal = badge_refusal(row.state, row.first_day, row.last_day, today)
        return refusal or Holder(row.person_id)
    if isinstance(shown, Typed):
        return _ticket(db, where.id, said.session_id, shown.reference) or Reason.UNKNOWN_BADGE
    # an authentic badge whose message has not come yet: its holder goes by the badge
    return badge_refusal("valid", shown.first_day, shown.last_day, today) or Holder(shown.badge_id)


def _ticket(db: Connection, exhibition_id: UUID, session_id: UUID, reference: str) -> Holder | None:
    """A booking of this session by its reference, or one seat of a group's."""
    own, seat = booking.c, group_seat.c
    booked = sa.select(own.person_id, own.id).where(
        own.exhibition_id == exhibition_id, own.session_id == session_id, own.reference == reference
    )
    seated = (
        sa.select(seat.person_id, own.id)
        .join_from(group_seat, booking, (own.exhibition_id == seat.exhibition_id) & (own.id == seat.booking_id))
        .where(seat.exhibition_id == exhibition_id, own.session_id == session_id, seat.reference == reference)
    )
    found = db.execute(booked).first() or db.execute(seated).first()
    return Holder(found[0], found[1]) if found else None
