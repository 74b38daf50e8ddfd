"""Transactions of both forms, idempotency, and the fair writer; on both engines."""

import functools
import itertools
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from shared import group as groups
from shared import idempotency
from shared.db import Database, using
from shared.group import group, group_later
from shared.idempotency import Answer, Key
from shared.ids import new_id
from shared.problem import KeyReused, OutcomeUnknown, Problem, Unavailable
from tests.faults.line import Line, Trouble
from tests.kit.tree import ROOT
from tests.kit.waiting import wait_until

EXHIBITION = new_id()
tables = sa.MetaData()
place = sa.Table(
    "place",
    tables,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("taken", sa.Integer, nullable=False),
    sa.CheckConstraint("taken <= 20", name="fits"),
)
log = sa.Table("log", tables, sa.Column("order", sa.Text, unique=True), sa.Column("group", sa.Integer))


@pytest.fixture
def database(empty_database: Database) -> Database:
    with empty_database.transaction() as db:
        idempotency.metadata.create_all(db)
        tables.create_all(db)
        db.execute(sa.insert(place).values(name="room", taken=0))
    return empty_database


def key(text: str, body: str = "same") -> Key:
    return Key(EXHIBITION, "route", "caller", text, body)


class Full(Problem):
    """No place left."""

    slug = "full"
    status = 409


def take(db: Connection, orders: list[str]) -> Sequence[str | Problem]:
    """A hot operation as they all are: one conditional update, refusals as values."""
    outcomes: list[str | Problem] = []
    for order in orders:
        won = db.execute(
            sa.update(place).where(place.c.taken < 20).values(taken=place.c.taken + 1).returning(place.c.taken)
        ).first()
        if won:
            db.execute(sa.insert(log).values({"order": order, "group": len(orders)}))
        outcomes.append(order if won else Full())
    return outcomes


def said(order: str) -> Answer:
    return Answer(201, {"order": order})


def ask(database: Database, order: str, key_of: Key | None = None) -> Answer | str:
    with using(database):
        try:
            return group(take, order, key=key_of, render=said)
        except Problem as refusal:
            return refusal.slug


def taken(database: Database) -> int:
    with database.reading() as db:
        return int(db.execute(sa.select(place.c.taken)).scalar_one())


def at_once(database: Database, orders: list[str], keys: list[Key | None] | None = None) -> list[Answer | str]:
    with ThreadPoolExecutor(len(orders)) as pool:
        return list(pool.map(ask, [database] * len(orders), orders, keys or [None] * len(orders)))


def test_those_who_ask_together_are_decided_together_and_each_gets_an_own_answer(database: Database) -> None:
    answers = at_once(database, [f"o{n}" for n in range(60)])
    won = [a for a in answers if isinstance(a, Answer)]
    assert (len(won), answers.count("full"), taken(database)) == (20, 40, 20)
    assert len({a.body for a in won}) == 20


def test_nobody_waits_for_ever_when_leaders_change(database: Database) -> None:
    for _ in range(20):
        assert len(at_once(database, [f"n{new_id()}" for _ in range(16)])) == 16


def test_those_told_later_are_decided_with_those_who_wait(database: Database) -> None:
    told: dict[str, Answer | BaseException] = {}

    def ask_one(number: int) -> Answer | str | None:
        if number % 3 == 0:
            return ask(database, f"o{number}", key(f"k{number}"))
        with using(database):
            tell = functools.partial(told.__setitem__, f"o{number}")
            group_later(take, f"o{number}", tell, key=key(f"k{number}"), render=said)
        return None

    with ThreadPoolExecutor(60) as pool:
        waited = [answer for answer in pool.map(ask_one, range(60)) if answer is not None]
    wait_until(lambda: len(told) == 40)
    answers = [*waited, *told.values()]
    won = [a for a in answers if isinstance(a, Answer)]
    refused = [a for a in answers if a == "full" or isinstance(a, Full)]
    assert (len(won), len(refused), taken(database)) == (20, 40, 20)
    assert all(a.data == {"order": name} for name, a in told.items() if isinstance(a, Answer))
    with using(database):
        again: list[Answer | BaseException] = []
        group_later(take, won[0].data["order"], again.append, key=key(f"k{won[0].data['order'][1:]}"), render=said)
    wait_until(lambda: again)
    assert again == [won[0]], "whoever is told later hears the same to the same key"


def test_somebody_leads_where_no_thread_is_to_be_had(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refuse)
    told: list[Answer | BaseException] = []
    with using(database):
        group_later(take, "o1", told.append, key=key("k1"), render=said)
    assert [answer.data for answer in told if isinstance(answer, Answer)] == [{"order": "o1"}]


def clumsy(db: Connection, orders: list[str]) -> Sequence[str | Problem]:
    """An operation with a fault of its own: it stumbles over some orders."""
    db.execute(sa.insert(log), [{"order": order, "group": -len(orders)} for order in orders])
    if any("stumble" in order for order in orders):
        raise ZeroDivisionError
    return orders


