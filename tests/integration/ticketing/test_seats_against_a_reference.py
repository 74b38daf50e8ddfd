"""Whatever is done to a session, in whatever order, by day and night: it stands as a hundred plain lines say."""

import copy
from dataclasses import replace
from datetime import timedelta
from typing import Any

import hypothesis.strategies as st
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from services.ticketing.bookings import operations
from services.ticketing.bookings.domain import BookingState
from services.ticketing.bookings.domain.answers import Answer
from services.ticketing.bookings.domain.groups import Named
from services.ticketing.bookings.domain.offers import LinePolicy
from services.ticketing.bookings.domain.rules import Rules
from services.ticketing.bookings.models import booking
from services.ticketing.bookings.operations import Answered, Mine, Order, passing, rows
from services.ticketing.bookings.operations import groups as groups_operations
from services.ticketing.bookings.operations.door import Coming, come_in
from services.ticketing.bookings.operations.groups import GroupOrder
from services.ticketing.programme.models import session
from services.ticketing.programme.operations import lock_sessions
from shared.db import Database
from shared.ids import new_id
from shared.problem import Problem
from tests.integration.ticketing.reference import LIVE, Reference
from tests.integration.ticketing.scene import BEFORE, EXHIBITION, Fair

PEOPLE, STEPS = range(8), 50
WHO, SIZES = st.sampled_from(PEOPLE), st.integers(1, 5)
MINUTES = st.sampled_from([0, 1, 1, 9, 10, 16, 16, 61, 61, 119, 7 * 60])
AT_THE_DOOR = st.sampled_from([-61, -60, -59, -30, -20, -9, -1, 0, 0, 5, 9, 10, 10, 59])
VERBS: dict[str, Any] = {
    "cancel": operations.cancel_booking,
    "confirm": operations.confirm_hold,
    "extend": operations.extend_hold,
    "accept": operations.accept_offer,
    "resize": operations.resize_booking,
}


