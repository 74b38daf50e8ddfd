"""Everything at once on one session: book, hold, extend, confirm, cancel, offer, accept, resize, expire, the door.

The office makes the room smaller and larger meanwhile. docs/races.md keeps what the large sizes found.
"""

import itertools
import random
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import nullcontext, suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from services.ticketing.bookings import operations
from services.ticketing.bookings.models import booking, session_attendance
from services.ticketing.bookings.operations.counting import recount
from services.ticketing.bookings.operations.door import Coming, come_in
from services.ticketing.bookings.operations.groups import GroupOrder, hold_group
from services.ticketing.programme.models import session
from services.ticketing.programme.operations import SeatMove, SeatRow, lock_sessions
from shared import clock
from shared.problem import Problem
from tests.concurrency.crowd import AllHaveLooked, Webs, at_once, faults_of
from tests.conftest import At
from tests.integration.ticketing.scene import API, EXHIBITION
from tests.kit.waiting import wait_until

LAST = datetime(2026, 12, 3, tzinfo=UTC)
WAVES = 20
# sizes the office gives the room at some ticks: too small for what is promised it is refused, and offers are taken back
ROOMS = (0, 0, 27, 0, 0, 24, 0, 0, 30)
SEATS, ACTS = (
    30,
    ("confirmation", "extension", "acceptance", "cancellation", "party", "pass", "names", "seats-given-back"),
)


def busy(webs: Webs, person: UUID, seed: int, times: int) -> Counter[int]:
    """Somebody who tries one thing after the other on session T1; how each was answered."""
    dice, said, mine = random.Random(seed), Counter[int](), ""
    headers = webs.fair.person(person)
    for _ in range(times):
        number = dice.randint(1, 3)
        if not mine or dice.random() < 0.3:
            kind = dice.choice(["bookings", "holds", "group", "door"])
            if kind in DIRECT:
                status, mine = direct(webs, kind, person, number, mine)
                said[status] += 1
                continue
            answer = webs.post(f"/sessions/T1/{kind}", {"party_size": number}, headers)
            mine = answer.get_json().get("reference", mine)
        else:
            act = dice.choice(ACTS)
            if act == "pass":
                said[hand_on(webs, mine, headers)] += 1
                continue
            answer = webs.post(f"/bookings/{mine}/{act}", BODIES[act](number) if act in BODIES else {}, headers)
        said[answer.status_code] += 1
    return said


BODIES: dict[str, Callable[[int], dict[str, Any]]] = {
    "party": lambda number: {"party_size": number},
    "names": lambda number: {"people": [{"name": "Brahim"}] * number},
    "seats-given-back": lambda number: {"seats": number},
}
DIRECT: dict[str, Callable[[Any, UUID, UUID, int], Any]] = {
    "group": lambda db, session_id, person, number: hold_group(
        db, GroupOrder(EXHIBITION, session_id, person, number + 2, clock.now())
    ),
    "door": lambda db, session_id, person, number: come_in(
        db, Coming(EXHIBITION, session_id, person, clock.now(), number)
    ),
}


def direct(webs: Webs, kind: str, person: UUID, number: int, mine: str) -> tuple[int, str]:
    """What staff do for somebody, in a transaction of its own; the status a page would have, and whose booking."""
    try:
        with webs.desk, webs.database.transaction() as db:
            session_id = db.execute(sa.select(session.c.id).where(session.c.reference == "T1")).scalar_one()
            return 201, DIRECT[kind](db, session_id, person, number).reference or mine
    except Problem as refused:
        return refused.status, mine


def hand_on(webs: Webs, mine: str, headers: dict[str, str]) -> int:
    """Somebody passes a booking on to a stranger; how it was answered."""
    with webs.desk:
        made = webs.fair.service.new_client().put(f"{API}/bookings/{mine}/pass", json={}, headers=headers)
    if made.status_code != 200:
        return made.status_code
    taken = webs.post("/bookings/taken-over", {"code": made.get_json()["code"]}, webs.fair.person(uuid4()))
    return int(taken.status_code)


