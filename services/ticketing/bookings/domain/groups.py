"""Groups: how many seats one may hold, until when it names people."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.ticketing.bookings.domain import PartyTooLarge, SessionBegun, SessionCancelled
from services.ticketing.bookings.domain.rules import Rules
from services.ticketing.programme.domain import SessionState
from shared.problem import N_, Problem


class GroupsDiffer(Problem):
    slug = "group-seats"
    status = 409
    title = N_("The seats of a group are changed on the group's own page.")


class NamesEnded(Problem):
    slug = "names-ended"
    status = 410
    title = N_("It is too late to name people for this session.")
    detail = N_("Seats without a name have been given back.")


class TooFewSeats(Problem):
    slug = "too-few-group-seats"
    status = 409
    title = N_("Your group has not so many seats without a name.")
    detail = N_("Without a name: %(left)s.")


@dataclass(frozen=True, slots=True)
class Named:
    """One row of a list of people: its line (from 1), the name, the phone if there is one, what is wrong with it."""

    line: int
    name: str
    phone: str | None = None
    fault: str = ""


@dataclass(frozen=True, slots=True)
class NamedSeat:
    """One seat of a group: its ticket and who sits there; `is_told`: they have a phone."""

    number: int
    id: UUID
    reference: str
    person_id: UUID
    name: str
    is_told: bool


def check_group(rules: Rules, seats: int, capacity: int) -> None:
    """Refuse a group larger than the organiser allows; PartyTooLarge."""
    most = min(rules.group_most, capacity)
    if not 1 <= seats <= most:
        raise PartyTooLarge(most=most)


def check_open(rules: Rules, state: SessionState, starts_at: datetime, at: datetime) -> None:
    """Refuse what comes too late for a group: SessionCancelled, SessionBegun, NamesEnded."""
    if state is SessionState.CANCELLED:
        raise SessionCancelled
    if at >= starts_at:
        raise SessionBegun
    if at >= rules.names_end(starts_at):
        raise NamesEnded
