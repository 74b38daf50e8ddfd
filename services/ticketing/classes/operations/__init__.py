"""Sets classes up, enrols people, keeps what the desk ticked, and gathers the sheet."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.ticketing.access.domain import Exhibition
from services.ticketing.bookings.domain import AlreadyBooked, Booking, BookingState, ExhibitionOver
from services.ticketing.bookings.models import session_attendance
from services.ticketing.bookings.operations import Order, book_seats, read_rules
from services.ticketing.classes.domain import (
    MOST_MEMBERS,
    AlreadyEnrolled,
    AttendanceSheet,
    ClassFull,
    ClassNotFound,
    Course,
    Mark,
    Meeting,
    Member,
    fill,
)
from services.ticketing.classes.models import class_meeting, class_member, class_tick, training_class
from services.ticketing.groups.operations import owner_of
from services.ticketing.programme.models import session, session_text
from shared import clock
from shared.db import insert, insert_new
from shared.ids import new_id, tidy_reference
from shared.problem import N_, ChangedMeanwhile, Problem

Refused = list[tuple[str, str, str]]
ON_THE_LIST = N_("On the waiting list")


def list_classes(db: Connection, exhibition_id: UUID) -> list[Course]:
    """Every class with its meetings, by reference."""
    own = training_class.c
    asked = sa.select(training_class).where(own.exhibition_id == exhibition_id).order_by(own.id)
    meetings = _meetings(db, exhibition_id)
    return [_course(row, meetings.get(row.id, [])) for row in db.execute(asked)]


def find_class(db: Connection, exhibition_id: UUID, reference: str) -> Course:
    """The class of this reference; ClassNotFound."""
    own = training_class.c
    asked = sa.select(training_class).where(own.exhibition_id == exhibition_id, own.reference == reference.upper())
    row = db.execute(asked).first()
    if row is None:
        raise ClassNotFound
    return _course(row, _meetings(db, exhibition_id, row.id).get(row.id, []))


def add_class(db: Connection, where: Exhibition, titles: Mapping[str, str], sessions: Collection[UUID]) -> Course:
    """A new class of these sessions."""
    known = list_classes(db, where.id)
    number = max((int(one.reference[2:]) for one in known), default=0) + 1
    made, reference = new_id(), f"CL{number}"
    row = {"exhibition_id": where.id, "id": made, "version": 1, "reference": reference, "titles": dict(titles)}
    if not insert_new(db, training_class, [row], returning=[training_class.c.id]):
        raise ChangedMeanwhile
    _meet(db, where.id, made, sessions)
    return find_class(db, where.id, reference)


def with_version(course: Course, seen: int) -> Course:
    """The class as somebody saw it when they began to type."""
    return replace(course, version=seen)


def change_class(
    db: Connection, where: Exhibition, course: Course, titles: Mapping[str, str], sessions: Collection[UUID]
) -> Refused:
    """Other words or meetings, if nobody changed it since; whoever is enrolled gets seats in new meetings.

    ChangedMeanwhile. Returns the seats that could not be had: meeting, name, why.
    """
    own = training_class.c
    held = sa.update(training_class).where(
        own.exhibition_id == where.id, own.id == course.id, own.version == course.version
    )
    if db.execute(held.values(titles=dict(titles), version=own.version + 1)).rowcount != 1:
        raise ChangedMeanwhile
    _meet(db, where.id, course.id, sessions)
    before = {one.session_id for one in course.meetings}
    fresh = [one for one in find_class(db, where.id, course.reference).meetings if one.session_id not in before]
    return _book(db, where, members_of(db, where.id, course.id), fresh)


def taken_elsewhere(db: Connection, exhibition_id: UUID, class_id: UUID | None, sessions: Collection[UUID]) -> bool:
    """Whether one of these sessions is a meeting of another class."""
    own = class_meeting.c
    asked = sa.select(own.class_id).where(own.exhibition_id == exhibition_id, own.session_id.in_(sessions))
    return any(found != class_id for found in db.execute(asked).scalars())


def members_of(db: Connection, exhibition_id: UUID, class_id: UUID) -> list[Member]:
    """Who is enrolled, in the order of enrolment."""
    own = class_member.c
    asked = sa.select(class_member).where(own.exhibition_id == exhibition_id, own.class_id == class_id)
    rows = db.execute(asked.order_by(own.enrolled_at, own.name, own.person_id))
    return [Member(row.person_id, row.name, row.badge) for row in rows]


def enrol(db: Connection, where: Exhibition, course: Course, name: str, badge: str) -> Refused:
    """Put somebody on the sheet; who has a badge gets a seat in each meeting to come.

    BadgeUnknown, AlreadyEnrolled, ClassFull. Returns the seats that could not be had: meeting, name, why.
    """
    person_id = owner_of(db, where.id, badge) if badge else new_id()
    if len(members_of(db, where.id, course.id)) >= MOST_MEMBERS:
        raise ClassFull
    said = {"name": name, "badge": tidy_reference(badge), "enrolled_at": clock.now()}
    row = {"exhibition_id": where.id, "class_id": course.id, "person_id": person_id, **said}
    if not insert_new(db, class_member, [row], returning=[class_member.c.person_id]):
        raise AlreadyEnrolled
    return _book(db, where, [Member(person_id, name, badge)], course.meetings)


def take_out(db: Connection, exhibition_id: UUID, class_id: UUID, person_id: UUID) -> None:
    """Off the sheet; bookings stay theirs to give back."""
    own = class_member.c
    gone = sa.delete(class_member).where(own.exhibition_id == exhibition_id, own.class_id == class_id)
    db.execute(gone.where(own.person_id == person_id))


def sheet_of(db: Connection, exhibition_id: UUID, course: Course, at: datetime) -> AttendanceSheet:
    """Who was present at which meeting, as things stand at a moment."""
    sessions = [one.session_id for one in course.meetings]
    here, tick = session_attendance.c, class_tick.c
    came = sa.select(here.person_id, here.session_id, here.arrived_at).where(
        here.exhibition_id == exhibition_id, here.session_id.in_(sessions)
    )
    ticked = sa.select(tick.person_id, tick.session_id, tick.is_present).where(
        tick.exhibition_id == exhibition_id, tick.session_id.in_(sessions)
    )
    arrivals = {(row.person_id, row.session_id): row.arrived_at for row in db.execute(came)}
    ticks = {(row.person_id, row.session_id): row.is_present for row in db.execute(ticked)}
    return fill(course, members_of(db, exhibition_id, course.id), arrivals, ticks, at)


def tick_presence(
    db: Connection, sheet: AttendanceSheet, at: tuple[UUID, UUID], present: Collection[UUID], by: UUID | None
) -> int:
    """Keep who the desk says was present at one meeting (exhibition and session), where the sheet says otherwise.

    Returns for how many that was so.
    """
    exhibition_id, session_id = at
    place = [one.session_id for one in sheet.course.meetings].index(session_id)
    same = {"exhibition_id": exhibition_id, "session_id": session_id, "ticked_by": by, "ticked_at": clock.now()}
    rows = [
        {**same, "person_id": row.member.person_id, "is_present": row.member.person_id in present}
        for row in sheet.rows
        if (row.cells[place].mark is Mark.PRESENT) != (row.member.person_id in present)
    ]
    if rows:
        fresh = insert(db, class_tick)
        said = {name: fresh.excluded[name] for name in ("is_present", "ticked_by", "ticked_at")}
        db.execute(fresh.on_conflict_do_update(index_elements=list(class_tick.primary_key.columns), set_=said), rows)
    return len(rows)


def _book(db: Connection, where: Exhibition, members: Sequence[Member], meetings: Sequence[Meeting]) -> Refused:
    at = clock.now()
    pairs = [(one, meeting) for one in members if one.badge for meeting in meetings if meeting.starts_at > at]
    if not pairs:
        return []
    if where.is_over(clock.day_in(at, where.zone)):
        raise ExhibitionOver
    rules = read_rules(db, where.id)
    orders = [
        Order(where.id, meeting.session_id, one.person_id, 1, at, anyway=True, rules=rules) for one, meeting in pairs
    ]
    said = zip(pairs, book_seats(db, orders), strict=True)
    return [(meeting.reference, one.name, why) for (one, meeting), what in said if (why := _why_not(what))]


def _why_not(what: Booking | Problem) -> str:
    """Why somebody has no seat; empty where they have one."""
    if isinstance(what, Problem):
        return "" if isinstance(what, AlreadyBooked) else what.title
    return "" if what.state is BookingState.CONFIRMED else ON_THE_LIST


def _meet(db: Connection, exhibition_id: UUID, class_id: UUID, sessions: Collection[UUID]) -> None:
    own = class_meeting.c
    mine = sa.delete(class_meeting).where(own.exhibition_id == exhibition_id, own.class_id == class_id)
    db.execute(mine)
    rows = [{"exhibition_id": exhibition_id, "session_id": one, "class_id": class_id} for one in sessions]
    if len(insert_new(db, class_meeting, rows, returning=[class_meeting.c.session_id])) != len(rows):
        raise ChangedMeanwhile  # another class has taken one of them meanwhile


def _meetings(db: Connection, exhibition_id: UUID, class_id: UUID | None = None) -> dict[UUID, list[Meeting]]:
    own, text, link = session.c, session_text.c, class_meeting.c
    asked = (
        sa.select(link.class_id, session, text.titles)
        .select_from(class_meeting)
        .join(session, (own.exhibition_id == link.exhibition_id) & (own.id == link.session_id))
        .join(session_text, (text.exhibition_id == link.exhibition_id) & (text.session_id == link.session_id))
        .where(link.exhibition_id == exhibition_id, own.state == "open")
        .order_by(own.starts_at, own.id)
    )
    if class_id is not None:
        asked = asked.where(link.class_id == class_id)
    found: dict[UUID, list[Meeting]] = {}
    for row in db.execute(asked):
        times = (row.starts_wall, row.ends_wall, row.starts_at, row.ends_at)
        found.setdefault(row.class_id, []).append(Meeting(row.id, row.reference, row.titles, *times))
    return found


def _course(row: sa.Row[Any], meetings: Sequence[Meeting]) -> Course:
    return Course(row.id, row.reference, row.version, row.titles, tuple(meetings))
