"""Tells other services the counts of a day: while it runs, when it is over, and again when late scans changed it."""

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import asdict, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.ticketing.access.domain import Exhibition
from services.ticketing.admissions.domain import CountKey
from services.ticketing.admissions.operations import list_gates
from services.ticketing.admissions.operations.settling import read_counts
from services.ticketing.counts.domain import Attendance, attend, capacity_of
from services.ticketing.counts.domain.homes import is_national
from services.ticketing.counts.messages import AttendanceCounted
from services.ticketing.counts.models import attendance_told, attendance_watch
from services.ticketing.counts.operations.thresholds import next_version, passed_on
from services.ticketing.reports.domain import Sitting, totals
from services.ticketing.reports.operations import sittings_of
from shared import clock
from shared.db import insert
from shared.outbox import Outgoing, publish

EVERY = timedelta(minutes=15)
# Scans may come so many days later (admissions.schemas.BEHIND); days before are what they are.
LATE = timedelta(days=31)


def is_due(db: Connection, exhibition_id: UUID, at: datetime) -> bool:
    """Whether a quarter of an hour has begun since this was last looked at; also after a clock was set back."""
    asked = sa.select(attendance_watch.c.due_at).where(attendance_watch.c.exhibition_id == exhibition_id)
    due_at = db.execute(asked).scalar()
    return due_at is None or not at < due_at <= at + EVERY


def tell_counts(db: Connection, where: Exhibition, at: datetime) -> int:
    """Publish every day whose numbers are other than last told, and each day once when it is over; how many."""
    _rest(db, where.id, at)
    own = attendance_told.c
    rows = db.execute(sa.select(attendance_told).where(own.exhibition_id == where.id))
    told = {row.day: (row.mark, row.is_closed) for row in rows}
    number = 0
    for body in _bodies(db, where, at):
        mark = _mark(body)
        if told.get(body.day) == (mark, body.is_closed):
            continue
        _note(db, where.id, body.day, mark, is_closed=body.is_closed)
        version = next_version(db, where.id, attendance_watch.c.counted_version)
        publish(db, Outgoing(where.id, where.id, version, body))
        number += 1
    return number


def tell_again(db: Connection, exhibition_id: UUID) -> int:
    """Have every day told anew at the next look; how many."""
    known = db.execute(sa.delete(attendance_told).where(attendance_told.c.exhibition_id == exhibition_id)).rowcount
    soon = sa.update(attendance_watch).where(attendance_watch.c.exhibition_id == exhibition_id)
    db.execute(soon.values(due_at=clock.now()))
    return int(known)


def _bodies(db: Connection, where: Exhibition, at: datetime) -> Iterator[AttendanceCounted]:
    today = clock.day_in(at, where.zone)
    gates = list_gates(db, where.id)
    names, halls = [one.reference for one in gates], sorted({one.hall for one in gates} - {""})
    counts: defaultdict[str, Counter[CountKey]] = defaultdict(Counter)
    for key, value in read_counts(db, where.id).items():
        counts[key.day][key] = value
    sittings: defaultdict[date, list[Sitting]] = defaultdict(list)
    for one in sittings_of(db, where, at):
        sittings[one.starts_wall.date()].append(one)
    for day in _days(where, today):
        seen = attend(counts[day.isoformat()] + counts[""], day.isoformat(), names, halls)
        yield replace(
            _counted(where, seen, sittings[day]),
            counted_at=at.isoformat(),
            is_closed=day < today,
            thresholds=passed_on(db, where, day),
        )


def _days(where: Exhibition, today: date) -> Iterator[date]:
    """Local days of the exhibition so far that scans may still change."""
    first, last = max(where.first_day, today - LATE), min(where.last_day, today)
    for n in range((last - first).days + 1):
        yield first + timedelta(days=n)


def _counted(where: Exhibition, seen: Attendance, sittings: list[Sitting]) -> AttendanceCounted:
    sizes = {str(hall["reference"]): int(hall.get("capacity") or 0) for hall in where.halls}
    known = [(code, n) for code, n in seen.residences if code]
    national = sum(n for code, n in known if is_national(code))
    booked, came, no_shows, walked_in, minutes = totals(sittings)
    return AttendanceCounted(
        day=seen.day,
        counted_at="",
        is_closed=False,
        visits=seen.visits,
        visitors=seen.visitors,
        inside=seen.inside,
        capacity=capacity_of(where.halls),
        national=national,
        foreign=sum(n for _code, n in known) - national,
        not_visitors=dict(seen.not_visitors),
        gates=[asdict(one) | {"inside": one.inside} for one in seen.gates],
        halls=[{"hall": one.hall, "inside": one.inside, "capacity": sizes.get(one.hall, 0)} for one in seen.halls],
        tally={"in": seen.heads_in, "out": seen.heads_out},
        sessions={
            "sessions": len(sittings),
            "over": sum(one.is_over for one in sittings),
            "booked": booked,
            "came": came,
            "no_shows": no_shows,
            "walked_in": walked_in,
            "minutes": minutes,
        },
        thresholds=[],
    )


def _mark(body: AttendanceCounted) -> str:
    """A fingerprint of a day's own numbers; visitors of the whole exhibition go on after it."""
    said: dict[str, Any] = asdict(replace(body, counted_at="", is_closed=False))
    if body.is_closed:
        del said["visitors"]
    return hashlib.blake2b(json.dumps(said, sort_keys=True).encode(), digest_size=10).hexdigest()


def _note(db: Connection, exhibition_id: UUID, day: str, mark: str, *, is_closed: bool) -> None:
    row = {"exhibition_id": exhibition_id, "day": day, "mark": mark, "is_closed": is_closed}
    fresh = insert(db, attendance_told).values(row)
    changed = {"mark": fresh.excluded.mark, "is_closed": fresh.excluded.is_closed}
    db.execute(fresh.on_conflict_do_update(index_elements=["exhibition_id", "day"], set_=changed))


def _rest(db: Connection, exhibition_id: UUID, at: datetime) -> None:
    """Until the next quarter of an hour."""
    next_at = at.replace(minute=at.minute // 15 * 15, second=0, microsecond=0) + EVERY
    row = {"exhibition_id": exhibition_id, "due_at": next_at, "counted_version": 0, "passed_version": 0}
    fresh = insert(db, attendance_watch).values(row)
    db.execute(fresh.on_conflict_do_update(index_elements=["exhibition_id"], set_={"due_at": fresh.excluded.due_at}))
