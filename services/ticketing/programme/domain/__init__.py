"""The programme's words and arithmetic: kinds of session, seats, what is open at a moment."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from shared.problem import N_, NotFound


class SessionKind(StrEnum):
    """What a session is."""

    CONFERENCE = "conference"
    SEMINAR = "seminar"
    TRAINING = "training"
    WORKSHOP = "workshop"
    ACT = "act"
    CLASS = "class"


class SessionState(StrEnum):
    """Whether a session takes place."""

    OPEN = "open"
    CANCELLED = "cancelled"


class Availability(StrEnum):
    """What a newcomer can expect of a session."""

    SEATS = "seats"
    LINE = "line"
    CLOSED = "closed"
    BEGUN = "begun"
    CANCELLED = "cancelled"


class SessionNotFound(NotFound):
    slug = "session-not-found"
    title = N_("There is no such session in this programme.")


@dataclass(frozen=True, slots=True)
class Seats:
    """The numbers of one session at one moment: seats in all, seats promised, parties that wait.

    `held` and `offered` seats are kept for somebody until a moment; `queued` parties stand at the door.
    """

    capacity: int
    taken: int
    waiting: int
    waiting_limit: int
    held: int = 0
    offered: int = 0
    queued: int = 0

    @property
    def claimed(self) -> int:
        """Seats that somebody has, for good or until a moment."""
        return self.taken + self.held + self.offered

    @property
    def free(self) -> int:
        """Seats nobody has; while somebody waits they are not for newcomers."""
        return self.capacity - self.claimed

    @property
    def left(self) -> int:
        """Seats a newcomer can have now."""
        return 0 if self.waiting or self.queued else self.free

    @property
    def is_line_open(self) -> bool:
        """Whether one more party may join the waiting list."""
        return self.waiting < self.waiting_limit


@dataclass(frozen=True, slots=True)
class Session:
    """One slot of the programme as a person sees it; wall times are local to `zone`."""

    id: UUID
    exhibition_id: UUID
    version: int
    reference: str
    kind: SessionKind
    state: SessionState
    starts_at: datetime
    ends_at: datetime
    starts_wall: datetime
    ends_wall: datetime
    zone: str
    seats: Seats
    titles: dict[str, str]
    summaries: dict[str, str]
    spoken: tuple[str, ...]
    room_reference: str
    room_names: dict[str, str]

    @property
    def day(self) -> date:
        """The local day it starts on."""
        return self.starts_wall.date()

    def has_begun(self, at: datetime) -> bool:
        """Whether it is too late to reserve or give back."""
        return at >= self.starts_at

    def availability(self, at: datetime) -> Availability:
        """What a newcomer can expect at this moment."""
        if self.state is SessionState.CANCELLED:
            return Availability.CANCELLED
        if self.has_begun(at):
            return Availability.BEGUN
        if self.seats.left:
            return Availability.SEATS
        return Availability.LINE if self.seats.is_line_open else Availability.CLOSED

    def is_bookable(self, at: datetime) -> bool:
        """Whether a newcomer would get a seat or a place in line."""
        return self.availability(at) in (Availability.SEATS, Availability.LINE)


def others_with_seats(
    programme: Sequence[Session], instead_of: Session, at: datetime, *, most: int = 3
) -> list[Session]:
    """Sessions somebody may like instead, with free seats: of the same day first, then of the same kind."""
    free = [one for one in programme if one.id != instead_of.id and one.availability(at) is Availability.SEATS]
    return sorted(free, key=lambda one: (one.day != instead_of.day, one.kind is not instead_of.kind, one.starts_at))[
        :most
    ]


def fullest_first(programme: Sequence[Session]) -> list[Session]:
    """Sessions with any seat taken, by the part of their seats that is, then by the length of the line."""
    busy = [one for one in programme if one.seats.taken]
    return sorted(busy, key=lambda one: (-one.seats.taken / one.seats.capacity, -one.seats.waiting, one.starts_at))
