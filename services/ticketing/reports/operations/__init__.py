"""Gathers what reports say: counters, sessions' attendance, every scan with what became of it."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import chain, groupby
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.ticketing.access.domain import Exhibition, SigningKey
from services.ticketing.admissions.domain import (
    BadgeKind,
    Direction,
    Passage,
    Reason,
    Verdict,
    Word,
    live_day,
    within_days,
)
from services.ticketing.admissions.domain.codes import Reading, Typed, Unread, read_code
from services.ticketing.admissions.models import badge, scan
from services.ticketing.bookings.models import booking, session_attendance
from services.ticketing.programme.models import session, session_text
from services.ticketing.reports.domain import Sitting
from shared import clock

AT_A_TIME = 500
Keys = Mapping[int, SigningKey]


@dataclass(frozen=True, slots=True)
class Judged:
    """One scan as it was read, and what all scans together make of it; `holder` None where no badge was named."""

    id: UUID
    gate: str
    hall: str
    gate_day: date
    direction: str
    scanned_at: datetime
    received_at: datetime
    scanned_by: UUID | None
    told: str | None
    kind: str | None
    override: str | None
    by_name: str | None
    holder: UUID | None
    reference: str | None
    residence: str
    is_void: bool
    verdict: Verdict


def every_scan(db: Connection, where: Exhibition, keys: Keys) -> Iterator[list[Judged]]:
    """Every scan with its verdict, a local day at a time, in the order of their times."""
    own, same = scan.c, (badge.c.exhibition_id == scan.c.exhibition_id) & (badge.c.id == scan.c.badge_id)
    more = [badge.c[name] for name in ("person_id", "state", "state_at", "residence", "reference")]
    asked = (
        sa.select(scan, *more)
        .select_from(scan.outerjoin(badge, same))
        .where(own.exhibition_id == where.id)
        .order_by(own.gate_day, own.scanned_at, own.id)
    )
    found: sa.CursorResult[Any] = db.execute(asked, execution_options={"yield_per": AT_A_TIME})
    rows = chain.from_iterable(found.partitions())
    for _day, some in groupby(rows, key=lambda row: row.gate_day):
        yield _judge(list(some), where, keys)


def _judge(rows: list[sa.Row[Any]], where: Exhibition, keys: Keys) -> list[Judged]:
    """The scans of one day, each with what the whole day makes of it."""
    days: defaultdict[UUID, list[Passage]] = defaultdict(list)
    for row in rows:
        if row.badge_id is not None:
            days[_holder(row)].append(_passage(row, where.zone))
    verdicts = {one: verdict for day in days.values() for one, verdict in live_day(day).verdicts.items()}
    return [
        Judged(
            **{name: getattr(row, name) for name in _SAME},
            holder=_holder(row) if row.badge_id is not None else None,
            residence=row.residence or "",
            is_void=_is_void(row) and row.override is None,
            verdict=verdicts[row.id] if row.badge_id is not None else _why_not(row, where, keys),
        )
        for row in rows
    ]


_SAME = (
    *("id", "gate", "hall", "gate_day", "direction", "scanned_at", "received_at", "scanned_by", "told"),
    *("kind", "reference", "override", "by_name"),
)


def _holder(row: sa.Row[Any]) -> UUID:
    holder: UUID = row.person_id if row.person_id is not None else row.badge_id
    return holder


def _is_void(row: sa.Row[Any]) -> bool:
    return row.state is not None and row.state != "valid" and bool(row.scanned_at >= row.state_at)


def _passage(row: sa.Row[Any], zone: str) -> Passage:
    return Passage(
        scan_id=row.id,
        badge_id=row.badge_id,
        kind=BadgeKind(row.kind),
        gate=row.gate,
        direction=Direction(row.direction),
        scanned_at=row.scanned_at,
        wall=clock.to_wall(row.scanned_at, zone),
        is_void=_is_void(row),
        is_override=row.override is not None,
        residence=row.residence or "",
        hall=row.hall,
    )


def _why_not(row: sa.Row[Any], where: Exhibition, keys: Keys) -> Verdict:
    """Why a code named no badge that may pass; what was typed is not looked up again."""
    read = read_code(row.code, keys=keys, number=where.number, at=row.received_at)
    if isinstance(read, Reading):
        outside = within_days(read.first_day, read.last_day, row.gate_day)
        return outside or Verdict(Word.REFUSED, Reason.UNREADABLE)
    if isinstance(read, Unread):
        return Verdict(Word.REFUSED, read.reason)
    assert isinstance(read, Typed)  # noqa: S101 - the three ways a code can be read
    return Verdict(Word.REFUSED, Reason.UNKNOWN_BADGE)


def sittings_of(db: Connection, where: Exhibition, at: datetime, day: date | None = None) -> list[Sitting]:
    """Attendance of every session that took place or will, of one local day or of all, in the order of hours."""
    own, same = session.c, session_text.c
    told = (same.exhibition_id == own.exhibition_id) & (same.session_id == own.id)
    asked = sa.select(session, same.titles).join_from(session, session_text, told)
    rows = db.execute(asked.where(own.exhibition_id == where.id, own.state == "open").order_by(own.starts_at, own.id))
    wanted = [row for row in rows if day is None or row.starts_wall.date() == day]
    seats, came = _seats(db, where.id), _came(db, where.id)
    found = []
    for row in wanted:
        here = came.get(row.id, [])
        some = {
            "booked": seats[row.id],
            "came": sum(one.party_size for one in here),
            "walked_in": sum(one.party_size for one in here if one.way != "booked"),
            "minutes": sum(one.party_size * _minutes(one.arrived_at, row) for one in here),
        }
        found.append(Sitting(row.reference, row.titles, row.starts_wall, row.ends_at <= at, **some))
    return found


def _minutes(arrived_at: datetime, row: sa.Row[Any]) -> int:
    return max(0, int((row.ends_at - max(arrived_at, row.starts_at)).total_seconds() // 60))


def _seats(db: Connection, exhibition_id: UUID) -> Counter[UUID]:
    """Seats booked by session: confirmed, and those given to the door because nobody came."""
    own = booking.c
    asked = sa.select(own.session_id, sa.func.sum(own.party_size).label("seats")).where(
        own.exhibition_id == exhibition_id, own.state.in_(["confirmed", "released"]), own.kind != "door"
    )
    return Counter({row.session_id: int(row.seats) for row in db.execute(asked.group_by(own.session_id))})


def _came(db: Connection, exhibition_id: UUID) -> dict[UUID, list[Any]]:
    own = session_attendance.c
    asked = sa.select(own.session_id, own.party_size, own.way, own.arrived_at)
    found: defaultdict[UUID, list[Any]] = defaultdict(list)
    for row in db.execute(asked.where(own.exhibition_id == exhibition_id)):
        found[row.session_id].append(row)
    return found
