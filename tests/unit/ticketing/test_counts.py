"""What the page that moves says: how full, what is usual, which gates fell silent."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from services.ticketing.admissions.domain import CountKey
from services.ticketing.counts.domain import (
    Crowding,
    Usual,
    against_usual,
    attend,
    capacity_of,
    crowding,
    fell_silent,
)

NOON = datetime(2026, 12, 5, 12, 0, tzinfo=UTC)
MORNING = NOON - timedelta(hours=12)


@pytest.mark.parametrize(
    ("inside", "capacity", "said"),
    [
        (899, 1000, None),
        (900, 1000, Crowding.NEARLY),
        (999, 1000, Crowding.NEARLY),
        (1000, 1000, Crowding.FULL),
        (1200, 1000, Crowding.FULL),
        (9, 11, None),
        (10, 11, Crowding.NEARLY),
        (5000, 0, None),
    ],
)
def test_the_alarm_comes_at_90_and_at_100_of_100(inside: int, capacity: int, said: Crowding | None) -> None:
    assert crowding(inside, capacity) is said


def test_a_venue_holds_what_its_halls_hold() -> None:
    assert capacity_of([{"capacity": 1200}, {"capacity": 300}, {"capacity": None}, {}]) == 1500


def test_a_gate_is_silent_only_beside_one_that_is_not() -> None:
    scans = {"A": NOON, "B": NOON - timedelta(minutes=16), "C": None, "D": MORNING - timedelta(hours=2)}
    assert fell_silent(scans, NOON, MORNING) == ["B"], "C was never open today, D only yesterday"
    assert fell_silent(scans | {"B": NOON - timedelta(minutes=15)}, NOON, MORNING) == []
    assert fell_silent(scans | {"A": NOON - timedelta(minutes=20)}, NOON, MORNING) == [], "a pause is no alarm"


def test_arrivals_stand_against_the_mean_of_the_other_days() -> None:
    usual = Usual(2, {"09:00": 3, "09:45": 4})
    assert against_usual([("09:15", 7)], usual) == [
        ("09:00", 0, 1.5),
        ("09:15", 7, 0.0),
        ("09:30", 0, 0.0),
        ("09:45", 0, 2.0),
    ]
    assert against_usual([], Usual()) == []


def test_who_did_not_say_where_they_live_is_counted_apart() -> None:
    day, counts = "2026-12-05", Counter[CountKey]()
    counts[CountKey("visits", day, "A", "visitor")] = 10
    counts[CountKey("residence", day, "FR", "visitor")] = 2
    counts[CountKey("residence", day, "MA-08", "visitor")] = 5
    counts[CountKey("residence", day, "FR", "press")] = 4
    assert attend(counts, day, ["A"]).residences == (("MA-08", 5), ("FR", 2), ("", 3))
