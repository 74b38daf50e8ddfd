"""What is counted, in the words of ISO 25639 and the UFI audit rules (no conformity is claimed)."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from services.ticketing.admissions.domain import BadgeKind, CountKey

VISITOR = BadgeKind.VISITOR.value
# A gate without a scan for so long, while another had one, fell silent.
SILENCE = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class AtGate:
    """One gate on one day: visits of visitors; ways in and out of everybody."""

    gate: str
    visits: int
    ins: int
    outs: int

    @property
    def inside(self) -> int:
        """In minus out."""
        return self.ins - self.outs


@dataclass(frozen=True, slots=True)
class InHall:
    """One hall on one day: who came into it and left it, with any badge."""

    hall: str
    ins: int
    outs: int

    @property
    def inside(self) -> int:
        """In minus out."""
        return self.ins - self.outs


@dataclass(frozen=True, slots=True)
class Attendance:
    """The counts of one local day, and `visitors` of the whole exhibition so far."""

    day: str
    visits: int
    visitors: int
    inside: int
    gates: tuple[AtGate, ...]
    arrivals: tuple[tuple[str, int], ...]
    not_visitors: tuple[tuple[str, int], ...]
    residences: tuple[tuple[str, int], ...] = ()
    halls: tuple[InHall, ...] = ()
    heads_in: int = 0
    heads_out: int = 0

    def inside_hall(self, reference: str) -> int:
        """People in a hall; 0 for one without gates of its own."""
        return next((one.inside for one in self.halls if one.hall == reference), 0)


@dataclass(frozen=True, slots=True)
class Usual:
    """Arrivals of the other days: their sum by quarter of an hour, and how many days."""

    days: int = 0
    sums: Mapping[str, int] = field(default_factory=dict)

    def mean(self, quarter: str) -> float:
        """What came on average in this quarter, one decimal."""
        return round(self.sums.get(quarter, 0) / self.days, 1) if self.days else 0.0


class Crowding(StrEnum):
    """How near to its capacity a venue is."""

    NEARLY = "nearly"
    FULL = "full"


def capacity_of(halls: Iterable[Mapping[str, Any]]) -> int:
    """How many people the halls hold together; 0 where nobody said."""
    return sum(int(hall.get("capacity") or 0) for hall in halls)


def crowding(inside: int, capacity: int) -> Crowding | None:
    """The alarm at 90 % and at 100 % of the capacity."""
    if not capacity or inside * 10 < capacity * 9:
        return None
    return Crowding.FULL if inside >= capacity else Crowding.NEARLY


def fell_silent(last_scans: Mapping[str, datetime | None], at: datetime, day_began: datetime) -> list[str]:
    """Gates that had scans today, but none for a quarter of an hour in which another gate had one."""
    since = at - SILENCE
    last = {gate: moment for gate, moment in last_scans.items() if moment is not None and moment >= day_began}
    if not any(moment >= since for moment in last.values()):
        return []
    return sorted(gate for gate, moment in last.items() if moment < since)


def against_usual(arrivals: Sequence[tuple[str, int]], usual: Usual) -> list[tuple[str, int, float]]:
    """Quarter, arrivals, and the mean of the other days; from the first quarter of either to the last."""
    today = dict(arrivals)
    busy = sorted(_number(one) for one in {*today, *(quarter for quarter, n in usual.sums.items() if n)})
    places = [_place(n) for n in range(busy[0], busy[-1] + 1)] if busy else []
    return [(one, today.get(one, 0), usual.mean(one)) for one in places]


def attend(counts: Counter[CountKey], day: str, gates: Sequence[str], halls: Sequence[str] = ()) -> Attendance:
    """Put counters together; people who are no visitors have rows of their own. `halls`: those with own gates."""

    def total(measure: str, *, place: str | None = None, kind: str | None = None) -> int:
        return sum(
            value
            for key, value in counts.items()
            if (key.measure, key.day) == (measure, day) and place in (None, key.place) and kind in (None, key.kind)
        )

    at_gates = tuple(
        AtGate(gate, total("visits", place=gate, kind=VISITOR), total("ins", place=gate), total("outs", place=gate))
        for gate in gates
    )
    others = [kind.value for kind in BadgeKind if kind is not BadgeKind.VISITOR]
    return Attendance(
        day=day,
        visits=total("visits", kind=VISITOR),
        visitors=counts[CountKey("visitors", "", "", VISITOR)],
        inside=total("ins") - total("outs"),
        gates=at_gates,
        arrivals=_quarters(counts, day),
        not_visitors=tuple((kind, total("visits", kind=kind)) for kind in others),
        residences=_residences(counts, day, total("visits", kind=VISITOR)),
        halls=tuple(InHall(hall, total("hall-ins", place=hall), total("hall-outs", place=hall)) for hall in halls),
        heads_in=total("tally-in"),
        heads_out=total("tally-out"),
    )


def _residences(counts: Counter[CountKey], day: str, visits: int) -> tuple[tuple[str, int], ...]:
    """Visits by where visitors live, the most first; "" last: nobody said."""
    found = {key.place: n for key, n in counts.items() if key[:2] == ("residence", day) and key.kind == VISITOR and n}
    unknown = visits - sum(found.values())
    known = sorted(found.items(), key=lambda pair: (-pair[1], pair[0]))
    return (*known, *([("", unknown)] if unknown else []))


def _quarters(counts: Counter[CountKey], day: str) -> tuple[tuple[str, int], ...]:
    """First arrivals of visitors by quarter of an hour, from the first to the last, empty ones included."""
    found = {key.place: value for key, value in counts.items() if key[:2] == ("arrivals", day) and key.kind == VISITOR}
    busy = sorted(_number(place) for place, value in found.items() if value)
    if not busy:
        return ()
    return tuple((_place(n), found.get(_place(n), 0)) for n in range(busy[0], busy[-1] + 1))


def _number(place: str) -> int:
    return int(place[:2]) * 4 + int(place[3:]) // 15


def _place(number: int) -> str:
    return f"{number // 4:02}:{number % 4 * 15:02}"
