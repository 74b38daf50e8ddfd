"""When a freed seat is offered, to whom, for how long: by the time left, never at night but for today."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum

MORNING, NIGHT = time(8), time(21)
FIRST_COME = timedelta(hours=2)
# (time left until the session is more than this, an offer lives so long)
WINDOWS = (
    (timedelta(days=7), timedelta(hours=24)),
    (timedelta(hours=24), timedelta(hours=6)),
    (FIRST_COME, timedelta(minutes=60)),
)


class LinePolicy(StrEnum):
    """Who is offered a freed seat: the head or nobody, or the first in line whose party fits."""

    STRICT_ORDER = "strict_order"
    BEST_FIT = "best_fit"


@dataclass(frozen=True, slots=True)
class Window:
    """What can be done for the line now: offers for `length`, to all at once (None), or nothing for `wait`."""

    length: timedelta | None = None
    wait: timedelta | None = None


def window(at: datetime, starts: datetime) -> Window:
    """What an offer made at `at` is worth, both as wall times of the session's zone.

    A session of today is worth waking somebody for. An offer that would end at night ends in the morning, as the
    next could not be made before.
    """
    left = starts - at
    is_today = at.date() == starts.date()
    if is_quiet(at) and not is_today:
        morning = next_morning(at)
        return Window(wait=(morning if morning < starts else datetime.combine(starts.date(), time.min)) - at)
    if left < FIRST_COME:
        return Window()
    length = next(length for more_than, length in WINDOWS if left > more_than or more_than == FIRST_COME)
    end = at + length
    if is_quiet(end) and end.date() < starts.date():
        length = next_morning(end) - at
    return Window(length=min(length, left))


def is_quiet(wall: datetime) -> bool:
    """Whether people sleep: 21:00 to 08:00."""
    return wall.time() >= NIGHT or wall.time() < MORNING


def next_morning(wall: datetime) -> datetime:
    """The 08:00 after a moment of the night."""
    day = wall.date() + timedelta(days=1) if wall.time() >= NIGHT else wall.date()
    return datetime.combine(day, MORNING)


def choose(free: int, line: Sequence[int], policy: LinePolicy) -> list[int]:
    """Which parties in line (by index) are offered seats: in order; only best_fit passes one that does not fit."""
    chosen = []
    for number, party_size in enumerate(line):
        if party_size <= free:
            chosen.append(number)
            free -= party_size
        elif policy is LinePolicy.STRICT_ORDER:
            break
        if not free:
            break
    return chosen
