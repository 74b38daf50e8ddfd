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
    """A place where people go in and out; `reference` is what stewards call it.

    `hall`: the hall it opens into; "" for a gate of the grounds.
    """

    id: UUID
    reference: str
    names: dict[str, str]
    hall: str = ""


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
    `is_override` when a supervisor let its holder in all the same. `hall` is what the gate opened into."""

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
    hall: str = ""

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
    without having come in is let pass and counts nothing. Into a hall while in another is a way out of that one.
    Out of a hall is out of the fair for whoever did not come in by a gate of the grounds. A supervisor's override
    opens for whoever is held to be inside; it adds nobody: one person is inside once.
    """
    day = _Day()
    for passage in sorted(passages, key=lambda one: one.order):
        if passage.is_void and not passage.is_override:
            day.verdicts[passage.scan_id] = Verdict(Word.REFUSED, Reason.REPLACED)
        elif passage.direction is Direction.OUT:
            day.verdicts[passage.scan_id] = day.go_out(passage)
        else:
            day.verdicts[passage.scan_id] = day.come_in(passage)
    counts, winner = day.counts, day.winner
    if winner is not None:
        counts += Counter({_key("visits", winner): 1, _arrival(winner): 1})
        if winner.residence:
            counts[_key("residence", winner)._replace(place=winner.residence)] += 1
    return HolderDay(winner, day.last, day.verdicts, counts)


class _Day:
    """Where one holder is, while their day is walked through: on the grounds, in a hall, in a hall on the grounds."""

    def __init__(self) -> None:
        self.verdicts: dict[UUID, Verdict] = {}
        self.counts: Counter[CountKey] = Counter()
        self.winner: Passage | None = None
        self.last: Passage | None = None
        self._grounds: Passage | None = None
        self._hall: Passage | None = None

    def come_in(self, passage: Passage) -> Verdict:
        """In, in again, from one hall to the next, or refused: already inside."""
        inside, is_return = self._hall or self._grounds, self.winner is not None
        is_new_hall = passage.hall != "" and (self._hall is None or self._hall.hall != passage.hall)
        if inside is not None and not is_new_hall:
            if passage.is_override:
                return Verdict(Word.ADMITTED, None, {"is_return": True})
            return Verdict(Word.REFUSED, Reason.ALREADY_INSIDE, _entered(inside))
        if inside is None:
            self.counts[_key("ins", passage)] += 1
            self.winner = self.winner or passage
        self._leave_hall(passage)
        if passage.hall:
            self.counts[_key("hall-ins", passage)._replace(place=passage.hall)] += 1
            self._hall = passage
        else:
            self._grounds = passage
        self.last = passage
        moved = {} if inside is None else {"is_transfer": True}
        return Verdict(Word.ADMITTED, None, {"is_return": is_return} | moved)

    def go_out(self, passage: Passage) -> Verdict:
        """Out of the fair by a gate of the grounds; by a hall's, out of the hall, and of the fair if it was all."""
        was_inside = self._hall or self._grounds
        has_left_hall = self._leave_hall(passage)
        if not passage.hall:
            self._grounds = None
        if was_inside is not None and self._grounds is None:
            self.counts[_key("outs", passage)] += 1
            self.last = passage
        elif has_left_hall:
            self.last = passage
        return Verdict(Word.LEFT)

    def _leave_hall(self, passage: Passage) -> bool:
        if self._hall is None:
            return False
        self.counts[_key("hall-outs", passage)._replace(place=self._hall.hall)] += 1
        self._hall = None
        return True


def _entered(passage: Passage) -> dict[str, Any]:
    return {"entered": f"{passage.wall:%H:%M}", "gate": passage.gate}


def _key(measure: str, passage: Passage) -> CountKey:
    return CountKey(measure, passage.wall.date().isoformat(), passage.gate, passage.kind.value)


def _arrival(passage: Passage) -> CountKey:
    return CountKey("arrivals", passage.wall.date().isoformat(), quarter_of(passage.wall), passage.kind.value)


def quarter_of(wall: datetime) -> str:
    """The quarter of an hour a wall time falls in, by its start: "09:15"."""
    return f"{wall.hour:02}:{wall.minute // 15 * 15:02}"
