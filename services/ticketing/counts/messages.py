"""What ticketing says about attendance: plain numbers, nobody's name."""

from dataclasses import dataclass
from typing import Any, ClassVar


@dataclass(frozen=True, slots=True)
class AttendanceCounted:
    """The counts of a local day as they stand (design section 7); said while the fair runs, at the day's close, and
    again when scans that came late changed them.

    `place` of a gate or hall is its reference; `tally` are counted heads, never among visits; `sessions` sums the
    sessions of the day; `thresholds` are those passed that day, as `attendance.threshold_passed.v1` told them.
    """

    NAME: ClassVar[str] = "attendance.counted.v1"
    day: str
    counted_at: str
    is_closed: bool
    visits: int
    visitors: int
    inside: int
    capacity: int
    national: int
    foreign: int
    not_visitors: dict[str, int]
    gates: list[dict[str, Any]]
    halls: list[dict[str, Any]]
    tally: dict[str, int]
    sessions: dict[str, int]
    thresholds: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class AttendanceThresholdPassed:
    """A count has reached a number that the organiser chose.

    `measure`: inside, visits or visitors; `place`: a hall's reference, "" for the whole fair; `percent`: of the
    capacity, where it is inside and a capacity is known.
    """

    NAME: ClassVar[str] = "attendance.threshold_passed.v1"
    day: str
    at: str
    measure: str
    place: str
    threshold: int
    value: int
    percent: int | None
    capacity: int | None