def rush(webs: Webs, at: At, *, contenders: int, times: int, first: int = 0) -> Counter[int]:
    """Contenders at once, while the clock runs, the room changes and a worker tidies; what all were answered."""
    sizes = itertools.cycle(ROOMS)

    def tick() -> None:
        if clock.now() < LAST:
            at(later=7)
        if (size := next(sizes)) and clock.now() < LAST:
            assert webs.resize("T1", size) in (200, 409, 412, 422)  # 422: more wait than may

    said = together(webs, tick, range(first, first + contenders), times)
    wait_until(lambda: webs.resize("T1", SEATS, 1000) == 200)  # the version it names may be a tenth of a second old
    at((clock.now() + timedelta(days=1)).replace(hour=12))  # by day, so that the line is served
    webs.fair.service.do_due("tend-lines")
    return said


def together(webs: Webs, tick: Callable[[], object], seeds: range, times: int) -> Counter[int]:
    """Contenders at once on T1, each with dice of this seed, while a worker tidies after every tick of the clock."""
    webs.make_session("T1", SEATS, 40)
    stopping = threading.Event()

    def clock_runs() -> None:
        while not stopping.is_set():
            tick()
            webs.fair.service.do_due("tend-lines")

    tidying: threading.Thread = threading.Thread(target=clock_runs)
    tidying.start()
    try:
        acts: list[Callable[[], Counter[int]]] = [
            lambda seed=seed: busy(webs, uuid4(), seed, times)  # type: ignore[misc]
            for seed in seeds
        ]
        return sum(at_once(acts), Counter[int]())
    finally:
        stopping.set()
        tidying.join()


def check(webs: Webs, said: Counter[int]) -> None:
    """No server error, no violation; and once everybody has asked, exactly as many sold as there are seats."""
    assert not [status for status in said if status >= 500], said
    assert faults_of(webs.database) == []
    with webs.fair.service.reading() as db:
        assert recount(db, EXHIBITION) == []


def test_fifty_contenders_and_everything_they_can_do(webs: Webs, at: At) -> None:
    check(webs, rush(webs, at, contenders=50, times=20))
    assert sell_out(webs) == SEATS


def test_twenty_contenders_while_the_door_opens_and_the_session_begins(webs: Webs, at: At) -> None:
    with webs.fair.service.reading() as db:
        starts_at = db.execute(sa.select(session.c.starts_at).where(session.c.reference == "T1")).scalar_one()
    at(starts_at - timedelta(minutes=20))
    late = starts_at + timedelta(minutes=15)
    while clock.now() < late:  # people may be quicker than the clock
        check(webs, together(webs, lambda: at(later=1) if clock.now() < late else None, range(20), 20))
    webs.fair.service.do_due("tend-lines")
    assert faults_of(webs.database) == []
    with webs.fair.service.reading() as db:
        ways = set(db.execute(sa.select(session_attendance.c.way)).scalars())
        inside = db.execute(sa.select(sa.func.sum(session_attendance.c.party_size))).scalar_one()
    assert "walk-in" in ways
    assert 0 < inside <= SEATS


