"""Lists with names: who is expected at a session's door, and everybody registered. Each one is in the log."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.registration.desk.models import booking_copy, session_copy
from services.registration.staff.domain import Act
from services.registration.staff.operations.audit import By, note
from services.registration.visitors.domain.badge_code import show_reference
from services.registration.visitors.domain.names import fold
from services.registration.visitors.models import badge, person, visitor
from shared.problem import NotFound

CONFIRMED = "confirmed"
AT_A_TIME = 500


@dataclass(frozen=True)
class Listed:
    """A session as the desk knows it: groups and heads that are booked."""

    id: UUID
    reference: str
    titles: dict[str, str]
    room_names: dict[str, str]
    starts: datetime
    ends: datetime
    groups: int
    heads: int


@dataclass(frozen=True)
class Line:
    """One group at the door: who speaks for it, how many come, how to find it again."""

    name: str
    heads: int
    booking: str
    badge: str


@dataclass(frozen=True)
class DoorList:
    """A session with everybody expected, by name."""

    session: Listed
    lines: tuple[Line, ...]


def list_sessions(db: Connection, exhibition_id: UUID) -> list[Listed]:
    """Every session that takes place, in the order of the days."""
    own, told = session_copy.c, booking_copy.c
    columns = (own.id, own.reference, own.titles, own.room_names, own.starts_wall, own.ends_wall)
    booked = (
        sa.select(told.session_id, sa.func.count().label("groups"), sa.func.sum(told.party_size).label("heads"))
        .where(told.exhibition_id == exhibition_id, told.state == CONFIRMED)
        .group_by(told.session_id)
        .subquery()
    )
    rows = db.execute(
        sa.select(*columns, booked.c.groups, booked.c.heads)
        .join(booked, booked.c.session_id == own.id, isouter=True)
        .where(own.exhibition_id == exhibition_id, own.state != "cancelled")
        .order_by(own.starts_wall, own.reference)
    )
    return [Listed(*row[:6], row.groups or 0, int(row.heads or 0)) for row in rows]


def door_lists(db: Connection, by: By, reference: str, *, whole_hall: bool) -> list[DoorList]:
    """Who is expected at a session; or at every session of its hall on that day. NotFound."""
    every = list_sessions(db, by.exhibition_id)
    chosen = next((one for one in every if one.reference == reference), None)
    if chosen is None:
        raise NotFound
    wanted = [chosen] if not whole_hall else [one for one in every if _place_of(one) == _place_of(chosen)]
    found = [DoorList(one, _lines(db, by.exhibition_id, one.id)) for one in wanted]
    note(db, by, Act.LIST_MADE, reference, names=sum(len(one.lines) for one in found), whole_hall=whole_hall)
    return found


def _place_of(session: Listed) -> tuple[Any, ...]:
    return session.starts.date(), sorted(session.room_names.items())


def _lines(db: Connection, exhibition_id: UUID, session_id: UUID) -> tuple[Line, ...]:
    told = booking_copy.c
    who = sa.and_(person.c.exhibition_id == told.exhibition_id, person.c.id == told.person_id)
    worn = sa.and_(
        badge.c.exhibition_id == told.exhibition_id, badge.c.person_id == told.person_id, badge.c.state == "valid"
    )
    rows = db.execute(
        sa.select(person.c.name, told.party_size, told.reference, badge.c.reference.label("badge"))
        .select_from(booking_copy.join(person, who).join(badge, worn, isouter=True))
        .where(told.exhibition_id == exhibition_id, told.session_id == session_id, told.state == CONFIRMED)
    )
    lines = [Line(row.name, row.party_size, row.reference, show_reference(row.badge or "")) for row in rows]
    return tuple(sorted(lines, key=lambda line: (fold(line.name), line.booking)))


def note_export(db: Connection, by: By, *, with_contacts: bool) -> None:
    """Put in the log that somebody takes the list of all visitors along."""
    note(db, by, Act.VISITORS_EXPORTED, "", contacts=with_contacts)


def every_visitor(db: Connection, exhibition_id: UUID) -> Iterator[Sequence[sa.Row[Any]]]:
    """Everybody registered with their valid badge, in the order they came, some at a time."""
    worn = sa.and_(
        badge.c.exhibition_id == person.c.exhibition_id, badge.c.person_id == person.c.id, badge.c.state == "valid"
    )
    own = [person.c[name] for name in ("name", "country", "region", "language", "phone", "email")]
    statement = (
        sa.select(*own, visitor.c.registered_at, badge.c.reference, badge.c.kind)
        .select_from(person.join(visitor).join(badge, worn, isouter=True))
        .where(person.c.exhibition_id == exhibition_id)
        .order_by(visitor.c.registered_at, person.c.id)
    )
    found: sa.CursorResult[Any] = db.execute(statement, execution_options={"yield_per": AT_A_TIME})
    yield from found.partitions()
