"""A small part of `./moussem faults` at each run of the tests: every planted bug, and a few cells on both engines."""

import pytest

from tests.faults.__main__ import catch, run_matrix
from tests.faults.planted import BUGS
from tests.kit.databases import Databases

SEED = 20261122


@pytest.mark.parametrize("bug", BUGS)
def test_the_checker_catches_a_planted_bug(bug: str) -> None:
    assert catch(bug, SEED)


def test_nothing_is_lost_or_doubled_on_sqlite() -> None:
    assert run_matrix(10, SEED, "sqlite") == 0


def test_nothing_is_lost_or_doubled_on_postgresql(databases: Databases) -> None:
    databases.server()
    assert run_matrix(6, SEED, "postgres") == 0
