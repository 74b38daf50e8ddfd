"""The door of a session: who is too early or too late, and to whom seats go that nobody has come to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from services.ticketing.bookings.domain.offers import LinePolicy
from services.ticketing.programme.domain import Seats, SessionState

OPENS = timedelta(hours=1)


class Way(StrEnum):
    """How somebody who is inside came by the seat."""

    BOOKED = "booked"
    QUEUE = "queue"
    WALK_IN = "walk-in"


class DoorWord(StrEnum):
    """What whoever stands at the door hears."""

    ADMITTED = "admitted"
    QUEUED = "queued"
    REFUSED = "refused"


class DoorReason(StrEnum):
    """Why a session's door stays shut for somebody."""

    CANCELLED = "session-cancelled"
    EARLY = "door-closed-yet"
    OVER = "session-over"
    INSIDE = "already-in-session"


class Unclaimed(NamedTuple):
    """Seats nobody has come to; only a group's may be taken in part."""

    seats: int
    is_group: bool = False


@dataclass(frozen=True, slots=True)
class Served:
    """Which parties of the queue are seated (by index), and what is taken for them: index of the claim → seats."""

    seated: list[int]
    taken: dict[int, int]


def refuse(state: SessionState, starts_at: datetime, ends_at: datetime, at: datetime) -> DoorReason | None:
    """Why nobody gets in at this moment; the door opens an hour before the start."""
    if state is SessionState.CANCELLED:
        return DoorReason.CANCELLED
    if at < starts_at - OPENS:
        return DoorReason.EARLY
    return DoorReason.OVER if at >= ends_at else None


def open_seats(seats: Seats, *, has_begun: bool) -> int:
    """Free seats for the queue: until the start they belong to those who wait in line."""
    return seats.free if has_begun or not seats.waiting else 0


def serve(free: int, queue: Sequence[int], unclaimed: Sequence[Unclaimed], policy: LinePolicy) -> Served:
    """Seat the queue in order on what is free, then on what nobody has come to: only as much as it needs.

    A party that cannot be seated at all stops the queue, unless the policy lets others pass.
    """
    rest = [one.seats for one in unclaimed]
    served = Served([], {})
    for number, size in enumerate(queue):
        if size > free + sum(rest):
            if policy is LinePolicy.STRICT_ORDER:
                break
            continue
        for index, one in enumerate(unclaimed):
            if free >= size:
                break
            part = min(rest[index], size - free) if one.is_group else rest[index]
            if part:
                served.taken[index] = served.taken.get(index, 0) + part
                rest[index] -= part
                free += part
        served.seated.append(number)
        free -= size
    return served
