"""What a device carries to decide alone: nobody's name, nobody's id."""

from dataclasses import dataclass
from uuid import UUID

from services.ticketing.access.domain import Exhibition, SigningKey
from services.ticketing.admissions.domain import Gate


@dataclass(frozen=True, slots=True)
class Holder:
    """Who asks: their profile (steward, supervisor, desk) and the gates they may stand at; none: all."""

    profile: str
    gates: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Bundle:
    """Enough to decide without a network."""

    exhibition: Exhibition
    gates: list[Gate]
    keys: list[SigningKey]
    ended: list[UUID]
    holder: Holder
