"""The door of a session: to whom seats go that nobody has come to, and only as many as the queue needs."""

from datetime import UTC, datetime, timedelta

import hypothesis.strategies as st
import pytest
from hypothesis import given

from services.ticketing.bookings.domain.door import DoorReason, Unclaimed, open_seats, refuse, serve
from services.ticketing.bookings.domain.offers import LinePolicy
from services.ticketing.programme.domain import Seats, SessionState

STRICT, FIT = LinePolicy.STRICT_ORDER, LinePolicy.BEST_FIT
START = datetime(2026, 12, 5, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("free", "queue", "unclaimed", "policy", "seated", "taken"),
    [
        (0, [1], [], STRICT, [], {}),
        (2, [1, 2, 1], [], STRICT, [0], {}),
        (2, [1, 2, 1], [], FIT, [0, 2], {}),
        (0, [1], [Unclaimed(1), Unclaimed(1)], STRICT, [0], {0: 1}),
        (1, [2], [Unclaimed(3), Unclaimed(1)], STRICT, [0], {0: 3}),
        (0, [4], [Unclaimed(1), Unclaimed(2)], STRICT, [], {}),
        (0, [2], [Unclaimed(40, is_group=True)], STRICT, [0], {0: 2}),
        (0, [2, 3], [Unclaimed(1), Unclaimed(40, is_group=True)], STRICT, [0, 1], {0: 1, 1: 4}),
    ],
)
def test_the_queue_is_seated_in_order(
    free: int,
    queue: list[int],
    unclaimed: list[Unclaimed],
    policy: LinePolicy,
    seated: list[int],
    taken: dict[int, int],
) -> None:
    served = serve(free, queue, unclaimed, policy)
    assert (served.seated, served.taken) == (seated, taken)


@given(
    free=st.integers(0, 5),
    queue=st.lists(st.integers(1, 5), max_size=6),
    unclaimed=st.lists(st.builds(Unclaimed, st.integers(1, 6), st.booleans()), max_size=5),
    policy=st.sampled_from([STRICT, FIT]),
)
def test_no_seat_is_given_twice_nor_taken_for_nobody(
    free: int, queue: list[int], unclaimed: list[Unclaimed], policy: LinePolicy
) -> None:
    served = serve(free, queue, unclaimed, policy)
    given = sum(queue[n] for n in served.seated)
    taken = sum(served.taken.values())
    assert given <= free + taken
    assert all(part <= unclaimed[index].seats for index, part in served.taken.items())
    if taken:
        last = max(served.taken)
        assert free + taken - served.taken[last] < given, "without the last one taken, the queue would not fit"
    if policy is STRICT:
        assert served.seated == list(range(len(served.seated)))


@pytest.mark.parametrize(
    ("later", "reason"),
    [(-61, DoorReason.EARLY), (-60, None), (0, None), (119, None), (120, DoorReason.OVER)],
)
def test_the_door_opens_an_hour_before_and_closes_at_the_end(later: int, reason: DoorReason | None) -> None:
    at, ends = START + timedelta(minutes=later), START + timedelta(hours=2)
    assert refuse(SessionState.OPEN, START, ends, at) is reason
    assert refuse(SessionState.CANCELLED, START, ends, at) is DoorReason.CANCELLED


def test_until_the_start_free_seats_are_the_lines() -> None:
    seats = Seats(10, 8, 1, 5)
    assert (open_seats(seats, has_begun=False), open_seats(seats, has_begun=True)) == (0, 2)
