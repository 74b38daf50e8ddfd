"""The worker's side of the queue: a deaf process notices and ends, a listening one does not."""

import os
from typing import Any

import pytest
import redis

from shared.queue import LOOKS, _Hearing


class Ended(Exception):
    """Instead of the end of the process."""


@pytest.fixture
def hearing(valkey_url: str, monkeypatch: pytest.MonkeyPatch) -> _Hearing:
    def end(_: int) -> None:
        raise Ended

    monkeypatch.setattr(os, "_exit", end)
    return _Hearing("notifications", valkey_url)


def put(valkey_url: str) -> None:
    with redis.Redis.from_url(valkey_url) as client:
        client.lpush("notifications", "a task")


def test_a_process_that_takes_nothing_although_tasks_wait_ends(hearing: _Hearing, valkey_url: str) -> None:
    hearing.of(lambda _: None)("task")
    put(valkey_url)
    for _ in range(LOOKS):
        hearing.check()
    with pytest.raises(Ended):
        hearing.check()


def test_a_process_that_is_still_starting_stays(hearing: _Hearing, valkey_url: str) -> None:
    put(valkey_url)
    for _ in range(10 * LOOKS):
        hearing.check()


def test_an_idle_process_with_an_empty_queue_stays(hearing: _Hearing) -> None:
    for _ in range(2 * LOOKS):
        hearing.check()


def test_a_process_that_works_through_a_long_queue_stays(hearing: _Hearing, valkey_url: str) -> None:
    put(valkey_url)
    for _ in range(5):
        hearing.of(lambda _: None)("task")
        hearing.check()


def test_a_process_busy_with_one_long_task_stays(hearing: _Hearing, valkey_url: str) -> None:
    put(valkey_url)

    def long_task(_: Any) -> None:
        for _ in range(5):
            hearing.check()

    hearing.of(long_task)("task")


def test_redis_away_is_no_deafness() -> None:
    away = _Hearing("notifications", "redis://127.0.0.1:1/0")
    for _ in range(5):
        away.check()
