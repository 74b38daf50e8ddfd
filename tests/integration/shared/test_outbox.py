"""Spoken once, heard twice, acted on once, answered always; on both engines."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, ClassVar
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from shared import clock, outbox
from shared.db import Database, put_newer
from shared.ids import new_id
from shared.outbox import NotKnownYet, Outgoing, Received
from shared.outbox import outbox as outbox_table

EXHIBITION = new_id()
copies = sa.MetaData()
thing = sa.Table(
    "thing",
    copies,
    sa.Column("exhibition_id", sa.Uuid, primary_key=True),
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
)
effect = sa.Table("effect", copies, sa.Column("text", sa.Text))


@dataclass(frozen=True)
class ThingChanged:
    """A message of these tests."""

    NAME: ClassVar = "thing.changed.v1"
    text: str


Later = Callable[[float], None]


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Later:
    """Stop the machine's clock and move it on by so many seconds."""
    shown = [clock.machine_now()]
    monkeypatch.setattr(clock, "machine_now", lambda: shown[0])

    def move(seconds: float) -> None:
        shown[0] += timedelta(seconds=seconds)

    return move


@pytest.fixture
def database(empty_database: Database) -> Database:
    outbox.set_subscriptions({"thing.changed.v1": ("left", "right"), "thing.used.v1": ("left",)})
    with empty_database.transaction() as db:
        outbox.metadata.create_all(db)
        copies.create_all(db)
    return empty_database


def on_changed(db: Connection, message: Received) -> None:
    row = {"exhibition_id": message.exhibition_id, "id": message.subject_id, "text": message.body["text"]}
    put_newer(db, thing, row | {"version": message.subject_version})


def on_used(db: Connection, message: Received) -> None:
    of = UUID(message.body["of"])
    if not db.execute(sa.select(thing.c.id).where(thing.c.id == of)).first():
        raise NotKnownYet(of)
    db.execute(sa.insert(effect).values(text=message.body["text"]))


def on_poison(_db: Connection, _message: Received) -> None:
    raise RuntimeError("poison")


HANDLERS = {"thing.changed.v1": on_changed, "thing.used.v1": on_used, "thing.poison.v1": on_poison}


def raw(name: str, body: dict[str, Any], *, subject: UUID | None = None, version: int = 1, ring: int = 1) -> Any:
    return {
        "id": str(new_id()),
        "name": name,
        "exhibition_id": str(EXHIBITION),
        "subject_id": str(subject or new_id()),
        "subject_version": version,
        "correlation_id": "c",
        "occurred_at": clock.now().isoformat(),
        "sender": "here",
        "ring": ring,
        "body": body,
    }


def hear(name: str, body: dict[str, Any], subject: UUID) -> Received:
    return Received(new_id(), name, EXHIBITION, subject, 1, "c", clock.now(), "here", body)


def say(database: Database, *, secret: bool = False) -> None:
    with database.transaction() as db:
        outbox.publish(db, Outgoing(EXHIBITION, new_id(), 1, ThingChanged("wool"), secret=secret))


def claim(database: Database) -> Any:
    with database.transaction() as db:
        return outbox.claim_due(db, (), 200)


def answer(database: Database, rows: Any, verdict: str = "done") -> int:
    with database.transaction() as db:
        return outbox.store_verdicts(db, [[str(r.exhibition_id), str(r.id), r.listener, verdict] for r in rows])


def count(database: Database, table: sa.Table) -> int:
    with database.reading() as db:
        return int(db.execute(sa.select(sa.func.count()).select_from(table)).scalar_one())


def test_a_rolled_back_change_says_nothing(database: Database) -> None:
    with pytest.raises(RuntimeError), database.transaction() as db:
        outbox.publish(db, Outgoing(EXHIBITION, new_id(), 1, ThingChanged("wool")))
        raise RuntimeError
    assert count(database, outbox_table) == 0


def test_each_listener_is_rung_until_it_answers(database: Database, later: Later) -> None:
    say(database)
    rows = claim(database)
    assert sorted(row.listener for row in rows) == ["left", "right"]
    assert claim(database) == []
    answer(database, [row for row in rows if row.listener == "left"])
    later(60)
    (again,) = claim(database)
    assert (again.listener, again.attempts) == ("right", 1)


def test_the_pauses_between_rings_grow(database: Database, later: Later) -> None:
    say(database)
    pauses = []
    for _ in range(4):
        claim(database)
        with database.reading() as db:
            due = db.execute(sa.select(sa.func.max(outbox.outbox_delivery.c.next_at))).scalar_one()
        pauses.append((due - clock.machine_now()).total_seconds())
        later(pauses[-1] + 1)
    assert pauses == sorted(pauses)
    assert pauses[-1] > pauses[0]


def test_an_answer_told_twice_counts_once(database: Database) -> None:
    say(database)
    rows = claim(database)
    assert answer(database, rows) == 2
    assert answer(database, rows, "dead") == 0