def wait_together(database: Database, wishes: Sequence[tuple[Callable[..., Any], str]]) -> list[Answer | BaseException]:
    """All of them stand in line before anybody leads; what each hears."""
    told: dict[int, Answer | BaseException] = {}
    queues = {id(queue): queue for operation, _ in wishes if (queue := groups._queue_of(database, operation))}.values()
    for queue in queues:
        queue.is_led = True
    with using(database):
        for number, (operation, order) in enumerate(wishes):
            group_later(operation, order, functools.partial(told.__setitem__, number), key=None, render=said)
    for queue in queues:
        groups._lead(queue, database, is_free=True)
    return [told[number] for number in range(len(wishes))]


def groups_of(database: Database) -> set[int]:
    with database.reading() as db:
        return set(db.execute(sa.select(log.c.group)).scalars())


def test_on_sqlite_different_operations_share_a_commit(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, transaction = itertools.count(), database.transaction
    monkeypatch.setattr(database, "transaction", lambda: (next(begun), transaction())[1])
    heard = wait_together(database, [(take, "a"), (clumsy, "b"), (take, "c"), (clumsy, "d")])
    assert heard == [said("a"), said("b"), said("c"), said("d")]
    assert (next(begun), groups_of(database)) == (1 if database.is_sqlite else 2, {2, -2})


def test_nobody_fails_for_a_neighbour_of_the_same_or_another_operation(database: Database) -> None:
    heard = wait_together(database, [(take, "a"), (clumsy, "stumble"), (clumsy, "b"), (take, "c")])
    assert isinstance(heard.pop(1), ZeroDivisionError)
    assert heard == [said("a"), said("b"), said("c")]
    assert groups_of(database) == {2, -1}, "those of the other operation stay together"


def test_a_repeated_key_gets_the_same_answer_and_does_nothing(database: Database) -> None:
    first = ask(database, "a", key("k"))
    assert ask(database, "a", key("k")) == first
    assert taken(database) == 1


def test_the_same_key_at_the_same_moment_acts_once(database: Database) -> None:
    answers = at_once(database, ["a"] * 30, [key("k")] * 30)
    assert len({a.body for a in answers if isinstance(a, Answer)}) == 1
    assert (len(answers), taken(database)) == (30, 1)


def test_a_key_used_for_something_else_is_refused(database: Database) -> None:
    ask(database, "a", key("k"))
    assert ask(database, "b", key("k", "other")) == KeyReused.slug


def test_a_refusal_is_decided_afresh(database: Database) -> None:
    at_once(database, [f"o{n}" for n in range(20)])
    assert ask(database, "late", key("late")) == "full"
    with database.transaction() as db:
        db.execute(sa.update(place).values(taken=19))
    assert isinstance(ask(database, "late", key("late")), Answer)


def test_a_bad_order_spoils_no_neighbour(database: Database) -> None:
    """Two orders with the same name break a constraint: the group is undone and run one by one."""
    with database.transaction() as db:
        db.execute(sa.insert(log).values({"order": "dup", "group": 0}))
    with ThreadPoolExecutor(10) as pool:
        futures = [pool.submit(ask, database, name) for name in ["dup", *(f"o{n}" for n in range(9))]]
    wrong = [f.exception() for f in futures if f.exception()]
    assert [type(w).__name__ for w in wrong] == ["IntegrityError"]
    assert taken(database) == 9


def test_without_the_condition_the_constraint_still_stands(database: Database) -> None:
    """The control: the guard in SQL removed, CHECK refuses; both removed, the room is oversold."""

    def careless(db: Connection, orders: list[str]) -> Sequence[str | Problem]:
        db.execute(sa.update(place).values(taken=place.c.taken + len(orders)))
        return orders

    with using(database), pytest.raises(sa.exc.IntegrityError):
        for n in range(21):
            group(careless, str(n), key=None, render=said)
    assert taken(database) == 20


def test_once_replays_and_forgets_refusals(database: Database) -> None:
    calls = Counter[str]()

    def act() -> Answer:
        calls["act"] += 1
        return Answer(201, {"n": calls["act"]})

    def refuse() -> Answer:
        raise Full

    for _ in range(2):
        with database.transaction() as db:
            assert idempotency.once(db, key("k"), act).data == {"n": 1}
    with pytest.raises(KeyReused), database.transaction() as db:
        idempotency.once(db, key("k", "other"), act)
    with pytest.raises(Full), database.transaction() as db:
        idempotency.once(db, key("r"), refuse)
    with database.transaction() as db:
        assert idempotency.once(db, key("r"), act).data == {"n": 2}


def test_once_under_contention_acts_once(database: Database) -> None:
    def act() -> Answer:
        return Answer(201, {"id": str(new_id())})

    def send(_: int) -> str:
        with database.transaction() as db:
            return idempotency.once(db, key("k"), act).body

    with ThreadPoolExecutor(12) as pool:
        assert len(set(pool.map(send, range(24)))) == 1


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_no_writer_starves(database: Database) -> None:
    """Four busy writers on one file: each gets at least half of its fair share."""
    done, until = Counter[int](), time.monotonic() + 1.5

    def write(n: int) -> None:
        while time.monotonic() < until:
            with database.transaction() as db:
                db.execute(sa.update(place).values(taken=n))
            done[n] += 1

    threads = [threading.Thread(target=write, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert min(done.values()) > sum(done.values()) / 8, done


def test_reading_changes_nothing(database: Database) -> None:
    with database.reading() as db:
        db.execute(sa.update(place).values(taken=5))
    assert taken(database) == 0


@pytest.mark.parametrize("engine", ["postgres"], indirect=True)
@pytest.mark.parametrize("how", ["reading", "transaction"])
def test_a_server_that_goes_away_in_the_middle_is_away(database: Database, how: str) -> None:
    block = database.reading() if how == "reading" else database.transaction()
    with pytest.raises(Unavailable), block as db:
        ours = db.execute(sa.text("SELECT pg_backend_pid()")).scalar_one()
        with database.reading() as other:
            other.execute(sa.text("SELECT pg_terminate_backend(:ours)"), {"ours": ours})
        wait_until(lambda: db.execute(sa.select(place)).all() is None)
    assert taken(database) == 0, "the next one finds it again"


@pytest.mark.parametrize("engine", ["postgres"])
@pytest.mark.parametrize(("is_guarded", "plan"), [(True, "Index"), (False, "Seq Scan")])
def test_a_plan_made_for_few_rows_is_good_for_many(database: Database, is_guarded: bool, plan: str) -> None:
    """PostgreSQL keeps a statement's plan; without the guard the one for a single row, which reads them all."""
    asked = sa.select(place.c.taken).where(place.c.name == sa.bindparam("called", type_=sa.Text))
    ours = "SELECT name FROM pg_prepared_statements WHERE statement LIKE '%%taken%%'"
    with database.engine.connect() as db:
        db.exec_driver_sql("ANALYZE place")
        if not is_guarded:
            db.exec_driver_sql("SET enable_seqscan = on")
        for _ in range(12):  # psycopg prepares a statement at the sixth, PostgreSQL keeps a plan six later
            db.execute(asked, {"called": "room"})
        prepared = db.exec_driver_sql(ours, ()).scalar()
        shown = db.exec_driver_sql(f"EXPLAIN EXECUTE {prepared} ('room')").scalars().all()
        assert plan in "".join(shown), shown


def test_when_every_connection_stays_in_use_the_database_is_away(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def in_use() -> None:
        raise sa.exc.TimeoutError("QueuePool limit reached")

    monkeypatch.setattr(database.engine, "connect", in_use)
    with pytest.raises(Unavailable), database.reading():
        pass


@pytest.fixture
def line(database: Database) -> Iterator[Line]:
    """A line to PostgreSQL that can be cut."""
    port = database.url.port
    assert port
    line = Line(lambda: port)
    yield line
    line.close()


@pytest.mark.parametrize("engine", ["postgres"], indirect=True)
def test_a_database_that_answers_nonsense_is_away_and_after_a_commit_nobody_knows(
    database: Database, line: Line
) -> None:
    url = database.url.set(port=line.port).render_as_string(hide_password=False)
    there = Database(url, "test")
    try:
        assert taken(there) == 0
        line.be(Trouble.GARBAGE)
        with pytest.raises(Unavailable):
            taken(there)
        line.be(Trouble.NONE)
        with pytest.raises(OutcomeUnknown), there.transaction() as db:
            db.execute(sa.update(place).values(taken=7))
            line.be(Trouble.GARBAGE)
        line.be(Trouble.NONE)
        assert taken(there) == 7, "it was done, and nobody could hear so"
    finally:
        there.dispose()


TWO_AT_ONCE = """
def one_after_the_other(database):
    with database.reading():
        pass
    with database.reading():
        pass

def two_at_once(database):
    with database.reading(), database.reading():
        pass
"""


def test_who_asks_for_a_second_connection_is_seen(database: Database, second_connections: list[str]) -> None:
    product: dict[str, Any] = {}
    exec(compile(TWO_AT_ONCE, str(ROOT / "services" / "planted.py"), "exec"), product)  # noqa: S102 - as if of the product
    product["one_after_the_other"](database)
    with database.reading():  # a test's own look is none of the product's
        product["one_after_the_other"](database)
    assert second_connections == []
    product["two_at_once"](database)
    assert second_connections == ["/services/planted.py:9 while /services/planted.py:9"]
    second_connections.clear()
