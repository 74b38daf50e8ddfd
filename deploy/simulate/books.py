"""The simulator's own books: what people were told, and what must follow from it. Knows nothing of the services."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from deploy.simulate.population import Artisan, Visitor


@dataclass
class Entry:
    """An application as its applicant last heard of it; `acts` are those that were acknowledged."""

    artisan: Artisan
    person_id: str
    reference: str
    state: str
    token: str = ""
    link: str = ""
    acts: list[str] = field(default_factory=list)


@dataclass
class Known:
    """A visitor who has registered; the tokens (by service) are good for 12 hours."""

    visitor: Visitor
    person_id: str
    code: str
    reference: str
    tokens: dict[str, str]
    until: datetime
    is_first_of_phone: bool
    first_reference: str
    link: str = ""
    lost_codes: list[str] = field(default_factory=list)


@dataclass
class Seat:
    """A booking as its person last heard of it."""

    reference: str
    session: str
    person_id: str
    visitor: int
    party: int
    first_state: str
    state: str
    gives_back: str
    is_given_back: bool = False


@dataclass(frozen=True, slots=True)
class Read:
    """A scan that was uploaded and acknowledged, `at` a wall time; `is_void` when its badge had been replaced."""

    id: str
    person_id: str
    kind: str
    gate: str
    is_in: bool
    at: datetime
    is_void: bool = False


@dataclass(frozen=True)
class Morning:
    """A session before it began, when nothing was on its way: its seats and its live bookings, as staff saw them."""

    day: date
    session: str
    capacity: int
    bookings: list[dict[str, Any]]


@dataclass
class Books:
    """Everything that was acknowledged."""

    entries: dict[str, Entry] = field(default_factory=dict)
    known: dict[int, Known] = field(default_factory=dict)
    seats: dict[str, Seat] = field(default_factory=dict)
    reads_of: dict[tuple[str, date], list[Read]] = field(default_factory=dict)
    mornings: list[Morning] = field(default_factory=list)
    stands: dict[str, str] = field(default_factory=dict)
    refused: Counter[str] = field(default_factory=Counter)
    verdicts: Counter[str] = field(default_factory=Counter)
    surprises: list[str] = field(default_factory=list)
    places: int = 0
    """How many applications were accepted, and so how many places there are to give."""
    welcomed: bool = False
    """Whether every new phone must have had its welcome: the limits let this many through."""

    def read(self, one: Read, heard: str) -> None:
        """Note a scan that was acknowledged, and what the steward heard."""
        self.verdicts[heard] += 1
        self.reads_of.setdefault((one.person_id, one.at.date()), []).append(one)

    @property
    def reads(self) -> Iterator[Read]:
        """Every scan of a badge that was acknowledged."""
        return (one for own in self.reads_of.values() for one in own)


@dataclass
class DayCounts:
    """What the books say of one day: visits by the gate of first entry, ways in and out of everybody by gate."""

    visits: Counter[str] = field(default_factory=Counter)
    ins: Counter[str] = field(default_factory=Counter)
    outs: Counter[str] = field(default_factory=Counter)
    arrivals: Counter[str] = field(default_factory=Counter)
    visits_by_kind: Counter[str] = field(default_factory=Counter)


@dataclass
class Attendance:
    """The counts of all days, and how many different persons were admitted, by kind of badge."""

    days: defaultdict[date, DayCounts]
    persons: Counter[str]


def count(reads: Iterable[Read]) -> Attendance:
    """Count what was read: one visit a person and day, re-entries add none, the inside cannot enter again.

    Written from the definitions (ISO 25639; design section 7), not from the services' code.
    """
    by_day: defaultdict[tuple[str, date], list[Read]] = defaultdict(list)
    for one in reads:
        by_day[one.person_id, one.at.date()].append(one)
    days: defaultdict[date, DayCounts] = defaultdict(DayCounts)
    came: set[tuple[str, str]] = set()
    for (person, day), own in by_day.items():
        first = _walk(own, days[day])
        if first is not None:
            came.add((person, first.kind))
    return Attendance(days, Counter(kind for _, kind in came))


def hear(own: Sequence[Read]) -> dict[str, str]:
    """What a steward must have heard for each of somebody's scans of a day, were they brought in their order."""
    heard: dict[str, str] = {}
    is_inside = False
    for one in _ordered(own):
        if one.is_void:
            heard[one.id] = "refused replaced"
        elif not one.is_in:
            heard[one.id], is_inside = "left", False
        elif is_inside:
            heard[one.id] = "refused already-inside"
        else:
            heard[one.id], is_inside = "admitted", True
    return heard


def _walk(own: Sequence[Read], counts: DayCounts) -> Read | None:
    """Add one person's day; the scan that was the visit."""
    heard, first, is_inside = hear(own), None, False
    for one in _ordered(own):
        if heard[one.id] == "admitted":
            counts.ins[one.gate] += 1
            first, is_inside = first or one, True
        elif heard[one.id] == "left" and is_inside:
            counts.outs[one.gate] += 1
            is_inside = False
    if first is not None:
        counts.visits_by_kind[first.kind] += 1
    if first is not None and first.kind == "visitor":
        counts.visits[first.gate] += 1
        counts.arrivals[f"{first.at.hour:02}:{first.at.minute // 15 * 15:02}"] += 1
    return first


def _ordered(own: Sequence[Read]) -> list[Read]:
    return sorted(own, key=lambda one: (one.at, one.id))
