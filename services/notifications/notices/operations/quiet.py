"""Quiet hours: read, set, and what waited for their end let go."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.notifications.access.models import exhibition_copy
from services.notifications.notices.domain import OwnQuietHours, QuietHours
from services.notifications.notices.models import notice, quiet_hours
from shared import clock
from shared.clock import to_wall
from shared.db import insert
from shared.problem import NotFound


def find_quiet_hours(db: Connection, exhibition_id: UUID) -> OwnQuietHours:
    """The hours of an exhibition, else the product's."""
    row = db.execute(sa.select(quiet_hours).where(quiet_hours.c.exhibition_id == exhibition_id)).first()
    return OwnQuietHours(QuietHours(row.begins, row.ends) if row else QuietHours(), is_own=row is not None)


def set_quiet_hours(db: Connection, exhibition_id: UUID, hours: QuietHours, staff_id: UUID | None) -> None:
    """Other hours from now on. What waits already goes when the new ones end, and never later than before."""
    row: dict[str, Any] = {
        "exhibition_id": exhibition_id,
        "begins": hours.begins,
        "ends": hours.ends,
        "changed_by": staff_id,
        "changed_at": clock.now(),
    }
    fresh = insert(db, quiet_hours)
    changed = {name: fresh.excluded[name] for name in row if name != "exhibition_id"}
    db.execute(fresh.on_conflict_do_update(index_elements=["exhibition_id"], set_=changed), row)
    _wait_no_longer(db, exhibition_id, hours)


def copy_quiet_hours(db: Connection, source_id: UUID, target_id: UUID) -> None:
    """The hours that another exhibition set, unless this one has its own already."""
    source = find_quiet_hours(db, source_id)
    if source.is_own and not find_quiet_hours(db, target_id).is_own:
        set_quiet_hours(db, target_id, source.hours, None)


def is_over(db: Connection, at: datetime) -> bool:
    """Whether something that waited may go now."""
    return db.execute(sa.select(notice.c.id).where(notice.c.not_before <= at).limit(1)).first() is not None


def let_go(db: Connection, at: datetime) -> int:
    """Everything whose quiet hours are over by the fair's clock is due now; returns how much."""
    over = sa.update(notice).where(notice.c.not_before <= at)
    return db.execute(over.values(not_before=None, next_at=datetime.now(UTC))).rowcount


def _wait_no_longer(db: Connection, exhibition_id: UUID, hours: QuietHours) -> None:
    zone = db.scalar(sa.select(exhibition_copy.c.zone).where(exhibition_copy.c.exhibition_id == exhibition_id))
    if zone is None:
        raise NotFound
    wall = hours.end_after(to_wall(clock.now(), zone))
    until = on_wall(wall, zone) if wall else clock.now()
    waits = sa.update(notice).where(notice.c.exhibition_id == exhibition_id, notice.c.not_before > until)
    db.execute(waits.values(not_before=until))


def on_wall(wall: datetime, zone: str) -> datetime:
    """The moment of a wall time; the first of two, and for a skipped hour the next one there is."""
    return wall.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
