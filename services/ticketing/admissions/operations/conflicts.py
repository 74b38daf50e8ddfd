"""What devices said yes to and the counts did not: two phones without a network that let in the same badge."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.ticketing.admissions.domain import Verdict, Word, live_day
from services.ticketing.admissions.models import badge, scan
from services.ticketing.admissions.operations.settling import HolderDayKey, passages_of
from shared import clock


@dataclass(frozen=True, slots=True)
class Conflict:
    """A scan whose device let somebody in whom the scans together refuse; `wall` is the fair's time."""

    scan_id: UUID
    gate: str
    wall: datetime
    scanned_by: UUID | None
    verdict: Verdict


def list_conflicts(db: Connection, exhibition_id: UUID, *, zone: str) -> list[Conflict]:
    """Every one of them, the newest first; each time asked from the scans themselves."""
    days = _suspected(db, exhibition_id)
    if not days:
        return []
    verdicts = {
        scan_id: verdict
        for passages in passages_of(db, exhibition_id, days, zone).values()
        for scan_id, verdict in live_day(passages).verdicts.items()
        if verdict.word is Word.REFUSED
    }
    told = sa.select(scan).where(scan.c.exhibition_id == exhibition_id, scan.c.told == Word.ADMITTED.value)
    rows = [row for row in db.execute(told.order_by(scan.c.scanned_at.desc(), scan.c.id)) if row.id in verdicts]
    return [
        Conflict(row.id, row.gate, clock.to_wall(row.scanned_at, zone), row.scanned_by, verdicts[row.id])
        for row in rows
    ]


@dataclass(frozen=True, slots=True)
class Override:
    """Why somebody came in whom the code alone would not have let in; `wall` is the fair's time."""

    gate: str
    wall: datetime
    reason: str


def list_overrides(db: Connection, exhibition_id: UUID, *, zone: str) -> list[Override]:
    """Whom supervisors let in all the same, the newest first, the last 500."""
    return _told(db, exhibition_id, scan.c.override, zone)


def list_by_name(db: Connection, exhibition_id: UUID, *, zone: str) -> list[Override]:
    """Whom the desk let in by their name, the newest first, the last 500."""
    return _told(db, exhibition_id, scan.c.by_name, zone)


def _told(db: Connection, exhibition_id: UUID, why: sa.Column[str | None], zone: str) -> list[Override]:
    own = scan.c
    asked = sa.select(own.gate, own.scanned_at, why.label("why"))
    # written out: a bound value would keep the partial index from being used
    asked = asked.where(own.exhibition_id == exhibition_id, sa.text(f"{why.name} IS NOT NULL"))
    rows = db.execute(asked.order_by(own.scanned_at.desc(), own.id).limit(500))
    return [Override(row.gate, clock.to_wall(row.scanned_at, zone), row.why) for row in rows]


def _suspected(db: Connection, exhibition_id: UUID) -> list[HolderDayKey]:
    """Days of holders that a device let in alone, and who were read more than once or whose badge had ended."""
    same = sa.and_(badge.c.exhibition_id == scan.c.exhibition_id, badge.c.id == scan.c.badge_id)
    holder = sa.func.coalesce(badge.c.person_id, scan.c.badge_id).label("holder")
    let_in = sa.func.max(sa.case((scan.c.told == Word.ADMITTED.value, 1), else_=0))
    ended = sa.func.max(sa.case((badge.c.state != "valid", 1), else_=0))
    asked = (
        sa.select(holder, scan.c.gate_day)
        .select_from(scan.outerjoin(badge, same))
        .where(scan.c.exhibition_id == exhibition_id, scan.c.badge_id.is_not(None))
        .group_by(holder, scan.c.gate_day)
        .having(let_in == 1, sa.or_(sa.func.count() > 1, ended == 1))
    )
    return [(row.holder, row.gate_day) for row in db.execute(asked)]
