"""Who is let in, who is inside, and what that adds to the counts: decisions over one holder's day.

Everything follows from the set of scans, never from the order in which they arrived.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any, NamedTuple
from uuid import UUID

from shared.problem import N_, NotFound


class BadgeKind(StrEnum):
    """Whose badge it is; only visitors are counted as visitors."""

    VISITOR = "visitor"
    EXHIBITOR = "exhibitor"
    ORGANISER = "organiser"
    SERVICE = "service"
    PRESS = "press"


class Direction(StrEnum):
    """Which way somebody passes a gate."""

    IN = "in"
    OUT = "out"


class Word(StrEnum):
    """What the steward hears."""

    ADMITTED = "admitted"
    LEFT = "left"
    REFUSED = "refused"


class Reason(StrEnum):
    """Why somebody is refused."""

    UNREADABLE = "unreadable"
    UNKNOWN_KEY = "unknown-key"
    FORGED = "forged"
    FOREIGN = "foreign"
    UNKNOWN_BADGE = "unknown-badge"
    REPLACED = "replaced"
    TOO_EARLY = "too-early"
    TOO_LATE = "too-late"
    ALREADY_INSIDE = "already-inside"


class TallyReason(StrEnum):
    """Why heads are counted without a code."""

    FREE_ENTRY = "free-entry"
    SCHOOL = "school"
    PARTY = "party"
    NO_BADGE = "no-badge"


class GateNotFound(NotFound):
    slug = "gate-not-found"
    title = N_("There is no such gate at this exhibition.")


@dataclass(frozen=True, slots=True)
class Gate:
    """A place where people go in and out; `reference` is what stewards call it."""

    id: UUID
    reference: str
    names: dict[str, str]


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer to a scan; `facts` say when and where (JSON-able)."""

    word: Word
    reason: Reason | None = None
    facts: dict[str, Any] = field(default_factory=dict)


class CountKey(NamedTuple):
    """One counter: what is counted, on which local day (ISO, or "" for the whole exhibition), where, of whom."""

    measure: str
    day: str
    place: str
    kind: str


@dataclass(frozen=True, slots=True)
class Passage:
    """One scan of a badge that may pass that day; `is_void` when the badge had been replaced or revoked before,
    `is_override` when a supervisor let its holder in all the same."""

    scan_id: UUID
    badge_id: UUID
    kind: BadgeKind
    gate: str
    direction: Direction
    scanned_at: datetime
    wall: datetime
    is_void: bool = False
    is_override: bool = False
    residence: str = ""

    @property
    def order(self) -> tuple[datetime, UUID]:
        """Least time first, then scan id."""
        return self.scanned_at, self.scan_id


@dataclass(frozen=True, slots=True)
class HolderDay:
    """One holder on one local day: the scan that admitted them, who passed last, each scan's verdict, what they add."""

    winner: Passage | None
    last: Passage | None
    verdicts: dict[UUID, Verdict]
    counts: Counter[CountKey]


def within_days(first_day: date, last_day: date, day: date) -> Verdict | None:
    """The refusal of a badge that does not count on `day`; None when it does."""
    if day < first_day:
        return Verdict(Word.REFUSED, Reason.TOO_EARLY, {"first_day": first_day.isoformat()})
    if day > last_day:
        return Verdict(Word.REFUSED, Reason.TOO_LATE, {"last_day": last_day.isoformat()})
    return None


def live_day(passages: Sequence[Passage]) -> HolderDay:
    """Walk through one holder's scans of one day in the order of their times.

    The first way in is the visit. Coming back after going out adds none (ISO 25639: one visit a day). Going out
    without having come in is let pass and counts nothing. A supervisor's override opens for whoever is held to be
    inside; it adds nobody: one person is inside once.
    """
    verdicts: dict[UUID, Verdict] = {}
    counts: Counter[CountKey] = Counter()
    winner: Passage | None = None
    inside: Passage | None = None
    last: Passage | None = None
    for passage in sorted(passages, key=lambda one: one.order):
        if passage.is_void and not passage.is_override:
            verdicts[passage.scan_id] = Verdict(Word.REFUSED, Reason.REPLACED)
        elif passage.direction is Direction.OUT:
            verdicts[passage.scan_id] = Verdict(Word.LEFT)
            if inside is not None:
                counts[_key("outs", passage)] += 1
                last = passage
            inside = None
        elif inside is not None and passage.is_override:
            verdicts[passage.scan_id] = Verdict(Word.ADMITTED, None, {"is_return": True})
        elif inside is not None:
            verdicts[passage.scan_id] = Verdict(Word.REFUSED, Reason.ALREADY_INSIDE, _entered(inside))
        else:
            verdicts[passage.scan_id] = Verdict(Word.ADMITTED, None, {"is_return": winner is not None})
            counts[_key("ins", passage)] += 1
            winner, inside, last = winner or passage, passage, passage
    if winner is not None:
        counts += Counter({_key("visits", winner): 1, _arrival(winner): 1})
        if winner.residence:
            counts[_key("residence", winner)._replace(place=winner.residence)] += 1
    return HolderDay(winner, last, verdicts, counts)


def _entered(passage: Passage) -> dict[str, Any]:
    return {"entered": f"{passage.wall:%H:%M}", "gate": passage.gate}


def _key(measure: str, passage: Passage) -> CountKey:
    return CountKey(measure, passage.wall.date().isoformat(), passage.gate, passage.kind.value)


def _arrival(passage: Passage) -> CountKey:
    return CountKey("arrivals", passage.wall.date().isoformat(), quarter_of(passage.wall), passage.kind.value)


def quarter_of(wall: datetime) -> str:
    """The quarter of an hour a wall time falls in, by its start: "09:15"."""
    return f"{wall.hour:02}:{wall.minute // 15 * 15:02}"
