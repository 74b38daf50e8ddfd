"""The programme's words and arithmetic: kinds of session, seats, what is open at a moment."""

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


class SessionNotFound(NotFound):
    slug = "session-not-found"
    title = N_("There is no such session in this programme.")


@dataclass(frozen=True, slots=True)
class Seats:
    """The numbers of one session at one moment: seats in all, seats promised, parties that wait."""

    capacity: int
    taken: int
    waiting: int
    waiting_limit: int

    @property
    def free(self) -> int:
        """Seats nobody has; while somebody waits they are not for newcomers."""
        return self.capacity - self.taken

    @property
    def left(self) -> int:
        """Seats a newcomer can have now."""
        return 0 if self.waiting else self.free

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

    def is_bookable(self, at: datetime) -> bool:
        """Whether a newcomer would get a seat or a place in line."""
        can_take = self.seats.left > 0 or self.seats.is_line_open
        return self.state is SessionState.OPEN and not self.has_begun(at) and can_take

    def has_seats(self, at: datetime) -> bool:
        """Whether a newcomer would get a seat at once."""
        return self.state is SessionState.OPEN and not self.has_begun(at) and self.seats.left > 0
