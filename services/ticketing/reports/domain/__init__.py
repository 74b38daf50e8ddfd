"""What a report holds: the numbers of design section 7, of one day or of the whole exhibition, in plain values."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.ticketing.admissions.domain import BadgeKind, CountKey
from services.ticketing.counts.domain.homes import is_national
from shared.problem import N_

VISITOR = BadgeKind.VISITOR.value
OTHERS = {
    BadgeKind.EXHIBITOR.value: N_("Exhibitors"),
    BadgeKind.ORGANISER.value: N_("Organisers"),
    BadgeKind.SERVICE.value: N_("Service people"),
    BadgeKind.PRESS.value: N_("Press"),
}
# Each number of a report with what it means, in the order in which they stand.
TERMS: tuple[tuple[str, str], ...] = (
    (
        N_("Visits"),
        N_("Visitors let in at a gate, each person at most once a day. Coming back the same day adds none."),
    ),
    (
        N_("Visitors"),
        N_(
            "Different people let in since the first day. "
            "Exhibitors, organisers, service people and press are not visitors."
        ),
    ),
    (
        N_("National and foreign visits"),
        N_(
            "Visits of people who said that they live in Morocco, and of those who live elsewhere. "
            "Nobody has to say it."
        ),
    ),
    (
        N_("In and out"),
        N_("Everybody who came in or went out by a gate that day, with any badge. In minus out is inside."),
    ),
    (
        N_("By hall"),
        N_(
            "Who came in by a hall’s gate and did not leave it. "
            "In at the gate of another hall is out of the one before."
        ),
    ),
    (
        N_("Counted without a badge"),
        N_(
            "Heads that stewards counted: a school class, a free day, who comes along without a badge. "
            "In no other number."
        ),
    ),
    (N_("Arrivals"), N_("Visits by the quarter of an hour of the first scan.")),
    (N_("Seats booked"), N_("Seats of bookings that were confirmed and not cancelled before the session.")),
    (N_("Came"), N_("People let in at the session's door, with a booking or without.")),
    (N_("Did not come"), N_("Booked seats of sessions that are over whose people were not let in.")),
    (N_("Without a booking"), N_("People let in at the door who had not booked.")),
    (
        N_("Hours attended"),
        N_("For each person let in, the time from their coming, or from the beginning, to the end of the session."),
    ),
)


_TOLD = ("visits", "ins", "outs", "arrivals", "residence", "hall-ins", "hall-outs", "tally-in", "tally-out")


@dataclass(frozen=True, slots=True)
class Day:
    """One local day's numbers."""

    day: str
    visits: int
    national: int
    foreign: int
    not_visitors: int
    ins: int
    outs: int


@dataclass(frozen=True, slots=True)
class Sitting:
    """One session's attendance: seats booked, people who came with a booking and without, minutes in the room."""

    reference: str
    titles: dict[str, str]
    starts_wall: datetime
    is_over: bool
    booked: int
    came: int
    walked_in: int
    minutes: int

    @property
    def no_shows(self) -> int:
        """Booked seats nobody took; 0 while the session may still fill."""
        return max(0, self.booked - (self.came - self.walked_in)) if self.is_over else 0


@dataclass(frozen=True, slots=True)
class Report:
    """The whole exhibition so far."""

    visitors: int
    others: tuple[tuple[str, int], ...]
    days: tuple[Day, ...]
    gates: tuple[tuple[str, int, int, int], ...]
    homes: tuple[tuple[str, int], ...]
    halls: tuple[tuple[str, int, int], ...] = ()
    heads: tuple[int, int] = (0, 0)

    @property
    def visits(self) -> int:
        """Of all days."""
        return sum(one.visits for one in self.days)


def report(counts: Counter[CountKey]) -> Report:
    """Put all counters of an exhibition together."""
    days = sorted({key.day for key, value in counts.items() if key.day and value})
    gates = sorted({key.place for key in counts if key.measure in ("ins", "outs", "visits")})
    halls = sorted({key.place for key in counts if key.measure == "hall-ins"})
    homes = _sum(counts, "residence", kind=VISITOR)
    known = Counter({place: _sum(counts, "residence", kind=VISITOR, place=place) for place in _homes(counts)})
    visits = _sum(counts, "visits", kind=VISITOR)
    ranked = sorted(known.items(), key=lambda pair: (-pair[1], pair[0]))
    return Report(
        visitors=counts[CountKey("visitors", "", "", VISITOR)],
        others=tuple((kind, counts[CountKey("visitors", "", "", kind)]) for kind in OTHERS),
        days=tuple(_day(counts, day) for day in days),
        gates=tuple(
            (
                gate,
                _sum(counts, "visits", place=gate, kind=VISITOR),
                _sum(counts, "ins", place=gate),
                _sum(counts, "outs", place=gate),
            )
            for gate in gates
        ),
        halls=tuple(
            (hall, _sum(counts, "hall-ins", place=hall), _sum(counts, "hall-outs", place=hall)) for hall in halls
        ),
        heads=(_sum(counts, "tally-in"), _sum(counts, "tally-out")),
        homes=(*[pair for pair in ranked if pair[1]], *([("", visits - homes)] if visits > homes else [])),
    )


def _homes(counts: Counter[CountKey]) -> set[str]:
    return {key.place for key in counts if key.measure == "residence" and key.kind == VISITOR}


def _day(counts: Counter[CountKey], day: str) -> Day:
    homes = {place: _sum(counts, "residence", day=day, place=place, kind=VISITOR) for place in _homes(counts)}
    national = sum(n for place, n in homes.items() if is_national(place))
    visits = _sum(counts, "visits", day=day, kind=VISITOR)
    return Day(
        day=day,
        visits=visits,
        national=national,
        foreign=sum(homes.values()) - national,
        not_visitors=_sum(counts, "visits", day=day) - visits,
        ins=_sum(counts, "ins", day=day),
        outs=_sum(counts, "outs", day=day),
    )


def _sum(counts: Counter[CountKey], measure: str, **where: str) -> int:
    wanted = where.items()
    return sum(
        value
        for key, value in counts.items()
        if key.measure == measure and all(getattr(key, name) == said for name, said in wanted)
    )


def numbers_of(counts: Counter[CountKey]) -> dict[str, Any]:
    """The counters as the signed file tells them, and as an auditor finds them again from its scans."""
    told: dict[str, Any] = {"visitors": {}, "days": {}}
    for key, value in sorted(counts.items()):
        if not value:
            continue
        if key.measure == "visitors":
            told["visitors"][key.kind] = value
        elif key.measure in _TOLD:
            place = told["days"].setdefault(key.day, {}).setdefault(key.measure, {})
            place.setdefault(key.place, {})[key.kind] = value
    return told


def totals(sittings: Iterable[Sitting]) -> tuple[int, int, int, int, int]:
    """Booked, came, did not come, without a booking, and minutes, of all these sessions."""
    some = list(sittings)
    return (
        sum(one.booked for one in some),
        sum(one.came for one in some),
        sum(one.no_shows for one in some),
        sum(one.walked_in for one in some),
        sum(one.minutes for one in some),
    )
