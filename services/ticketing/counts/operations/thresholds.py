"""Keeps which counts the organiser wants to hear of, and says so once when one is reached."""

from dataclasses import asdict
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.ticketing.access.domain import Exhibition
from services.ticketing.counts.domain import capacity_of
from services.ticketing.counts.domain.thresholds import DEFAULT, Bar, Standing, Thresholds, standings
from services.ticketing.counts.messages import AttendanceThresholdPassed
from services.ticketing.counts.models import attendance_threshold, attendance_watch, threshold_passing
from services.ticketing.counts.operations import attendance
from shared import clock
from shared.db import insert
from shared.outbox import Outgoing, publish
from shared.problem import ChangedMeanwhile


def read_thresholds(db: Connection, exhibition_id: UUID) -> tuple[Thresholds, int]:
    """What the organiser chose, and its version; 90 and 100 of 100 places in version 0 where nobody chose."""
    own = attendance_threshold.c
    row = db.execute(sa.select(attendance_threshold).where(own.exhibition_id == exhibition_id)).first()
    if row is None:
        return DEFAULT, 0
    return Thresholds(**{name: tuple(numbers) for name, numbers in row.thresholds.items()}), row.version


def choose_thresholds(db: Connection, exhibition_id: UUID, chosen: Thresholds, *, seen: int | None) -> None:
    """Hear of these from now on; ChangedMeanwhile when they are newer than the version `seen`."""
    said = {name: list(numbers) for name, numbers in asdict(chosen).items()}
    own = attendance_threshold.c
    fresh = insert(db, attendance_threshold).values(exhibition_id=exhibition_id, version=1, thresholds=said)
    kept = fresh.on_conflict_do_update(
        index_elements=["exhibition_id"],
        set_={"thresholds": fresh.excluded.thresholds, "version": own.version + 1},
        where=own.version == seen if seen is not None else None,
    )
    version = db.execute(kept.returning(own.version)).scalar()
    if version is None or (seen is not None and version != seen + 1):
        raise ChangedMeanwhile


def find_passing(db: Connection, where: Exhibition, at: datetime) -> list[tuple[Standing, bool]]:
    """Counts of today that came to stand above a threshold, or fell clearly below one; True for above."""
    wanted, _version = read_thresholds(db, where.id)
    counts = attendance(db, where.id, clock.day_in(at, where.zone))
    sizes = {str(hall["reference"]): int(hall.get("capacity") or 0) for hall in where.halls}
    capacities = {"": capacity_of(where.halls)} | {one.hall: sizes.get(one.hall, 0) for one in counts.halls}
    were = _stand(db, where.id, counts.day)
    told = []
    for one in standings(counts, capacities, wanted):
        was_above = were.get(one.bar, False)
        if one.is_above(was_above=was_above) != was_above:
            told.append((one, not was_above))
    return told


def tell_passing(db: Connection, where: Exhibition, at: datetime) -> int:
    """Note what stands above a threshold now, and publish what came to; how many changed."""
    next_version(db, where.id, attendance_watch.c.passed_version, 0)  # held until the commit: one tells at a time
    told = find_passing(db, where, at)
    passed = [one for one, is_above in told if is_above]
    version = next_version(db, where.id, attendance_watch.c.passed_version, len(passed))
    for one, is_above in told:
        _note(db, where.id, one, at if is_above else None)
    day = clock.day_in(at, where.zone).isoformat()
    bodies = [_body(one, day, at) for one in passed]
    publish(db, *(Outgoing(where.id, where.id, version - n, body) for n, body in enumerate(bodies)))
    return len(told)


def next_version(db: Connection, exhibition_id: UUID, column: sa.Column[int], steps: int = 1) -> int:
    """The version that one of the two messages about attendance has reached after so many steps."""
    first = {"counted_version": 0, "passed_version": 0} | {column.name: steps}
    row = {"exhibition_id": exhibition_id, "due_at": clock.now(), **first}
    fresh = insert(db, attendance_watch).values(row)
    more = fresh.on_conflict_do_update(index_elements=["exhibition_id"], set_={column.name: column + steps})
    return int(db.execute(more.returning(column)).scalar_one())


def passed_on(db: Connection, where: Exhibition, day: date) -> list[dict[str, Any]]:
    """What was passed on a local day, the earliest first, as its message told it."""
    own = threshold_passing.c
    asked = sa.select(threshold_passing).where(own.exhibition_id == where.id, own.day.in_([day.isoformat(), ""]))
    rows = db.execute(asked.order_by(own.passed_at, own.measure, own.place, own.threshold))
    names = ("measure", "place", "threshold", "value", "percent")
    return [
        {name: getattr(row, name) for name in names} | {"at": row.passed_at.isoformat()}
        for row in rows
        if clock.day_in(row.passed_at, where.zone) == day
    ]


def _stand(db: Connection, exhibition_id: UUID, day: str) -> dict[Bar, bool]:
    own = threshold_passing.c
    rows = db.execute(sa.select(threshold_passing).where(own.exhibition_id == exhibition_id, own.day.in_([day, ""])))
    return {Bar(row.day, row.measure, row.place, row.threshold): row.is_above for row in rows}


def _note(db: Connection, exhibition_id: UUID, one: Standing, passed_at: datetime | None) -> None:
    """Above since `passed_at`; None: below again, and what was told stays as it was told."""
    told = {"value": one.value, "percent": one.percent, "passed_at": passed_at or clock.now()}
    row = {"exhibition_id": exhibition_id, **one.bar._asdict(), "is_above": passed_at is not None, **told}
    fresh = insert(db, threshold_passing).values(row)
    changed = {"is_above": fresh.excluded.is_above} | (told if passed_at else {})
    key = ["exhibition_id", *Bar._fields]
    db.execute(fresh.on_conflict_do_update(index_elements=key, set_=changed))


def _body(one: Standing, day: str, at: datetime) -> AttendanceThresholdPassed:
    return AttendanceThresholdPassed(
        day=day,
        at=at.isoformat(),
        measure=str(one.bar.measure),
        place=one.bar.place,
        threshold=one.bar.threshold,
        value=one.value,
        percent=one.percent,
        capacity=one.capacity or None,
    )
