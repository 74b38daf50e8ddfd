"""Asking for a digest, keeping the counts it tells, sending it."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.notifications.access.domain import EVERYWHERE
from services.notifications.access.operations import find_staff
from services.notifications.digests.domain import OF_USE, READERS, Wish, day_told, next_after, occasion_id
from services.notifications.digests.models import attendance_copy, digest
from services.notifications.notices.domain import Contact
from services.notifications.notices.operations import telling
from services.notifications.notices.operations.quiet import on_wall
from services.notifications.notices.operations.words import About, words_of_day
from services.notifications.templates.domain import Kind
from shared import clock
from shared.db import insert, put_newer
from shared.outbox import Received


def keep_counts(db: Connection, message: Received) -> None:
    """Keep the counts of a day in the newest version."""
    row = {
        "exhibition_id": message.exhibition_id,
        "day": date.fromisoformat(message.body["day"]),
        "counts": message.body,
        "version": message.subject_version,
    }
    put_newer(db, attendance_copy, row, key=("exhibition_id", "day"))


def ask(db: Connection, exhibition: Any, staff_id: UUID, wish: Wish) -> None:
    """From now on at this hour; `exhibition` is a row of `exhibition_copy`."""
    fresh = vars(wish) | {"next_at": _next(exhibition, wish.hour)}
    row = {"exhibition_id": exhibition.exhibition_id, "staff_id": staff_id} | fresh
    new = insert(db, digest)
    changed = {name: new.excluded[name] for name in fresh}
    db.execute(new.on_conflict_do_update(index_elements=["exhibition_id", "staff_id"], set_=changed), row)


def give_up(db: Connection, exhibition_id: UUID, staff_id: UUID) -> bool:
    """No digest any more; False for who had none."""
    return db.execute(sa.delete(digest).where(*_its(exhibition_id, staff_id))).rowcount > 0


def find_digest(db: Connection, exhibition_id: UUID, staff_id: UUID) -> sa.Row[Any] | None:
    """What somebody asked for."""
    return db.execute(sa.select(digest).where(*_its(exhibition_id, staff_id))).first()


def give_up_where_no_reader(db: Connection, staff_id: UUID, roles: Mapping[str, Sequence[str]]) -> None:
    """Whoever may not see the counts of an exhibition any more gets them no more."""
    if READERS & set(roles.get(EVERYWHERE, ())):
        return
    still = [UUID(where) for where, held in roles.items() if where != EVERYWHERE and READERS & set(held)]
    db.execute(sa.delete(digest).where(digest.c.staff_id == staff_id, digest.c.exhibition_id.not_in(still)))


_LOOK = sa.select(digest).where(digest.c.next_at <= sa.bindparam("at")).order_by(digest.c.next_at).limit(1)
_TAKE = _LOOK.with_for_update(skip_locked=True)


def is_due(db: Connection, at: datetime) -> bool:
    """Whether somebody's hour has come."""
    return db.execute(_LOOK, {"at": at}).first() is not None


def send_next(db: Connection, at: datetime) -> int:
    """Make the digest that has been due longest; 1 if there was one. Of a day without counts there is none."""
    due = db.execute(_TAKE, {"at": at}).first()
    if due is None:
        return 0
    exhibition = telling.find_exhibition(db, due.exhibition_id)
    known = find_staff(db, due.staff_id)
    if known is not None and not known.is_active:
        give_up(db, due.exhibition_id, due.staff_id)
        return 1
    day = day_told(due.hour, clock.to_wall(due.next_at, exhibition.zone).date())
    own = attendance_copy.c
    counts = db.scalar(sa.select(own.counts).where(own.exhibition_id == due.exhibition_id, own.day == day))
    if counts:
        _tell(db, due, exhibition, counts)
    following = sa.update(digest).where(*_its(due.exhibition_id, due.staff_id))
    db.execute(following.values(next_at=_next(exhibition, due.hour)))
    return 1


def _tell(db: Connection, due: sa.Row[Any], exhibition: sa.Row[Any], counts: dict[str, Any]) -> None:
    to = Contact(due.staff_id, "", due.phone, due.email, due.language)
    occasion = occasion_id(due.staff_id, date.fromisoformat(counts["day"]))
    told = telling.Told(
        same=f"digest {occasion}",
        kind=Kind.ATTENDANCE_DIGEST,
        data=words_of_day(About(to, exhibition), counts),
        ends_at=clock.now() + OF_USE,
    )
    telling.make_notices(db, telling.Occasion(due.exhibition_id, occasion), to, exhibition, told)


def _next(exhibition: Any, hour: Any) -> datetime | None:
    wall = clock.to_wall(clock.now(), exhibition.zone)
    coming = next_after(hour, wall, exhibition.first_day, exhibition.last_day)
    return on_wall(coming, exhibition.zone) if coming else None


def _its(exhibition_id: UUID, staff_id: UUID) -> tuple[sa.ColumnElement[bool], ...]:
    return (digest.c.exhibition_id == exhibition_id, digest.c.staff_id == staff_id)
