"""What an exhibition's organiser chooses: seats a day, overlaps by kind of session, who passes whom in line."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from services.ticketing.bookings.domain import OverlapUnconfirmed, SessionsOverlap
from services.ticketing.bookings.domain.offers import LinePolicy
from services.ticketing.programme.domain import SessionKind


class Overlap(StrEnum):
    """What two sessions of one person at the same hour mean."""

    BLOCK = "block"
    WARN = "warn"
    IGNORE = "ignore"


@dataclass(frozen=True, slots=True)
class Rules:
    """How seats are given at one exhibition; `overlaps` by kind of session, where it differs from `overlap`.

    `group_most`: seats a group may hold in one session, 0 for no groups.
    """

    most_a_day: int = 5
    overlap: Overlap = Overlap.WARN
    overlaps: dict[str, str] = field(default_factory=dict)
    policy: LinePolicy = LinePolicy.STRICT_ORDER
    changes_end_minutes: int = 60
    group_most: int = 50
    names_end_minutes: int = 1440
    door_minutes: int = 10

    def overlap_of(self, kind: SessionKind) -> Overlap:
        """The rule for a session of this kind."""
        return Overlap(self.overlaps.get(kind.value, self.overlap))

    def changes_end(self, starts_at: datetime) -> datetime:
        """Until when people change and pass on bookings by themselves."""
        return starts_at - timedelta(minutes=self.changes_end_minutes)

    def names_end(self, starts_at: datetime) -> datetime:
        """From when on a group's seats without a name are given back."""
        return starts_at - timedelta(minutes=self.names_end_minutes)

    def unclaimed_from(self, starts_at: datetime) -> datetime:
        """From when on seats that nobody has come to are given out at the door."""
        return starts_at + timedelta(minutes=self.door_minutes)


DEFAULT = Rules()


def check_overlap(rule: Overlap, other: str | None, *, anyway: bool) -> None:
    """Refuse, or ask again, when the person has booking `other` at the same hour."""
    if other is None or rule is Overlap.IGNORE:
        return
    if rule is Overlap.BLOCK:
        raise SessionsOverlap(booking=other)
    if not anyway:
        raise OverlapUnconfirmed(booking=other)
