"""Sees whether the product asks for a second connection while it holds one.

A pool has an end: where each of its threads waits for a second connection, or for a row that such a thread holds, all
wait for one another until PostgreSQL gives up on them.
"""

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy.engine import Connection

from shared import db
from shared.db import Database
from tests.kit.tree import ROOT

PRODUCT = tuple(str(ROOT / name) for name in ("services", "shared"))
TESTS = str(ROOT / "tests")


@contextmanager
def one_at_a_time() -> Iterator[list[str]]:
    """Fills the list with who asked for a second one, while whom."""
    seen: list[str] = []
    held = threading.local()
    connect = Database._connection

    @contextmanager
    def watched(self: Database) -> Iterator[Connection]:
        mine: list[tuple[int, str]] = held.__dict__.setdefault("places", [])
        who = _who_asks()
        others = [place for what, place in mine if what == id(self)]
        if who and others:
            seen.append(f"{who} while {others[-1]}")
        if who:
            mine.append((id(self), who))
        try:
            with connect(self) as one:
                yield one
        finally:
            if who:
                mine.remove((id(self), who))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Database, "_connection", watched)
        yield seen


def _who_asks() -> str:
    """The place in the product that asks; empty for a test's own look."""
    frame: Any = sys._getframe(1)
    while frame is not None:
        name = frame.f_code.co_filename
        if name.startswith(TESTS) and name != __file__:
            return ""
        if name.startswith(PRODUCT) and name != db.__file__:
            return f"{name.removeprefix(str(ROOT))}:{frame.f_lineno}"
        frame = frame.f_back
    return ""
