"""What an exhibition is and where it stands in time. Values in, decision out."""

from datetime import date, timedelta
from enum import StrEnum

FRIDAY = 4


class Kind(StrEnum):
    """How an exhibition runs."""

    FAIR = "fair"
    ROTATING = "rotating"
    PERMANENT = "permanent"


class State(StrEnum):
    """Whether people may register; it says nothing about dates."""

    OPEN = "open"
    CLOSED = "closed"


class Phase(StrEnum):
    """Where today lies."""

    AHEAD = "ahead"
    ON = "on"
    OVER = "over"


def phase(first_day: date, last_day: date, today: date) -> Phase:
    """Ahead, on, or over; the last day is still on."""
    if today > last_day:
        return Phase.OVER
    return Phase.ON if today >= first_day else Phase.AHEAD


def first_friday(today: date, *, at_least_days: int) -> date:
    """The first Friday that lies at least so many days after `today`."""
    earliest = today + timedelta(days=at_least_days)
    return earliest + timedelta(days=(FRIDAY - earliest.weekday()) % 7)
