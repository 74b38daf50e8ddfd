"""Numbers that an organiser wants to hear of when a count reaches them: which, when, and not again at each flicker."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from services.ticketing.counts.domain import Attendance

MOST_THRESHOLDS, LARGEST = 10, 1_000_000
# How far below a threshold people inside must fall, in hundredths of it, before rising again counts as passing again.
RELAX = 5


class Measure(StrEnum):
    """What a threshold looks at; visits of the day, visitors of the whole exhibition."""

    INSIDE = "inside"
    VISITS = "visits"
    VISITORS = "visitors"


@dataclass(frozen=True, slots=True)
class Thresholds:
    """What to hear of: people inside in hundredths of the places, and plain numbers."""

    inside_percent: tuple[int, ...] = (90, 100)
    inside: tuple[int, ...] = ()
    visits: tuple[int, ...] = ()
    visitors: tuple[int, ...] = ()


DEFAULT = Thresholds()


class Bar(NamedTuple):
    """One threshold on one day ("" for the whole exhibition): a number, in a hall or ("") the whole fair."""

    day: str
    measure: str
    place: str
    threshold: int


@dataclass(frozen=True, slots=True)
class Standing:
    """How a count stands to a bar; `capacity` 0 where it does not matter or nobody said."""

    bar: Bar
    value: int
    capacity: int = 0

    @property
    def percent(self) -> int | None:
        """Of the capacity, rounded down."""
        return self.value * 100 // self.capacity if self.capacity else None

    def is_above(self, *, was_above: bool) -> bool:
        """At or above; whoever was above stays so until the count fell clearly below."""
        if not was_above or self.bar.measure != Measure.INSIDE:
            return was_above or self.value >= self.bar.threshold
        return self.value * 100 > self.bar.threshold * (100 - RELAX)


def standings(counts: Attendance, capacities: dict[str, int], wanted: Thresholds) -> Iterator[Standing]:
    """Every threshold of a day with its count; `capacities` of the fair ("") and of halls with gates of their own."""
    for place, capacity in capacities.items():
        inside = counts.inside_hall(place) if place else counts.inside
        numbers = {-(-capacity * share // 100) for share in wanted.inside_percent if capacity}
        numbers |= set() if place else set(wanted.inside)
        for number in sorted(numbers):
            yield Standing(Bar(counts.day, Measure.INSIDE, place, number), inside, capacity)
    for measure, day, numbers_wanted, value in (
        (Measure.VISITS, counts.day, wanted.visits, counts.visits),
        (Measure.VISITORS, "", wanted.visitors, counts.visitors),
    ):
        for number in numbers_wanted:
            yield Standing(Bar(day, measure, "", number), value)


def tidy(numbers: Sequence[int]) -> tuple[int, ...]:
    """Each once, the least first."""
    return tuple(sorted(set(numbers)))
