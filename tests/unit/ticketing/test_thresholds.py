"""A count that reaches a number is told once, and not again at each flicker around it."""

import pytest

from services.ticketing.counts.domain import AtGate, Attendance, InHall
from services.ticketing.counts.domain.thresholds import DEFAULT, Bar, Measure, Standing, Thresholds, standings


def counts(inside: int = 0, visits: int = 0, visitors: int = 0, hall: int = 0) -> Attendance:
    halls = (InHall("textile", hall, 0),)
    return Attendance("2026-12-04", visits, visitors, inside, (AtGate("A", visits, inside, 0),), (), (), halls=halls)


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ([89, 90, 91], [1]),
        ([90, 89, 90, 88, 90], [0]),
        ([90, 85, 90], [0, 2]),
        ([90, 86, 90], [0]),
        ([0, 200, 10, 95], [1, 3]),
    ],
)
def test_people_inside_pass_again_only_after_they_fell_clearly_below(values: list[int], told: list[int]) -> None:
    above, found = False, []
    for n, value in enumerate(values):
        now = Standing(Bar("2026-12-04", Measure.INSIDE, "", 90), value, 100).is_above(was_above=above)
        if now and not above:
            found.append(n)
        above = now
    assert found == told


def test_visits_pass_once_even_if_a_late_word_takes_some_back() -> None:
    bar = Bar("2026-12-04", Measure.VISITS, "", 1000)
    assert Standing(bar, 1000).is_above(was_above=False)
    assert Standing(bar, 10).is_above(was_above=True)


def test_shares_are_of_the_fair_and_of_each_hall_and_round_up() -> None:
    found = {one.bar: one.value for one in standings(counts(inside=7, hall=3), {"": 21, "textile": 11}, DEFAULT)}
    assert found == {
        Bar("2026-12-04", "inside", "", 19): 7,
        Bar("2026-12-04", "inside", "", 21): 7,
        Bar("2026-12-04", "inside", "textile", 10): 3,
        Bar("2026-12-04", "inside", "textile", 11): 3,
    }


def test_without_a_capacity_shares_mean_nothing_and_numbers_still_do() -> None:
    wanted = Thresholds(inside=(5,), visits=(10,), visitors=(20,))
    found = [one.bar for one in standings(counts(), {"": 0}, wanted)]
    assert found == [
        Bar("2026-12-04", "inside", "", 5),
        Bar("2026-12-04", "visits", "", 10),
        Bar("", "visitors", "", 20),
    ]


def test_the_share_told_is_of_the_capacity() -> None:
    assert Standing(Bar("", "inside", "", 90), 95, 100).percent == 95
    assert Standing(Bar("", "visits", "", 90), 95).percent is None
