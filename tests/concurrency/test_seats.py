"""Everybody in the same second: never one seat too many, never one left empty. Each with a control that fails."""

import random
import threading
from collections import Counter
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from services.ticketing.bookings.models import booking
from services.ticketing.programme.models import session
from shared import clock
from shared.db import Database
from shared.ids import new_id, new_reference
from tests.concurrency.crowd import Webs, at_once, faults_of

PEOPLE, SEATS = 200, 20


def test_two_hundred_people_for_twenty_seats(webs: Webs) -> None:
    webs.make_session("T1", SEATS, 30)
    answers = at_once([lambda: webs.book("T1")] * PEOPLE)
    said = Counter(answer.get_json().get("state") or answer.get_json()["type"] for answer in answers)
    assert said == {"confirmed": 20, "waitlisted": 30, "/problems#waiting-list-closed": 150}
    assert faults_of(webs.database) == []


def test_control_who_reads_first_and_writes_later_oversells(webs: Webs) -> None:
    """The same crowd with the guards off: everybody reads the free seats, then everybody writes."""
    webs.make_session("T1", SEATS, 30)
    everybody_has_read = threading.Barrier(PEOPLE)
    sold = at_once([lambda: _book_carelessly(webs.database, everybody_has_read)] * PEOPLE)
    assert sum(sold) == PEOPLE
    assert any("a recount (200" in fault for fault in faults_of(webs.database))


def _book_carelessly(database: Database, everybody_has_read: threading.Barrier) -> bool:
    with database.reading() as db:
        row = db.execute(sa.select(session).where(session.c.reference == "T1")).one()
    everybody_has_read.wait()
    if row.taken >= row.capacity:
        return False
    with database.transaction() as db:
        db.execute(sa.update(session).where(session.c.id == row.id).values(taken=row.taken + 1))
        values: dict[str, Any] = {"exhibition_id": row.exhibition_id, "session_id": row.id, "person_id": uuid4()}
        values |= {"id": new_id(), "reference": new_reference(), "version": 1, "party_size": 1, "state": "confirmed"}
        db.execute(sa.insert(booking).values(**values, was_waitlisted=False, booked_at=clock.now()))
    return True


def test_parties_of_any_size_never_exceed_the_room(webs: Webs) -> None:
    webs.make_session("T2", 37, 100)
    sizes = random.Random(5).choices(range(1, 6), k=80)
    at_once([lambda size=size: webs.book("T2", seats=size) for size in sizes])  # type: ignore[misc]
    assert faults_of(webs.database) == []


def test_one_person_pressing_thirty_times_has_one_booking(webs: Webs) -> None:
    person = uuid4()
    answers = at_once([lambda: webs.book("T1", person)] * 30)
    assert Counter(answer.status_code for answer in answers) == {201: 1, 409: 29}
    assert faults_of(webs.database) == []


def test_control_without_the_unique_index_one_person_holds_many(webs: Webs) -> None:
    with webs.fair.service.writing() as db:
        db.execute(sa.text("DROP INDEX uq_booking_live"))
    webs.make_session("T1", SEATS, 30)
    person, together = uuid4(), threading.Barrier(10)

    def insert() -> None:
        with webs.database.reading() as db:
            row = db.execute(sa.select(session).where(session.c.reference == "T1")).one()
        together.wait()
        with webs.database.transaction() as db:
            values: dict[str, Any] = {"exhibition_id": row.exhibition_id, "session_id": row.id, "person_id": person}
            values |= {"id": new_id(), "reference": new_reference(), "version": 1, "party_size": 1}
            db.execute(
                sa.insert(booking).values(**values, state="confirmed", was_waitlisted=False, booked_at=clock.now())
            )

    at_once([insert] * 10)
    assert "somebody holds 10 bookings of T1" in faults_of(webs.database)


def test_a_double_clicked_form_books_once_and_answers_the_same(webs: Webs) -> None:
    person, key = uuid4(), str(new_id())
    answers = at_once([lambda: webs.book("T1", person, key=key)] * 20)
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.text for answer in answers}) == 1
    assert faults_of(webs.database) == []


@pytest.mark.parametrize("seed", [1, 2])
def test_people_who_book_and_cancel_at_once_leave_true_numbers(webs: Webs, seed: int) -> None:
    webs.make_session("T1", 10, 200)
    people = [uuid4() for _ in range(40)]
    held = {who: webs.book("T1", who, seats=1 + n % 3).get_json() for n, who in enumerate(people[:20])}
    dice = random.Random(seed)

    def act(who: UUID) -> Any:
        if who not in held:
            return webs.book("T1", who, seats=dice.choice([1, 2]))
        return webs.post(f"/bookings/{held[who]['reference']}/cancellation", {}, webs.fair.person(who))

    answers = at_once([lambda who=who: act(who) for who in dice.sample(people, 40)])  # type: ignore[misc]
    assert {answer.status_code // 100 for answer in answers} == {2}
    assert faults_of(webs.database) == []


def test_a_bad_order_among_good_ones_is_refused_alone(webs: Webs) -> None:
    webs.make_session("T1", 50, 10)
    wishes = [1, 11, 0, 2, -1, 3] * 5  # at most five a day
    answers = at_once([lambda n=n: webs.book("T1", seats=n) for n in wishes])  # type: ignore[misc]
    for wish, answer in zip(wishes, answers, strict=True):
        assert (answer.status_code == 201) == (1 <= wish <= 10), answer.text
    assert faults_of(webs.database) == []
