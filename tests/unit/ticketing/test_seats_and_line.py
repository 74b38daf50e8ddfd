"""Who gets seats, who waits, who moves up: the rules alone."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ticketing.bookings import domain
from services.ticketing.bookings.domain import TRANSITIONS, Asked, BookingState
from services.ticketing.programme.domain import Seats, SessionState
from shared.problem import Problem

STARTS = datetime(2026, 12, 5, 10, tzinfo=UTC)
BEFORE = STARTS - timedelta(seconds=1)
CONFIRMED, WAITLISTED = BookingState.CONFIRMED, BookingState.WAITLISTED


@pytest.mark.parametrize(
    ("seats", "party_size", "expected"),
    [
        (Seats(12, 0, 0, 5), 1, CONFIRMED),
        (Seats(12, 11, 0, 5), 1, CONFIRMED),
        (Seats(12, 11, 0, 5), 2, WAITLISTED),
        (Seats(12, 12, 0, 5), 1, WAITLISTED),
        (Seats(12, 10, 1, 5), 1, WAITLISTED),
        (Seats(12, 12, 4, 5), 10, WAITLISTED),
        (Seats(12, 12, 5, 5), 1, domain.WaitingListClosed),
        (Seats(12, 12, 0, 0), 1, domain.WaitingListClosed),
    ],
)
def test_a_party_is_placed_whole_and_after_those_who_wait(
    seats: Seats, party_size: int, expected: BookingState | type[Problem]
) -> None:
    if isinstance(expected, BookingState):
        assert domain.place_booking(seats, party_size) is expected
    else:
        with pytest.raises(expected):
            domain.place_booking(seats, party_size)


def check(asked: Asked, state: SessionState = SessionState.OPEN, capacity: int = 12) -> None:
    domain.check_order(asked, state=state, starts_at=STARTS, capacity=capacity)


@pytest.mark.parametrize(
    ("asked", "refusal"),
    [
        (Asked(1, BEFORE, 0, "7K3M9QXA"), domain.AlreadyBooked),
        (Asked(1, STARTS, 0, None), domain.SessionBegun),
        (Asked(11, BEFORE, 0, None), domain.PartyTooLarge),
        (Asked(0, BEFORE, 0, None), domain.PartyTooLarge),
        (Asked(1, BEFORE, 20, None), domain.TooManyBookings),
    ],
)
def test_what_no_free_seat_would_help_is_refused(asked: Asked, refusal: type[Problem]) -> None:
    with pytest.raises(refusal):
        check(asked)


def test_a_party_larger_than_the_room_never_waits_for_nothing() -> None:
    with pytest.raises(domain.PartyTooLarge) as refusal:
        check(Asked(9, BEFORE, 0, None), capacity=8)
    assert refusal.value.facts == {"most": 8}


def test_a_cancelled_session_takes_nobody() -> None:
    with pytest.raises(domain.SessionCancelled):
        check(Asked(1, BEFORE, 0, None), SessionState.CANCELLED)


@pytest.mark.parametrize(
    ("free", "line", "moved"),
    [(0, [1], 0), (1, [1, 1], 1), (1, [2, 1], 0), (3, [2, 2, 1], 1), (5, [2, 2, 1], 3), (5, [], 0)],
)
def test_the_line_moves_up_strictly_in_order(free: int, line: list[int], moved: int) -> None:
    assert domain.move_up(free, line) == moved


@given(st.integers(0, 40), st.lists(st.integers(1, 10), max_size=20))
def test_moving_up_never_oversells_and_never_leaves_a_fitting_head(free: int, line: list[int]) -> None:
    moved = domain.move_up(free, line)
    used = sum(line[:moved])
    assert used <= free
    assert moved == len(line) or line[moved] > free - used


@given(st.integers(1, 30), st.lists(st.integers(1, 10), max_size=40))
def test_no_order_of_parties_oversells(capacity: int, parties: list[int]) -> None:
    seats = Seats(capacity, 0, 0, 10)
    for party_size in parties:
        try:
            state = domain.place_booking(seats, party_size)
        except domain.WaitingListClosed:
            continue
        seats = domain.after_booking(seats, party_size, state)
        assert 0 <= seats.taken <= seats.capacity
        assert seats.waiting <= seats.waiting_limit


def test_seats_are_given_back_until_the_session_begins() -> None:
    assert domain.can_cancel(CONFIRMED, STARTS, BEFORE)
    assert domain.can_cancel(WAITLISTED, STARTS, BEFORE)
    assert not domain.can_cancel(CONFIRMED, STARTS, STARTS)
    assert not domain.can_cancel(BookingState.CANCELLED, STARTS, BEFORE)


def test_the_page_of_states_and_the_code_say_the_same() -> None:
    page = (Path(__file__).parents[3] / "docs" / "states.md").read_text()
    part = page.split("## Bookings (ticketing)")[1].split("\n## ")[0]
    rows = re.findall(r"^\| (\S+) \| ([a-z ]+) \| (\w+) \| (\S+) \|$", part, re.MULTILINE)
    assert [tuple(row) for row in rows if row[0] != "from"] == [
        (before.value if before else "–", act.value, after.value, told) for before, act, after, told in TRANSITIONS
    ]
