"""Fifty people are read at the door of a session with one seat left: one comes in, the others queue in one order."""

from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from services.ticketing.bookings.domain.door import DoorWord
from services.ticketing.bookings.models import booking, session_attendance
from services.ticketing.bookings.operations.counting import recount
from services.ticketing.bookings.operations.door import Coming, Entry, come_in
from services.ticketing.programme.models import session
from services.ticketing.programme.operations import SeatRow, lock_sessions
from tests.concurrency.crowd import AllHaveLooked, Webs, at_once
from tests.concurrency.test_mixed import carelessly
from tests.conftest import At
from tests.integration.ticketing.scene import EXHIBITION


def at_the_door(webs: Webs, at: At, people: int) -> list[Entry | None]:
    """What each of them hears; None whose transaction was refused by the database."""
    webs.make_session("T1", 1, 40)
    with webs.fair.service.reading() as db:
        row = db.execute(sa.select(session).where(session.c.reference == "T1")).one()
    at(row.starts_at)

    def come() -> Entry | None:
        try:
            with webs.database.transaction() as db:
                return come_in(db, Coming(EXHIBITION, row.id, uuid4(), row.starts_at))
        except sa.exc.DBAPIError:
            return None

    return at_once([come] * people)


def inside(webs: Webs) -> int:
    with webs.fair.service.reading() as db:
        return int(db.execute(sa.select(sa.func.sum(session_attendance.c.party_size))).scalar() or 0)


def test_of_fifty_one_has_the_last_seat_and_the_queue_is_whole(webs: Webs, at: At) -> None:
    heard = at_the_door(webs, at, 50)
    words = [entry.word for entry in heard if entry]
    assert (len(words), words.count(DoorWord.ADMITTED)) == (50, 1)
    places = sorted(entry.place or 0 for entry in heard if entry and entry.word is DoorWord.QUEUED)
    assert places == list(range(1, 50)), "everybody has a place of their own"
    assert inside(webs) == 1
    with webs.fair.service.reading() as db:
        assert recount(db, EXHIBITION) == []


@pytest.fixture
def unlocked(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first guard off: all have looked before anybody writes."""
    together = AllHaveLooked(20)

    def read(db: Any, exhibition_id: UUID, ids: Any) -> dict[UUID, SeatRow]:
        found = lock_sessions(db, exhibition_id, ids)
        db.commit()
        together.wait()
        return found

    monkeypatch.setattr("services.ticketing.bookings.operations.rounds.lock_sessions", read)


@pytest.mark.usefixtures("unlocked")
@pytest.mark.parametrize("engine", ["postgres"], indirect=True)
def test_without_the_lock_the_constraints_still_hold(webs: Webs, at: At) -> None:
    at_the_door(webs, at, 20)
    assert inside(webs) == 1


@pytest.mark.usefixtures("unlocked")
@pytest.mark.parametrize("engine", ["postgres"], indirect=True)
def test_control_with_the_guards_off_twenty_sit_on_one_seat(
    webs: Webs, at: At, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.ticketing.bookings.operations.rounds.move_seats", carelessly)
    with webs.fair.service.writing() as db:
        db.execute(sa.text("ALTER TABLE session DROP CONSTRAINT ck_session_seats"))
        db.execute(sa.text("DROP INDEX uq_booking_line"))
    at_the_door(webs, at, 20)
    assert inside(webs) == 20
    with webs.fair.service.reading() as db:
        taken = db.execute(sa.select(sa.func.sum(booking.c.party_size)).where(booking.c.state == "confirmed")).scalar()
    assert taken == 20