@pytest.mark.full
@pytest.mark.parametrize("wave", range(WAVES))
def test_a_thousand_contenders_and_everything_they_can_do(webs: Webs, at: At, wave: int) -> None:
    """200 acts of each in waves with dice of their own, so that a wave can be repeated by itself."""
    check(webs, rush(webs, at, contenders=1000, times=200 // WAVES, first=1000 * wave))
    assert sell_out(webs) == SEATS


def sell_out(webs: Webs) -> int:
    """Whoever holds or is offered takes it, newcomers ask for the rest: seats sold at last."""
    for _ in range(200):
        webs.fair.service.do_due("tend-lines")
        with webs.fair.service.reading() as db:
            open_ones = sa.select(booking).where(booking.c.state.in_(["held", "offered"]))
            rows = db.execute(open_ones).all()
            row = db.execute(sa.select(session).where(session.c.reference == "T1")).one()
        for one in rows:
            act = "confirmation" if one.state == "held" else "acceptance"
            webs.post(f"/bookings/{one.reference}/{act}", {}, webs.fair.person(one.person_id))
        if not rows and row.taken == row.capacity:
            break
        webs.book("T1")
    assert faults_of(webs.database) == []
    waits = sa.select(booking.c.party_size).where(booking.c.session_id == row.id, booking.c.state == "waitlisted")
    with webs.fair.service.reading() as db:
        first = db.execute(waits.order_by(booking.c.line_number).limit(1)).scalar()
    # strictly in order: a pair at the head of the line keeps a single seat empty
    is_kept = first is not None and first > row.capacity - row.taken
    return int(row.capacity if is_kept else row.taken)


def last_write_wins(db: Any, moves: Sequence[SeatMove]) -> None:
    """Numbers are written as they were worked out, whatever stands there by now."""
    for move in moves:
        counted = {name: getattr(move.seats, name) for name in ("taken", "held", "offered", "waiting", "queued")}
        last = {"last_in_line": move.row.last_in_line + move.joined, "due_at": move.due_at}
        db.execute(sa.update(session).where(session.c.id == move.row.id).values(counted | last))


@pytest.mark.parametrize("contenders", [1, 30])
def test_control_with_the_guards_off_the_same_rush_leaves_a_wrong_count(
    webs: Webs, at: At, monkeypatch: pytest.MonkeyPatch, contenders: int
) -> None:
    """Nobody holds the session and the last write wins: right with one person at a time, wrong with a crowd."""

    def read(db: Any, exhibition_id: UUID, ids: Any) -> dict[UUID, SeatRow]:
        found = lock_sessions(db, exhibition_id, ids)
        db.commit()
        return found

    monkeypatch.setattr("services.ticketing.bookings.operations.rounds.lock_sessions", read)
    monkeypatch.setattr("services.ticketing.bookings.operations.rounds.move_seats", last_write_wins)
    monkeypatch.setattr(webs.database, "_turn", None)  # on SQLite writers would wait for one another all the same
    with webs.fair.service.writing() as db:
        db.execute(sa.text("DROP INDEX uq_booking_line"))
    webs.make_session("T1", SEATS, 40)

    def act(seed: int) -> None:
        # in a crowd the last guard speaks: a booking had changed since it was read
        with suppress(AssertionError) if contenders > 1 else nullcontext():
            busy(webs, uuid4(), seed, 20)

    at_once([partial(act, seed) for seed in range(contenders)])
    assert bool(faults_of(webs.database)) is (contenders > 1)


@pytest.fixture
def unlocked(monkeypatch: pytest.MonkeyPatch) -> None:
    """The guards off: sessions are read without a lock, a little while passes, and any change of numbers is taken."""
    together = AllHaveLooked(20)

    def read(db: Any, exhibition_id: UUID, ids: Any) -> dict[UUID, SeatRow]:
        found = lock_sessions(db, exhibition_id, ids)
        db.commit()
        together.wait()
        return found

    monkeypatch.setattr("services.ticketing.bookings.operations.rounds.lock_sessions", read)


def carelessly(db: Any, moves: Sequence[SeatMove]) -> None:
    """Numbers are changed whether they fit or not."""
    for move in moves:
        more = move.seats.taken - move.row.seats.taken
        db.execute(sa.update(session).where(session.c.id == move.row.id).values(taken=session.c.taken + more))


def twenty_for_five(webs: Webs) -> int:
    """Twenty people who all look before anybody has written, for five seats; how many have one."""
    webs.make_session("T1", 5, 40)
    with webs.fair.service.reading() as db:
        session_id = db.execute(sa.select(session.c.id).where(session.c.reference == "T1")).scalar_one()

    def book() -> bool:
        order = operations.Order(EXHIBITION, session_id, uuid4(), 1, clock.now())
        try:
            with webs.database.transaction() as db:
                operations.book_seats(db, [order])
        except sa.exc.DBAPIError:
            return False
        return True

    return sum(at_once([book] * 20))


@pytest.mark.usefixtures("unlocked")
@pytest.mark.parametrize("engine", ["postgres"], indirect=True)
def test_without_the_lock_the_conditional_change_still_holds(webs: Webs) -> None:
    assert twenty_for_five(webs) == 5
    assert faults_of(webs.database) == []


@pytest.mark.usefixtures("unlocked")
@pytest.mark.parametrize("engine", ["postgres"], indirect=True)
def test_control_with_all_guards_off_five_seats_are_sold_twenty_times(
    webs: Webs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.ticketing.bookings.operations.rounds.move_seats", carelessly)
    with webs.fair.service.writing() as db:
        db.execute(sa.text("ALTER TABLE session DROP CONSTRAINT ck_session_seats"))
    assert twenty_for_five(webs) == 20
    assert any("T1 oversold" in fault for fault in faults_of(webs.database))