class Rush(RuleBasedStateMachine):
    """One session of a real database beside the reference; the clock only ends things when somebody looks."""

    database: Database

    @initialize(capacity=st.integers(2, 9), limit=st.integers(1, 6), best_fit=st.booleans(), days=st.integers(0, 9))
    def open(self, capacity: int, limit: int, best_fit: bool, days: int) -> None:
        self.steps = 0
        self.at = BEFORE
        starts = BEFORE.replace(hour=10) + timedelta(days=days, hours=3)
        self.reference = Reference(capacity, limit, starts, best_fit=best_fit)
        self.given = Rules(policy=LinePolicy.BEST_FIT if best_fit else LinePolicy.STRICT_ORDER)
        self.session, self.people = new_id(), {who: new_id() for who in PEOPLE}
        self.names: dict[int, str] = {}
        with self.database.transaction() as db:
            operations.put_rules(db, EXHIBITION, self.given)
            like = db.execute(sa.select(session).where(session.c.reference == "T1")).mappings().one()
            own = {"id": self.session, "reference": self.session.hex[-8:], "capacity": capacity, "waiting_limit": limit}
            wall = starts.replace(tzinfo=None)
            hours = {"starts_at": starts, "ends_at": starts + timedelta(hours=1), "starts_wall": wall}
            db.execute(sa.insert(session).values(dict(like) | own | hours | {"ends_wall": wall + timedelta(hours=1)}))
        if days:
            self.group(6, "hold", 1 + capacity // 2)
            self.group(6, "name", days % 3)
        for who in PEOPLE[:6]:  # a rush first, so that somebody waits
            self.book(who, 1 + who % 3, who == 1)

    @rule(who=WHO, size=SIZES, hold=st.booleans())
    def book(self, who: int, size: int, hold: bool) -> None:
        order = Order(EXHIBITION, self.session, self.people[who], size, self.at, is_hold=hold, rules=self.given)
        with self.database.transaction() as db:
            (said,) = operations.book_seats(db, [order])
        expected = self.reference.book(who, size, self.at, hold=hold)
        assert (said.slug if isinstance(said, Problem) else said.state.value) == expected
        if not isinstance(said, Problem):
            self.names[who] = said.reference

    @precondition(lambda self: self.names)
    @rule(who=WHO)
    def cancel(self, who: int) -> None:
        self.act(who, "cancel", 1)

    @precondition(lambda self: self.names)
    @rule(who=WHO)
    def answer(self, who: int) -> None:
        """Yes to whatever they were offered or hold."""
        offered = [one for one, entry in self.reference.entries.items() if entry.state in ("offered", "held")]
        if offered:
            who = offered[who % len(offered)]
            act = "accept" if self.reference.entries[who].state == "offered" else "confirm"
            self.act(sorted(self.names).index(who), act, 1)

    @precondition(lambda self: self.names)
    @rule(who=WHO, act=st.sampled_from(sorted(VERBS)), size=SIZES)
    def act(self, who: int, act: str, size: int) -> None:
        who = sorted(self.names)[who % len(self.names)]
        mine = Mine(EXHIBITION, self.names[who], self.people[who], self.at)
        before = copy.deepcopy(self.reference)
        self.reference.settle(self.at)  # as the operation does before it looks
        may = self.reference.may(who, act, self.at, size)
        refusal = None
        try:
            with self.database.transaction() as db:
                VERBS[act](db, mine, *([size] if act == "resize" else []))
        except Problem as problem:
            refusal = problem
        assert may == (refusal is None), f"{act}: {refusal}"
        if refusal is None:
            self.reference.act(who, act, self.at, size)
        else:
            self.reference = before

    @precondition(lambda self: self.names)
    @rule(who=WHO, answer=st.sampled_from(list(Answer)))
    def answer_by_sms(self, who: int, answer: Answer) -> None:
        """Yes, no or leave, whether anything was asked or not."""
        who = sorted(self.names)[who % len(self.names)]
        with self.database.transaction() as db:
            own = sa.select(booking.c.id).where(booking.c.reference == self.names[who])
            booking_id = db.execute(own).scalar_one()
            operations.take_answer(db, Answered(EXHIBITION, booking_id, self.people[who], answer, self.at))
        self.reference.hear(who, answer, self.at)

    @precondition(lambda self: self.at < self.reference.starts)
    @rule(seats=st.integers(-1, 4))
    def change_room(self, seats: int) -> None:
        """The office makes the room smaller or larger: so many seats more than are promised."""
        promised = sum(one.size for one in self.reference.entries.values() if one.state == "confirmed")
        capacity = max(1, promised + seats)
        may = self.reference.room(capacity, self.at)
        with self.database.transaction() as db:
            held = lock_sessions(db, EXHIBITION, [self.session])[self.session]
            assert may == (held.seats.taken <= capacity)
            if may:
                operations.take_back(db, EXHIBITION, self.session, capacity, at=self.at)
                db.execute(sa.update(session).where(session.c.id == self.session).values(capacity=capacity))
                operations.tend(db, EXHIBITION, self.session, at=self.at)

    @precondition(lambda self: self.names)
    @rule(who=WHO, taker=WHO)
    def hand_on(self, who: int, taker: int) -> None:
        """Somebody makes a link, somebody else takes the seats by it."""
        who = sorted(self.names)[who % len(self.names)]
        before, mine = copy.deepcopy(self.reference), Mine(EXHIBITION, self.names[who], self.people[who], self.at)
        may, refusal = self.reference.hand_on(who, taker, self.at), None
        try:
            with self.database.transaction() as db:
                code = passing.make_pass(db, mine)[1]
                self.names[taker] = passing.take_over(
                    db, passing.Taker(EXHIBITION, code, self.people[taker], self.at)
                ).reference
        except Problem as problem:
            refusal, self.reference = problem, before
        assert may == (refusal is None), f"hand on: {refusal}"

    @precondition(lambda self: self.at < self.reference.starts - timedelta(days=1))
    @rule(who=WHO, act=st.sampled_from(["hold", "name", "give back"]), seats=st.integers(1, 4))
    def group(self, who: int, act: str, seats: int) -> None:
        """A group holds seats, names who sits there or gives some back."""
        groups = sorted(one for one, entry in self.reference.entries.items() if entry.kind == "group")
        if act != "hold" and groups:
            who = groups[who % len(groups)]
        before, name = copy.deepcopy(self.reference), self.names.get(who, "")
        may, refusal = self.reference.group(who, act, seats, self.at), None
        mine = Mine(EXHIBITION, name, self.people[who], self.at)
        try:
            with self.database.transaction() as db:
                if act == "hold":
                    order = GroupOrder(EXHIBITION, self.session, self.people[who], seats, self.at)
                    self.names[who] = groups_operations.hold_group(db, order).reference
                elif act == "name":
                    groups_operations.name_seats(db, mine, [Named(n + 1, "Brahim") for n in range(seats)], "fr")
                else:
                    groups_operations.give_back(db, mine, seats)
        except Problem as problem:
            refusal, self.reference = problem, before
        assert may == (refusal is None), f"{act}: {refusal}"

    @precondition(lambda self: self.at >= self.reference.starts - timedelta(minutes=61))
    @rule(who=WHO, size=SIZES)
    def come_too(self, who: int, size: int) -> None:
        """The door is where most happens once it is open."""
        self.come(who, 1 + size // 3, who % 2 == 0)

    @precondition(lambda self: self.at >= self.reference.starts - timedelta(minutes=61))
    @rule(who=WHO, size=SIZES, is_member=st.booleans())
    def come(self, who: int, size: int, is_member: bool) -> None:
        """Somebody stands at the door, with a booking or without; or one of whom a group has named."""
        known, before = self.reference.entries.get(who), copy.deepcopy(self.reference)
        is_member = is_member and known is not None and known.kind == "group" and known.state == "confirmed"
        coming = Coming(EXHIBITION, self.session, new_id() if is_member else self.people[who], self.at, size)
        expected = self.reference.come(who, size, self.at, is_member=is_member)
        try:
            with self.database.transaction() as db:
                own = sa.select(booking.c.id).where(booking.c.reference == self.names.get(who, ""))
                entry = come_in(db, replace(coming, booking_id=db.scalar(own)) if is_member else coming)
            said = entry.word.value
            self.names |= {who: entry.reference} if entry.reference else {}
        except Problem as problem:
            said, self.reference = problem.slug, before
        assert said == expected

    @precondition(lambda self: self.steps > STEPS // 4)
    @rule(minutes=AT_THE_DOOR)
    def the_door_opens(self, minutes: int) -> None:
        self.at = max(self.at, self.reference.starts + timedelta(minutes=minutes))

    @precondition(lambda self: self.at < self.reference.starts - timedelta(minutes=61))
    @rule(minutes=MINUTES)
    def time_passes(self, minutes: int) -> None:
        self.at += timedelta(minutes=minutes)

    @rule()
    def somebody_looks(self) -> None:
        with self.database.transaction() as db:
            operations.tend(db, EXHIBITION, self.session, at=self.at)
        self.reference.settle(self.at)
        self.reference.serve(self.at)

    @invariant()
    def all_is_as_the_reference_says(self) -> None:
        if not hasattr(self, "reference"):
            return
        self.steps += 1
        with self.database.reading() as db:
            found = rows.select(db, sa.select(booking).where(booking.c.session_id == self.session))
            row = db.execute(sa.select(session).where(session.c.id == self.session)).one()
        by_name = {one.reference: one for one in found}
        for who, name in self.names.items():
            kept, said = by_name[name], self.reference.entries[who]
            assert (kept.state.value, kept.party_size, kept.is_first_come) == (said.state, said.size, said.is_open)
            assert kept.ends_at == said.ends
        live = [one for one in found if one.state.value in LIVE]
        taken = sum(one.party_size for one in live if one.state is BookingState.CONFIRMED)
        assert taken == row.taken
        assert row.taken + row.held + row.offered == row.capacity - self.reference.free() <= row.capacity
        assert (row.waiting, row.queued) == (len(self.reference.waiting()), len(self.reference.queue()))


@pytest.fixture
def machine(fair: Fair) -> type[Rush]:
    """The machine on the fair's database."""
    return type("RushHere", (Rush,), {"database": fair.service.database})


def run(machine: type[Rush], examples: int, *, shrinks: bool = True, is_random: bool = False) -> None:
    checks = [HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large]
    chosen = settings(max_examples=examples, stateful_step_count=STEPS, deadline=None, suppress_health_check=checks)
    more: dict[str, Any] = {} if shrinks else {"phases": [Phase.generate], "report_multiple_bugs": False}
    run_state_machine_as_test(machine, settings=settings(chosen, database=None, derandomize=not is_random, **more))


def test_two_thousand_steps_end_as_the_reference_says(machine: type[Rush], engine: str) -> None:
    """PostgreSQL takes 500 of them, where a step costs three times as much; `--full` takes all on both."""
    run(machine, (2_000 if engine == "sqlite" else 500) // STEPS)


@pytest.mark.full
@pytest.mark.parametrize("number", range(4))
def test_twenty_thousand_steps_end_as_the_reference_says(machine: type[Rush], number: int) -> None:
    """In four parts, each with its own dice."""
    run(seed(number)(machine), 5_000 // STEPS, is_random=True)


OFF: dict[str, tuple[Any, tuple[str, ...]]] = {
    "line": (None, ("rounds.advance",)),
    "queue": (None, ("rounds.serve_queue", "door.serve_queue")),
    "group": ((), ("rounds.naming.list_unnamed",)),
}


@pytest.mark.parametrize("guard", OFF)
@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_control_a_line_queue_or_group_that_nobody_minds_is_noticed(
    machine: type[Rush], monkeypatch: pytest.MonkeyPatch, guard: str
) -> None:
    instead, places = OFF[guard]
    for place in places:
        monkeypatch.setattr(f"services.ticketing.bookings.operations.{place}", lambda *_: instead)
    with pytest.raises(AssertionError):
        run(machine, 2_000 // STEPS, shrinks=False)
