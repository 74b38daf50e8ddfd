"""When a digest goes out, and of which day it tells."""

import uuid
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

_DIGESTS = UUID("3d0a4f2e-6c1b-5b7e-9a53-8f0d7a1c2e44")
READERS = frozenset({"organiser", "supervisor", "viewer"})
EVENING = time(12)  # from this hour on a digest tells of the day it is sent on, before it of the day before
OF_USE = timedelta(hours=12)


@dataclass(frozen=True)
class Wish:
    """Where somebody wants it, at which hour of the fair, in which language; one of phone and e-mail."""

    phone: str | None
    email: str | None
    hour: time
    language: str


def next_after(hour: time, wall: datetime, first: date, last: date) -> datetime | None:
    """The next time it goes out, as on the wall; None when the fair is over. A morning tells of the day before."""
    days_after = 0 if hour >= EVENING else 1
    earliest = datetime.combine(first + timedelta(days=days_after), hour)
    today = datetime.combine(wall.date(), hour)
    coming = max(earliest, today if today > wall else today + timedelta(days=1))
    return coming if coming.date() <= last + timedelta(days=days_after) else None


def day_told(hour: time, sent_on: date) -> date:
    """The day that a digest sent then is about."""
    return sent_on if hour >= EVENING else sent_on - timedelta(days=1)


def occasion_id(staff_id: UUID, day: date) -> UUID:
    """One digest a day for each who asked."""
    return uuid.uuid5(_DIGESTS, f"{staff_id} {day.isoformat()}")
