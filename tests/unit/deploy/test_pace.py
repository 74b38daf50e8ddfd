"""Whoever would wait too long is sent away, by the pace seen while people waited; quiet hours do not count."""

from deploy.embedded.front.upstream import ENOUGH, GUESS, Pace


def test_nothing_known_yet_is_a_guess() -> None:
    assert Pace().per_second == GUESS


def test_the_pace_is_that_of_the_last_answers_while_somebody_waited() -> None:
    pace = Pace()
    for start, rate in ((1000.0, 50.0), (1010.0, 2000.0)):
        pace.begin(start)
        for n in range(1, ENOUGH + 1):
            pace.note(start + n / rate)
        assert abs(pace.per_second / rate - 1) < 0.1


def test_a_quiet_hour_before_the_rush_changes_nothing() -> None:
    pace = Pace()
    pace.begin(0.0)
    for n in range(1, ENOUGH + 1):
        pace.note(n / 1000)
    pace.begin(3600.0)  # the rush
    for n in range(1, ENOUGH):
        pace.note(3600 + n / 1000)
    assert pace.per_second > 900


def test_a_service_that_became_slow_is_noticed_after_a_while() -> None:
    pace = Pace()
    pace.begin(0.0)
    for n in range(1, 7):
        pace.note(n / 10)
    assert pace.per_second < 11
