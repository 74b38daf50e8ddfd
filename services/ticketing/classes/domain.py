"""A class: several sessions that belong together, people enrolled in it, and who was present. Values in, sheet out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from services.ticketing.certificates.domain import Sat
from shared.problem import N_, NotFound, Problem

MOST_MEETINGS, MOST_MEMBERS = 60, 200


class ClassNotFound(NotFound):
    slug = "class-not-found"
    title = N_("There is no such class here.")


class AlreadyEnrolled(Problem):
    slug = "already-enrolled"
    status = 409
    title = N_("This person is in the class already.")


class ClassFull(Problem):
    slug = "class-full"
    status = 409
    title = N_("This class has as many people as a class may have.")


class Mark(StrEnum):
    """What a sheet says of one person at one meeting."""

    AHEAD = "ahead"
    PRESENT = "present"
    ABSENT = "absent"


@dataclass(frozen=True, slots=True)
class Meeting:
    """One session of a class; wall times local to the fair."""

    session_id: UUID
    reference: str
    titles: dict[str, str]
    starts_wall: datetime
    ends_wall: datetime
    starts_at: datetime
    ends_at: datetime

    def minutes_from(self, arrived_at: datetime) -> int:
        """From somebody's coming, or from the beginning, to the end."""
        return max(0, int((self.ends_at - max(arrived_at, self.starts_at)).total_seconds() // 60))


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody enrolled: the name as the desk wrote it, the letters of their badge ("" without one)."""

    person_id: UUID
    name: str
    badge: str = ""


@dataclass(frozen=True, slots=True)
class Cell:
    """One person at one meeting; minutes once it is over, `by_hand` where the desk had the last word."""

    mark: Mark
    minutes: int = 0
    by_hand: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One person's line of the sheet: a cell for each meeting."""

    member: Member
    cells: tuple[Cell, ...]

    @property
    def minutes(self) -> int:
        """Over all meetings that are over."""
        return sum(cell.minutes for cell in self.cells)

    @property
    def present(self) -> int:
        """Meetings at which they were."""
        return sum(cell.mark is Mark.PRESENT for cell in self.cells)


@dataclass(frozen=True, slots=True)
class Course:
    """A class as it is set up; `version` tells whether somebody changed it meanwhile."""

    id: UUID
    reference: str
    version: int
    titles: dict[str, str]
    meetings: tuple[Meeting, ...] = ()


@dataclass(frozen=True, slots=True)
class AttendanceSheet:
    """Who was present at which meeting of a class."""

    course: Course
    rows: tuple[Row, ...]

    def sat_by(self, person_id: UUID, at: datetime) -> list[Sat]:
        """The meetings that are over and that somebody was at, as a certificate lists them."""
        cells = next((row.cells for row in self.rows if row.member.person_id == person_id), ())
        pairs = zip(self.course.meetings, cells, strict=False)
        return [
            Sat(meeting.reference, meeting.titles, meeting.starts_wall, cell.minutes)
            for meeting, cell in pairs
            if cell.mark is Mark.PRESENT and meeting.ends_at <= at
        ]


def cell_of(meeting: Meeting, at: datetime, arrived_at: datetime | None, ticked: bool | None) -> Cell:
    """What the sheet says: the desk's tick where there is one, else the door's scan, else absent once it is over.

    Whom the desk ticked without a scan was there from the beginning.
    """
    is_over, by_hand = meeting.ends_at <= at, ticked is not None
    if ticked is False:
        return Cell(Mark.ABSENT, by_hand=True)
    if ticked or arrived_at is not None:
        minutes = meeting.minutes_from(arrived_at or meeting.starts_at) if is_over else 0
        return Cell(Mark.PRESENT, minutes, by_hand)
    return Cell(Mark.ABSENT if is_over else Mark.AHEAD)


def fill(
    course: Course,
    members: Sequence[Member],
    arrivals: Mapping[tuple[UUID, UUID], datetime],
    ticks: Mapping[tuple[UUID, UUID], bool],
    at: datetime,
) -> AttendanceSheet:
    """The sheet; arrivals and ticks by person and session."""
    rows = [
        Row(
            one,
            tuple(
                cell_of(
                    meeting,
                    at,
                    arrivals.get((one.person_id, meeting.session_id)),
                    ticks.get((one.person_id, meeting.session_id)),
                )
                for meeting in course.meetings
            ),
        )
        for one in members
    ]
    return AttendanceSheet(course, tuple(rows))
