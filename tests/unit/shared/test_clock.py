"""The clock: Morocco's zone, gaps and folds, the rehearsal."""

import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from shared import clock


def test_morocco_stays_at_utc() -> None:
    clock.check_zone_data()
    assert clock.to_utc(datetime(2026, 11, 14, 10), "Africa/Casablanca") == datetime(2026, 11, 14, 10, tzinfo=UTC)


@pytest.mark.parametrize("wall", [datetime(2026, 9, 20, 1, 30), datetime(2026, 3, 22, 2, 30)])
def test_an_hour_that_is_no_single_moment_is_refused(wall: datetime) -> None:
    with pytest.raises(ValueError, match="no single moment"):
        clock.to_utc(wall, "Africa/Casablanca")


def test_every_other_hour_of_those_years_comes_back_as_it_went() -> None:
    wall, refused = datetime(2018, 1, 1), 0
    while wall < datetime(2032, 1, 1):
        try:
            assert clock.to_wall(clock.to_utc(wall, "Africa/Casablanca"), "Africa/Casablanca") == wall
        except ValueError:
            refused += 1
        wall += timedelta(minutes=30)
    assert 0 < refused < 100


def test_a_rehearsal_moves_the_clock_and_its_end_gives_it_back(tmp_path: Path) -> None:
    clock.set_rehearsal(tmp_path / "clock.json")
    try:
        clock.set_clock(datetime(2027, 1, 8, 9, 30, tzinfo=UTC))
        assert clock.now() - datetime(2027, 1, 8, 9, 30, tzinfo=UTC) < timedelta(minutes=1)
    finally:
        clock.set_rehearsal(None)
    assert clock.now().year < 2027 or clock.now() - datetime.now(UTC) < timedelta(seconds=1)


def test_no_thread_goes_on_with_the_old_time_while_another_reads_the_new_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, later = tmp_path / "clock.json", datetime(2027, 1, 9, tzinfo=UTC)
    clock.set_rehearsal(path)
    clock.set_clock(datetime(2027, 1, 8, tzinfo=UTC))
    clock.now()
    clock.set_clock(later)
    is_reading, may_go_on, seen = threading.Event(), threading.Event(), []
    read = Path.read_text

    def slowly(self: Path) -> str:
        is_reading.set()
        may_go_on.wait(10)
        return read(self)

    monkeypatch.setattr(Path, "read_text", slowly)
    threads = [threading.Thread(target=lambda: seen.append(clock.now())) for _ in range(2)]
    threads[0].start()
    is_reading.wait(10)
    threads[1].start()
    threads[1].join(0.2)  # with the old way it has its answer by now
    may_go_on.set()
    for thread in threads:
        thread.join()
    assert min(seen) >= later


def test_without_a_rehearsal_nobody_moves_the_clock() -> None:
    with pytest.raises(RuntimeError):
        clock.set_clock(datetime(2027, 1, 8, tzinfo=UTC))
