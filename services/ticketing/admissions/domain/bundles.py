"""What a device carries to decide alone: nobody's name, nobody's id."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from services.ticketing.access.domain import Device, Exhibition, SigningKey
from services.ticketing.admissions.domain import Gate
from services.ticketing.programme.domain import Session, SessionState


@dataclass(frozen=True, slots=True)
class Holder:
    """Who asks: their profile (steward, supervisor, desk); a device has places, days and hours of its own."""

    profile: str
    device: Device | None = None


@dataclass(frozen=True, slots=True)
class Bundle:
    """Enough to decide without a network."""

    exhibition: Exhibition
    gates: list[Gate]
    keys: list[SigningKey]
    ended: list[UUID]
    holder: Holder
    doors: tuple[Session, ...] = ()


def doors_near(sessions: Iterable[Session], today: date) -> tuple[Session, ...]:
    """The sessions of today and tomorrow whose doors a device may be put at."""
    days = (today, today + timedelta(days=1))
    return tuple(one for one in sessions if one.day in days and one.state is SessionState.OPEN)
