"""How often somebody may try."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from shared import clock, limits
from shared.problem import TooMany

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
