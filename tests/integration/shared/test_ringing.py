"""The relay holds back from those who have not come to what it rang for before."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import redis
import sqlalchemy as sa

from shared import clock, outbox, queue
from shared.db import Database
from shared.ids import new_id
from shared.outbox.tables import metadata, outbox_delivery

LISTENER = "notifications"


@pytest.fixture
def line(valkey_url: str) -> Iterator[redis.Redis]:
    with redis.Redis.from_url(valkey_url) as client:
        client.delete(LISTENER)
        yield client
        client.delete(LISTENER)


@pytest.fixture
def relay(empty_database: Database, valkey_url: str) -> queue.Relay:
    with empty_database.transaction() as db:
        metadata.create_all(db)
    return queue.Relay("registration", empty_database, queue._sender_of(valkey_url))


def speak(database: Database, *, rung_before: int) -> None:
    """A delivery that is due, rung for so many times already."""
    exhibition, message, ago = new_id(), new_id(), clock.machine_now() - timedelta(seconds=5)
    told = {"name": "badge.issued.v1", "subject_id": new_id(), "subject_version": 1, "correlation_id": "", "body": "{}"}
    delivery = {"listener": LISTENER, "next_at": ago, "attempts": rung_before}
    with database.transaction() as db:
        kept = {"exhibition_id": exhibition, "id": message, "occurred_at": ago, "is_secret": False}
        db.execute(sa.insert(outbox.tables.outbox).values(**kept, **told))
        db.execute(sa.insert(outbox_delivery).values(exhibition_id=exhibition, message_id=message, **delivery))


@pytest.mark.parametrize(("is_guarded", "rang"), [(True, 0), (False, 1)])
def test_a_crowded_listener_is_not_rung_for_the_same_again(
    relay: queue.Relay,
    empty_database: Database,
    line: redis.Redis,
    monkeypatch: pytest.MonkeyPatch,
    *,
    is_guarded: bool,
    rang: int,
) -> None:
    if not is_guarded:
        monkeypatch.setattr(queue, "CROWD", 10_000)
    for _ in range(queue.CROWD % 10_000 + 30):
        line.lpush(LISTENER, "a task")
    speak(empty_database, rung_before=1)
    assert relay.ring() == rang


def test_what_is_new_is_rung_for_and_the_rest_once_the_crowd_is_gone(
    relay: queue.Relay, empty_database: Database, line: redis.Redis
) -> None:
    for _ in range(queue.CROWD + 1):
        line.lpush(LISTENER, "a task")
    speak(empty_database, rung_before=1)
    speak(empty_database, rung_before=0)
    assert (relay.ring(), relay.ring()) == (1, 0)
    line.delete(LISTENER)
    assert (relay.ring(), relay.ring()) == (1, 0)
    assert line.llen(LISTENER) == 1


def test_without_redis_nobody_is_thought_crowded(empty_database: Database) -> None:
    away = queue.Relay("registration", empty_database, queue._sender_of("redis://127.0.0.1:1"))
    assert away._crowded() == []


def test_after_a_ring_it_waits_for_more_unless_more_is_due(relay: queue.Relay, monkeypatch: pytest.MonkeyPatch) -> None:
    rang, waits = iter([queue.AT_ONCE, 3, 0]), []

    def wait(seconds: float) -> bool:
        waits.append(seconds)
        if len(waits) == 2:
            relay.stopping.set()
        return True

    monkeypatch.setattr(relay, "ring", lambda: next(rang))
    monkeypatch.setattr(relay.stopping, "wait", wait)
    relay.run()
    assert waits == [0.1, 0.1]


def test_what_comes_within_a_moment_travels_together(
    relay: queue.Relay, empty_database: Database, line: redis.Redis
) -> None:
    for _ in range(3):
        speak(empty_database, rung_before=0)
    assert relay.ring() == 3
    assert line.llen(LISTENER) == 1
