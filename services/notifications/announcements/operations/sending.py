"""Starting an announcement, telling a handful of people at a time, stopping it, and how far it has come."""

from collections import Counter
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.notifications.announcements.domain import (
    AnnouncementBegun,
    NobodyThere,
    Place,
    Progress,
    State,
    handful,
    language_for,
)
from services.notifications.announcements.models import announcement
from services.notifications.announcements.operations.audience import audience_of, count_people, people
from services.notifications.announcements.operations.writing import find, its, texts_of
from services.notifications.notices.domain import Contact
from services.notifications.notices.models import notice
from services.notifications.notices.operations import telling
from services.notifications.notices.operations.quiet import find_quiet_hours
from services.notifications.notices.operations.words import About, end_of, words_of_news
from services.notifications.templates.domain import Kind
from shared import clock

OF_USE = timedelta(days=3)  # at least, also after the fair
QUIET_LOOK = timedelta(seconds=30)
LATE = timedelta(seconds=5)  # who is later than this does not hurry to catch up


def start(db: Connection, place: Place) -> int:
    """Let it go to everybody who is in the audience as it is told; returns how many are now.

    NotFound, AnnouncementBegun, NobodyThere.
    """
    row = find(db, place)
    there = count_people(db, place.exhibition_id, audience_of(row))
    if row.state == State.DRAFT and not there:
        raise NobodyThere
    now = clock.now()
    begun = sa.update(announcement).where(*its(place), announcement.c.state == State.DRAFT)
    done = db.execute(begun.values(state=State.RUNNING, people=there, started_at=now, next_at=clock.machine_now()))
    if not done.rowcount:
        raise AnnouncementBegun
    return there


def stop(db: Connection, place: Place) -> bool:
    """Tell nobody more; what was made and not yet brought is not brought either. False where nothing ran."""
    runs = sa.update(announcement).where(*its(place), announcement.c.state == State.RUNNING)
    return db.execute(runs.values(state=State.STOPPED, next_at=None, ended_at=clock.now())).rowcount > 0


_LOOK = (
    sa.select(announcement)
    .where(announcement.c.next_at <= sa.bindparam("at"))
    .order_by(announcement.c.next_at)
    .limit(1)
)
_TAKE = _LOOK.with_for_update(skip_locked=True)


def is_due(db: Connection, at: datetime) -> bool:
    """Whether an announcement has people to tell now; `at` by the machines' clock."""
    return db.execute(_LOOK, {"at": at}).first() is not None


def tell_some(db: Connection, at: datetime) -> int:
    """Make the notices of the next handful of the announcement that has waited longest; 1 if there was one.

    In quiet hours it rests, so that the speed holds in the morning too.
    """
    row = db.execute(_TAKE, {"at": at}).first()
    if row is None:
        return 0
    place = Place(row.exhibition_id, row.id)
    exhibition = telling.find_exhibition(db, row.exhibition_id)
    wall = clock.to_wall(clock.now(), exhibition.zone)
    if find_quiet_hours(db, row.exhibition_id).hours.end_after(wall):
        _note(db, place, next_at=at + QUIET_LOOK)
        return 1
    at_once, pause = handful(row.speed)
    some = people(db, row.exhibition_id, audience_of(row), row.told_through, at_once)
    written = texts_of(db, place)
    for to in some:
        _tell(db, place, exhibition, _reading(to, written))
    base = row.next_at if at - row.next_at < LATE else at
    going = {"told": row.told + len(some), "people": max(row.people, row.told + len(some))}
    if len(some) < at_once:
        _note(db, place, **going, state=State.DONE, next_at=None, ended_at=clock.now())
    else:
        _note(db, place, **going, told_through=some[-1].person_id, next_at=base + timedelta(seconds=pause))
    return 1


def _reading(to: Contact, written: Any) -> Contact:
    return Contact(to.person_id, to.name, to.phone, to.email, language_for(to.language, written))


def _tell(db: Connection, place: Place, exhibition: sa.Row[Any], to: Contact) -> None:
    about = About(to, exhibition)
    told = telling.Told(
        same=f"announcement {place.id}",
        kind=Kind.ANNOUNCEMENT,
        data=words_of_news(about) | {"announcement": str(place.id)},
        ends_at=max(end_of(about), clock.now() + OF_USE),
    )
    telling.make_notices(db, telling.Occasion(place.exhibition_id, place.id), to, exhibition, told)


def _note(db: Connection, place: Place, **facts: Any) -> None:
    db.execute(sa.update(announcement).where(*its(place)).values(facts))


def is_stopped(db: Connection, exhibition_id: UUID, announcement_id: UUID) -> bool:
    """Whether nothing of it is to be brought any more."""
    own = announcement.c
    state = db.scalar(sa.select(own.state).where(own.exhibition_id == exhibition_id, own.id == announcement_id))
    return state == State.STOPPED


def progress(db: Connection, place: Place) -> Progress:
    """How far it has come; NotFound."""
    row = find(db, place)
    own = notice.c
    found = db.execute(
        sa.select(own.state, sa.func.count().label("n"))
        .where(own.exhibition_id == place.exhibition_id, own.message_id == place.id)
        .group_by(own.state)
    ).all()
    return Progress(row.told, row.people, Counter({one.state: one.n for one in found}))
