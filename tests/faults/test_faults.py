"""A part of `./moussem faults` at each run of the tests: every planted bug, and forty cells on two engines."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.faults import disk
from tests.faults.__main__ import catch_all, run_matrix
from tests.faults.matrix import MOMENTS, cells, chosen, faults
from tests.faults.planted import BUGS
from tests.kit.databases import Databases

SEED = 20261128
RUNS = 20


def test_the_checker_catches_twelve_planted_bugs() -> None:
    assert len(BUGS) == 12
    assert catch_all(SEED) == []


def test_nothing_is_lost_or_doubled_on_either_engine(databases: Databases) -> None:
    databases.server()  # skips, or fails, where there is none
    disk.can_be_had()  # here, so that both threads see the mounts of this one
    with ThreadPoolExecutor(2) as both:  # they wait most of the time
        failed = {
            engine: both.submit(run_matrix, chosen(RUNS, SEED, engine), engine, SEED)
            for engine in ("sqlite", "postgres")
        }
        assert {engine: one.result() for engine, one in failed.items()} == {"sqlite": 0, "postgres": 0}


@pytest.mark.parametrize(("engine", "size"), [("sqlite", 31 * 23), ("postgres", 36 * 23)])
def test_the_whole_matrix_is_each_fault_at_each_moment_once(engine: str, size: int) -> None:
    every = chosen(len(cells(engine)), SEED, engine)
    assert len(every) == len(cells(engine)) == len(faults(engine)) * (len(MOMENTS) + 1)
    assert Counter(every) == Counter(cells(engine)), "none twice, none left out"
    parts = [cell for part in range(3) for cell in chosen(25, SEED, engine, part)]
    assert parts == every[:75], "parts go on where the one before has ended"


def test_a_disk_of_our_own_is_full_when_it_is_full() -> None:
    if not disk.can_be_had():
        pytest.skip("NO DISK CAN BE MOUNTED HERE: the cells of a full disk are left out")
    small = disk.Disk(4)
    try:
        small.fill()
        with pytest.raises(OSError, match="No space left"), (small.folder / "more").open("wb", buffering=0) as file:
            file.write(b"x" * 5000)
        small.empty()
        (small.folder / "more").write_bytes(b"x" * 5000)
    finally:
        small.unmount()
