"""Who gets seats, who waits, who moves up: the rules alone."""

import re
from contextlib import nullcontext
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ticketing.bookings import domain
from services.ticketing.bookings.domain import TRANSITIONS, Act, Asked, BookingState
from services.ticketing.bookings.domain.offers import LinePolicy, Window, choose, window
from services.ticketing.bookings.domain.rules import Overlap, Rules, check_overlap
from services.ticketing.programme.domain import Seats, SessionKind, SessionState
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
        (Asked(6, BEFORE, 0, None), domain.PartyTooLarge),
        (Asked(2, BEFORE, 4, None), domain.TooManySeats),
    ],
)
def test_what_no_free_seat_would_help_is_refused(asked: Asked, refusal: type[Problem]) -> None:
    with pytest.raises(refusal):
        check(asked)


def test_a_party_larger_than_the_room_never_waits_for_nothing() -> None:
    with pytest.raises(domain.PartyTooLarge) as refusal:
        check(Asked(9, BEFORE, 0, None, most_a_day=10), capacity=8)
    assert refusal.value.facts == {"most": 8}


def test_a_cancelled_session_takes_nobody() -> None:
    with pytest.raises(domain.SessionCancelled):
        check(Asked(1, BEFORE, 0, None), SessionState.CANCELLED)


@pytest.mark.parametrize(
    ("free", "line", "strict", "best"),
    [
        (0, [1], [], []),
        (1, [1, 1], [0], [0]),
        (1, [2, 1], [], [1]),
        (3, [2, 2, 1], [0], [0, 2]),
        (5, [2, 2, 1], [0, 1, 2], [0, 1, 2]),
        (5, [], [], []),
    ],
)
def test_a_single_passes_a_pair_only_where_the_organiser_says_so(
    free: int, line: list[int], strict: list[int], best: list[int]
) -> None:
    assert choose(free, line, LinePolicy.STRICT_ORDER) == strict
    assert choose(free, line, LinePolicy.BEST_FIT) == best


@given(st.integers(0, 40), st.lists(st.integers(1, 10), max_size=20), st.sampled_from(LinePolicy))
def test_offers_never_exceed_what_is_free_and_never_leave_one_who_could_have_it(
    free: int, line: list[int], policy: LinePolicy
) -> None:
    chosen = choose(free, line, policy)
    left = free - sum(line[number] for number in chosen)
    assert left >= 0
    others = [size for number, size in enumerate(line) if number not in chosen]
    entitled = others[:1] if policy is LinePolicy.STRICT_ORDER else others
    assert all(size > left for size in entitled)


HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("now", "starts", "expected"),
    [
        ("12-01 10:00", "12-09 10:00", Window(length=24 * HOUR)),
        ("12-02 10:00", "12-09 10:00", Window(length=6 * HOUR)),
        ("12-01 10:00", "12-02 11:00", Window(length=6 * HOUR)),
        ("12-01 10:00", "12-02 10:00", Window(length=HOUR)),
        ("12-02 07:00", "12-02 10:00", Window(length=HOUR)),  # today: also early
        ("12-02 08:00", "12-02 10:00", Window(length=HOUR)),
        ("12-02 08:01", "12-02 10:00", Window()),  # less than two hours: whoever answers first
        ("12-01 21:00", "12-09 10:00", Window(wait=11 * HOUR)),
        ("12-02 07:59", "12-09 10:00", Window(wait=timedelta(minutes=1))),
        ("12-01 20:59", "12-09 10:00", Window(length=24 * HOUR)),
        ("12-01 22:00", "12-02 07:30", Window(wait=2 * HOUR)),  # no morning before it: when its day begins
        ("12-02 22:00", "12-02 23:00", Window()),
        ("12-01 16:00", "12-09 10:00", Window(length=24 * HOUR)),
        ("12-01 16:00", "12-06 10:00", Window(length=16 * HOUR)),  # six hours would end at night
        ("12-01 23:30", "12-02 00:30", Window(wait=timedelta(minutes=30))),
    ],
)
def test_how_long_an_offer_lives_and_that_nobody_is_woken(now: str, starts: str, expected: Window) -> None:
    at, begins = (datetime.fromisoformat(f"2026-{said}") for said in (now, starts))
    assert window(at, begins) == expected


@given(st.integers(1, 30), st.lists(st.integers(1, 10), max_size=40))
def test_no_order_of_parties_oversells(capacity: int, parties: list[int]) -> None:
    seats = Seats(capacity, 0, 0, 10)
    for party_size in parties:
        try:
            state = domain.place_booking(seats, party_size)
        except domain.WaitingListClosed:
            continue
        confirmed = state is CONFIRMED
        seats = replace(
            seats,
            taken=seats.taken + (party_size if confirmed else 0),
            waiting=seats.waiting + (0 if confirmed else 1),
        )
        assert 0 <= seats.taken <= seats.capacity
        assert seats.waiting <= seats.waiting_limit


def test_seats_are_given_back_until_the_session_begins() -> None:
    assert domain.can_cancel(CONFIRMED, STARTS, BEFORE)
    assert domain.can_cancel(WAITLISTED, STARTS, BEFORE)
    assert not domain.can_cancel(CONFIRMED, STARTS, STARTS)
    assert not domain.can_cancel(BookingState.CANCELLED, STARTS, BEFORE)


@pytest.mark.parametrize(
    ("rule", "other", "anyway", "refusal"),
    [
        (Overlap.BLOCK, "7K3M9QXA", True, domain.SessionsOverlap),
        (Overlap.WARN, "7K3M9QXA", False, domain.OverlapUnconfirmed),
        (Overlap.WARN, "7K3M9QXA", True, None),
        (Overlap.IGNORE, "7K3M9QXA", False, None),
        (Overlap.BLOCK, None, False, None),
    ],
)
def test_two_sessions_at_one_hour(
    rule: Overlap, other: str | None, anyway: bool, refusal: type[Problem] | None
) -> None:
    with pytest.raises(refusal) if refusal else nullcontext():
        check_overlap(rule, other, anyway=anyway)


def test_a_kind_of_session_has_its_own_rule() -> None:
    rules = Rules(overlap=Overlap.IGNORE, overlaps={"training": "block"})
    assert rules.overlap_of(SessionKind.TRAINING) is Overlap.BLOCK
    assert rules.overlap_of(SessionKind.ACT) is Overlap.IGNORE


@pytest.mark.parametrize("state", BookingState)
@pytest.mark.parametrize("act", Act)
def test_no_step_is_made_that_the_table_does_not_know(state: BookingState, act: Act) -> None:
    known = {(before, does): after for before, does, after, _ in TRANSITIONS}
    if (state, act) in known:
        assert domain.after(state, act) is known[state, act]
    else:
        with pytest.raises(domain.NotNow):
            domain.after(state, act)


def test_the_page_of_states_and_the_code_say_the_same() -> None:
    page = (Path(__file__).parents[3] / "docs" / "states.md").read_text()
    part = page.split("## Bookings (ticketing)")[1].split("\n## ")[0]
    rows = re.findall(r"^\| (\S+) \| ([a-z ]+) \| (\w+) \| (\S+) \|$", part, re.MULTILINE)
    assert [tuple(row) for row in rows if row[0] != "from"] == [
        (before.value if before else "–", act.value, after.value, told) for before, act, after, told in TRANSITIONS
    ]
