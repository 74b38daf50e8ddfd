"""What a copy says about a key, a member of staff and an exhibition."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from shared import i18n

EVERYWHERE = "*"


@dataclass(frozen=True, slots=True)
class Exhibition:
    """An exhibition as registration last told it; texts by language, days local to `zone`."""

    id: UUID
    version: int
    reference: str
    number: int
    names: dict[str, str]
    kind: str
    first_day: date
    last_day: date
    zone: str
    languages: tuple[str, ...]
    venue_names: dict[str, str]
    town_names: dict[str, str]
    organiser_names: dict[str, str]
    halls: tuple[dict[str, Any], ...]
    state: str

    @property
    def hall_references(self) -> tuple[str, ...]:
        """What its halls are called."""
        return tuple(str(hall["reference"]) for hall in self.halls)

    def hall_name(self, reference: str) -> str:
        """A hall in the language spoken; its reference where it has no name, or is no longer there."""
        names = next((hall["names"] for hall in self.halls if hall["reference"] == reference), None)
        return i18n.pick(names) if names else reference

    def is_over(self, today: date) -> bool:
        """Whether nothing can be reserved any more on the local day `today`."""
        return self.state != "open" or today > self.last_day


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A public key of registration, for one purpose: "person", "staff" or "badge"."""

    key_id: str
    number: int
    purpose: str
    public_key: bytes
    verifies_until: datetime | None
    is_revoked: bool

    def verifies(self, at: datetime) -> bool:
        """Whether what it signed still counts at this moment."""
        return not self.is_revoked and (self.verifies_until is None or at < self.verifies_until)


def roles_at(roles: Mapping[str, Iterable[str]], exhibition_id: UUID) -> frozenset[str]:
    """The roles somebody holds at one exhibition, those held everywhere included."""
    return frozenset(roles.get(str(exhibition_id), ())) | frozenset(roles.get(EVERYWHERE, ()))


@dataclass(frozen=True, slots=True)
class Device:
    """A phone at a gate as registration last told it; days and hours ("09:00") are local, no gates means all."""

    device_version: int
    gates: tuple[str, ...]
    first_day: date
    last_day: date
    from_hour: str | None
    until_hour: str | None
    is_revoked: bool
    profile: str = "steward"

    def works(self, local: datetime, gate: str | None) -> bool:
        """Whether it may read badges at this local moment, at this gate (None: at no gate in particular)."""
        is_hour = self.from_hour is None or self.until_hour is None
        is_hour = is_hour or str(self.from_hour) <= f"{local:%H:%M}" < str(self.until_hour)
        is_gate = gate is None or not self.gates or gate in self.gates
        return self.first_day <= local.date() <= self.last_day and is_hour and is_gate
