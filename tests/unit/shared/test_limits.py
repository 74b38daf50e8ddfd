"""How often somebody may try."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from shared import clock, limits
from shared.problem import TooMany, Unavailable

NOON = datetime(2027, 1, 8, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _counting_here() -> Iterator[None]:
    limits.configure("memory://")
    yield
    clock.set_rehearsal(None)


def try_once() -> None:
    limits.allow("sign-in", "fatima", 1, 900, fail_open=False)


def test_who_tries_too_often_is_told() -> None:
    try_once()
    with pytest.raises(TooMany):
        try_once()


def test_in_a_rehearsal_a_window_ends_when_its_clock_has_passed_it(tmp_path: Path) -> None:
    clock.set_rehearsal(tmp_path / "clock.json")
    clock.set_clock(NOON)
    try_once()
    with pytest.raises(TooMany):
        try_once()
    clock.set_clock(NOON + timedelta(minutes=15))
    try_once()


def test_who_is_let_through_does_not_wait_for_a_redis_that_hangs_again_and_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[str] = []

    class Hanging:
        def hit(self, _item: object, who: str) -> bool:
            asked.append(who)
            raise TimeoutError

    monkeypatch.setattr(limits, "_limiter", Hanging())
    for _ in range(3):
        limits.allow("booking", "fatima", 1, 60, fail_open=True)
    assert asked == ["fatima"]
    with pytest.raises(Unavailable):
        try_once()
    monkeypatch.setattr(limits, "AWAY_SECONDS", 0)
    limits.configure("memory://")
    monkeypatch.setattr(limits, "_limiter", Hanging())
    for _ in range(3):
        limits.allow("booking", "fatima", 1, 60, fail_open=True)
    assert len(asked) == 2 + 3
