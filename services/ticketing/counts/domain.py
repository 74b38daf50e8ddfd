"""What is counted, in the words of ISO 25639 and the UFI audit rules (no conformity is claimed)."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from services.ticketing.admissions.domain import BadgeKind, CountKey

VISITOR = BadgeKind.VISITOR.value


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
class Attendance:
    """The counts of one local day, and `visitors` of the whole exhibition so far."""

    day: str
    visits: int
    visitors: int
    inside: int
    gates: tuple[AtGate, ...]
    arrivals: tuple[tuple[str, int], ...]
    not_visitors: tuple[tuple[str, int], ...]


def attend(counts: Counter[CountKey], day: str, gates: Sequence[str]) -> Attendance:
    """Put counters together; people who are no visitors have rows of their own."""

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
    )


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
