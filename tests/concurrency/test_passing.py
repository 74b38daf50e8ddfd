"""Two people open the same link at the same moment: one of them has the seats."""

import threading
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from services.ticketing.bookings.models import booking
from services.ticketing.bookings.operations import Mine, passing
from services.ticketing.programme.operations import SeatRow, lock_sessions
from shared import clock
from shared.problem import Problem
from tests.concurrency.crowd import Webs, at_once, faults_of
from tests.integration.ticketing.scene import EXHIBITION


def two_takers(webs: Webs) -> int:
    """How many of two takers hear yes."""
    booker = uuid4()
    mine = webs.book("T1", booker, seats=2).get_json()["reference"]
    with webs.database.transaction() as db:
        code = passing.make_pass(db, Mine(EXHIBITION, mine, booker, clock.now()))[1]

    def take() -> bool:
        try:
            with webs.database.transaction() as db:
                passing.take_over(db, passing.Taker(EXHIBITION, code, uuid4(), clock.now()))
        except Problem:
            return False
        return True

    return sum(at_once([take, take]))


def test_of_two_takers_one_has_the_seats(webs: Webs) -> None:
    assert two_takers(webs) == 1
    assert faults_of(webs.database) == []


@pytest.fixture
def unlocked(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first guard off: sessions are read without a lock, and both takers have looked before either goes on."""
    together = threading.Barrier(2)

    def read(db: Any, exhibition_id: UUID, ids: Any) -> dict[UUID, SeatRow]:
        found = lock_sessions(db, exhibition_id, ids)
        db.commit()
        return found

    check = passing._check_taker

    def look(*given: Any) -> None:
        check(*given)
        together.wait(timeout=60)

    monkeypatch.setattr("services.ticketing.bookings.operations.rounds.lock_sessions", read)
    monkeypatch.setattr(passing, "_check_taker", look)


@pytest.mark.usefixtures("unlocked")
@pytest.mark.parametrize("engine", ["postgres"], indirect=True)
def test_without_the_lock_the_code_is_still_used_up_once(webs: Webs) -> None:
    assert two_takers(webs) == 1
    assert faults_of(webs.database) == []


@pytest.mark.usefixtures("unlocked")
@pytest.mark.parametrize("engine", ["postgres"], indirect=True)
def test_control_with_the_guards_off_both_have_the_seats(webs: Webs, monkeypatch: pytest.MonkeyPatch) -> None:
    def carelessly(db: Any, changed: Any) -> None:
        db.execute(sa.update(booking).where(booking.c.id == changed.id).values(state=changed.state.value))

    monkeypatch.setattr(passing, "use_up", lambda *_: None)
    monkeypatch.setattr("services.ticketing.bookings.operations.rows.store_change", carelessly)
    with webs.fair.service.writing() as db:  # a booker cannot give back more than they had, either
        db.execute(sa.text("ALTER TABLE person_day DROP CONSTRAINT ck_person_day_limit"))
    assert two_takers(webs) == 2
    assert faults_of(webs.database)
