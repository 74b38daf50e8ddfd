"""A session moves from day to day while people book and give back: every seat counts on the day where it is."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from services.ticketing.bookings.operations import moves
from tests.concurrency.crowd import Webs, at_once, faults_of
from tests.integration.ticketing.test_moves_to_be_seen import plan

PEOPLE, DAYS = 24, ("2026-12-21", "2026-12-20", "2026-12-22")
SIZES: dict[str, Any] = {"capacity": 12, "waiting_limit": 24}


def moving(webs: Webs, session: str) -> Callable[[], Any]:
    """The office moves it three times."""

    def move() -> None:
        for day in DAYS:
            plan(webs.fair, "10:00", session, day=day, **SIZES)

    return move


def wavering(webs: Webs, session: str) -> Callable[[], Any]:
    """Somebody books and, half of them, gives it back at once."""
    person = uuid4()

    def act() -> None:
        said = webs.book(session, person).get_json()
        if person.int % 2:
            webs.post(f"/bookings/{said['reference']}/cancellation", {}, webs.fair.person(person))

    return act


@pytest.mark.parametrize("is_guarded", [True, False])
def test_seats_follow_a_session_that_moves_under_a_crowd(
    webs: Webs, monkeypatch: pytest.MonkeyPatch, *, is_guarded: bool
) -> None:
    if not is_guarded:
        monkeypatch.setattr(moves, "_move_days", lambda *_: None)
    session = plan(webs.fair, "10:00", **SIZES)
    held = webs.book(session).get_json()
    assert held["state"] == "confirmed", "so that somebody is there whoever comes first"
    at_once([moving(webs, session), *(wavering(webs, session) for _ in range(PEOPLE))])
    faults = faults_of(webs.database)
    assert bool(faults) is not is_guarded, faults
