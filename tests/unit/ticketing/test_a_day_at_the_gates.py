"""One holder's day: who is let in, what it adds; and never the order in which scans arrive."""

import random
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.ticketing.admissions.domain import (
    BadgeKind,
    CountKey,
    Direction,
    Passage,
    Reason,
    Word,
    live_day,
    quarter_of,
    within_days,
)
from services.ticketing.counts.domain import attend

OPENS = datetime(2026, 12, 4, 9, tzinfo=UTC)
DAY = "2026-12-04"


def passage(number: int, minute: int, direction: str = "in", gate: str = "A", *, is_void: bool = False) -> Passage:
    at = OPENS + timedelta(minutes=minute)
    return Passage(
        UUID(int=number),
        UUID(int=99),
        BadgeKind.VISITOR,
        gate,
        Direction(direction),
        at,
        at.replace(tzinfo=None),
        is_void,
    )


PASSAGES = st.lists(
    st.builds(
        passage,
        st.integers(1, 10_000),
        st.integers(0, 600),
        st.sampled_from(["in", "out"]),
        st.sampled_from("ABCD"),
        is_void=st.booleans(),
    ),
    max_size=8,
    unique_by=lambda one: one.scan_id,
)


# how fast passages are thought up says nothing about them: a busy machine is no failure
UNHURRIED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


@UNHURRIED
@given(PASSAGES, st.integers())
def test_the_order_of_arrival_cannot_matter(passages: list[Passage], seed: int) -> None:
    shuffled = passages[:]
    random.Random(seed).shuffle(shuffled)
    assert live_day(shuffled) == live_day(passages)


@UNHURRIED
@given(PASSAGES)
def test_a_day_is_one_visit_at_most_and_nobody_leaves_twice(passages: list[Passage]) -> None:
    day = live_day(passages)
    total: Counter[str] = Counter()
    for key, value in day.counts.items():
        assert value > 0
        total[key.measure] += value
    assert total["visits"] == total["arrivals"] == (1 if day.winner else 0)
    assert 0 <= total["ins"] - total["outs"] <= 1
    assert set(day.verdicts) == {one.scan_id for one in passages}


def test_the_earliest_scan_wins_and_ties_are_broken_by_id() -> None:
    day = live_day([passage(7, 12, gate="B"), passage(3, 12, gate="A"), passage(1, 40, gate="C")])
    assert day.winner is not None
    assert day.winner.scan_id == UUID(int=3)
    refused = day.verdicts[UUID(int=1)]
    assert (refused.word, refused.reason) == (Word.REFUSED, Reason.ALREADY_INSIDE)
    assert refused.facts == {"entered": "09:12", "gate": "A"}


def test_out_and_in_again_is_a_return_and_no_second_visit() -> None:
    day = live_day([passage(1, 0), passage(2, 30, "out", "B"), passage(3, 60, gate="C")])
    assert day.verdicts[UUID(int=3)].facts == {"is_return": True}
    assert day.counts[CountKey("visits", DAY, "A", "visitor")] == 1
    assert sum(value for key, value in day.counts.items() if key.measure == "ins") == 2


def test_a_void_badge_neither_enters_nor_leaves() -> None:
    day = live_day([passage(1, 0, is_void=True), passage(2, 5, "out", is_void=True)])
    assert day.winner is None
    assert not day.counts


@pytest.mark.parametrize(("minute", "quarter"), [(0, "09:00"), (14, "09:00"), (15, "09:15"), (239, "12:45")])
def test_quarters_begin_at_0_15_30_and_45(minute: int, quarter: str) -> None:
    assert quarter_of((OPENS + timedelta(minutes=minute)).replace(tzinfo=None)) == quarter


def test_days_of_a_badge_count_on_both_ends() -> None:
    first, last = date(2026, 12, 4), date(2026, 12, 6)
    assert within_days(first, last, first) is None
    assert within_days(first, last, last) is None
    early, late = within_days(first, last, date(2026, 12, 3)), within_days(first, last, date(2026, 12, 7))
    assert early is not None
    assert early.facts == {"first_day": "2026-12-04"}
    assert late is not None
    assert late.reason is Reason.TOO_LATE


def test_counts_keep_visitors_apart_and_fill_empty_quarters() -> None:
    counts = Counter(
        {
            CountKey("visits", DAY, "A", "visitor"): 3,
            CountKey("visits", DAY, "A", "press"): 2,
            CountKey("ins", DAY, "A", "visitor"): 4,
            CountKey("ins", DAY, "A", "press"): 2,
            CountKey("outs", DAY, "B", "visitor"): 1,
            CountKey("arrivals", DAY, "09:00", "visitor"): 1,
            CountKey("arrivals", DAY, "09:30", "visitor"): 2,
            CountKey("visitors", "", "", "visitor"): 40,
        }
    )
    seen = attend(counts, DAY, ["A", "B"])
    assert (seen.visits, seen.visitors, seen.inside) == (3, 40, 5)
    assert seen.arrivals == (("09:00", 1), ("09:15", 0), ("09:30", 2))
    assert dict(seen.not_visitors)["press"] == 2
    assert seen.gates[1].inside == -1