def test_a_secret_is_forgotten_once_all_have_answered(database: Database) -> None:
    say(database, secret=True)
    left, right = claim(database)
    answer(database, [left])
    with database.reading() as db:
        assert json.loads(db.execute(sa.select(outbox_table.c.body)).scalar_one()) == {"text": "wool"}
    answer(database, [right])
    with database.reading() as db:
        assert db.execute(sa.select(outbox_table.c.body)).scalar_one() == "{}"


def test_heard_twice_acted_on_once_answered_always(database: Database) -> None:
    known = new_id()
    outbox.handle(database, HANDLERS, raw("thing.changed.v1", {"text": "a"}, subject=known))
    message = raw("thing.used.v1", {"of": str(known), "text": "dyed"})
    assert [outbox.handle(database, HANDLERS, message) for _ in range(3)] == ["done"] * 3
    assert count(database, effect) == 1


def test_a_copy_takes_only_a_higher_version(database: Database) -> None:
    known = new_id()
    for version, text in ((2, "new"), (1, "old"), (3, "newest"), (3, "again")):
        outbox.handle(database, HANDLERS, raw("thing.changed.v1", {"text": text}, subject=known, version=version))
    with database.reading() as db:
        assert db.execute(sa.select(thing.c.text)).scalars().all() == ["newest"]


def test_a_message_before_its_subject_waits_for_it(database: Database) -> None:
    awaited = new_id()
    early = raw("thing.used.v1", {"of": str(awaited), "text": "dyed"})
    assert outbox.handle(database, HANDLERS, early) == "done"
    assert outbox.handle(database, HANDLERS, early) == "done"
    assert count(database, effect) == 0
    outbox.handle(database, HANDLERS, raw("thing.changed.v1", {"text": "a"}, subject=awaited))
    assert count(database, effect) == 1
    assert count(database, outbox.parked) == 0


def test_a_message_and_its_subject_that_crossed_meet_later(database: Database, later: Later) -> None:
    awaited = new_id()
    outbox.handle(database, HANDLERS, raw("thing.used.v1", {"of": str(awaited), "text": "dyed"}))
    with database.transaction() as db:
        on_changed(db, hear("thing.changed.v1", {"text": "a"}, awaited))
    assert outbox.retry_parked(database, HANDLERS) == 0
    later(60)
    assert outbox.retry_parked(database, HANDLERS) == 1
    assert (count(database, effect), count(database, outbox.parked)) == (1, 0)


def test_a_failing_message_is_given_up_after_five_tries(database: Database) -> None:
    poison = raw("thing.poison.v1", {})
    verdicts = [outbox.handle(database, HANDLERS, poison | {"ring": ring}) for ring in range(1, 8)]
    assert verdicts == [None] * 4 + ["dead"] * 3
    assert count(database, outbox.inbox) == 0


def test_a_message_that_kills_its_process_is_given_up_too(database: Database) -> None:
    """A killed process counts nothing itself; every ring after the first is counted before it acts."""
    poison = raw("thing.poison.v1", {})
    for ring in range(2, 2 + outbox.MAX_ATTEMPTS):
        with database.transaction() as db:
            outbox.hearing._attempted(db, poison | {"ring": ring}, "killed")
    assert outbox.handle(database, HANDLERS, poison | {"ring": 9}) == "dead"


def test_messages_of_one_moment_share_a_transaction_and_a_bad_one_spoils_no_other(database: Database) -> None:
    known = new_id()
    raws = [
        raw("thing.changed.v1", {"text": "a"}, subject=known),
        raw("thing.poison.v1", {}),
        raw("thing.used.v1", {"of": str(known), "text": "dyed"}),
    ]
    assert outbox.handle_all(database, HANDLERS, raws) == ["done", None, "done"]
    assert count(database, effect) == 1


def test_the_dead_can_be_listed_and_replayed(database: Database) -> None:
    say(database)
    answer(database, claim(database), "dead")
    with database.transaction() as db:
        assert len(outbox.dead_letters(db)) == 2
        assert outbox.backlog(db)["dead"] == 2
        assert outbox.replay_dead(db) == 2
    assert len(claim(database)) == 2


def test_old_answered_messages_go_and_others_stay(database: Database, later: Later) -> None:
    say(database)
    answer(database, claim(database))
    say(database)
    later(31 * 24 * 3600)
    with database.transaction() as db:
        assert outbox.tidy(db) == 1
    assert count(database, outbox_table) == 1
    assert count(database, outbox.outbox_delivery) == 2


def test_two_relays_never_take_the_same_delivery(database: Database) -> None:
    from concurrent.futures import ThreadPoolExecutor

    for _ in range(30):
        say(database)
    with ThreadPoolExecutor(4) as pool:
        taken = [(row.id, row.listener) for rows in pool.map(claim, [database] * 8) for row in rows]
    assert len(taken) == len(set(taken)) == 60
