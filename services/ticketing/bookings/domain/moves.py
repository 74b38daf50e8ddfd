"""That a session was moved: where it was when somebody booked, until they have seen it or it begins."""

from dataclasses import dataclass
from datetime import date, datetime

from services.ticketing.bookings.domain import LIVE, BookingState
from services.ticketing.programme.domain import Session, SessionState


@dataclass(frozen=True, slots=True)
class Moved:
    """Where a session was before: its hours on the wall and its room."""

    starts_wall: datetime
    ends_wall: datetime
    room_names: dict[str, str]

    @property
    def day(self) -> date:
        """The local day it was to start on."""
        return self.starts_wall.date()


def place_of(session: Session) -> Moved:
    """Where a session is now."""
    return Moved(session.starts_wall, session.ends_wall, session.room_names)


def to_be_seen(before: Moved | None, session: Session, state: BookingState, at: datetime) -> Moved | None:
    """What there is to say of a move: nothing once it has begun or is off, or is back where it was."""
    is_over = state not in LIVE or session.state is SessionState.CANCELLED or session.has_begun(at)
    return None if is_over or before == place_of(session) else before
