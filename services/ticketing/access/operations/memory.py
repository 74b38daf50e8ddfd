"""What a process remembers of its database for a moment, so that hot routes need no statement for it."""

import threading
import time
from collections.abc import Callable, Hashable
from typing import Any, Generic, TypeVar
from weakref import WeakKeyDictionary

from sqlalchemy.engine import Connection

from shared.db import Database, current, reading

Value = TypeVar("Value")
KEPT = 1000


class Memory(Generic[Value]):
    """Values read from the current database at most `seconds` ago; one thread reads again, others wait for it."""

    def __init__(self, seconds: float, read: Callable[..., Value]) -> None:
        self._seconds, self._read = seconds, read
        self._kept: WeakKeyDictionary[Database, dict[Hashable, tuple[float, Value]]] = WeakKeyDictionary()
        self._lock = threading.Lock()

    def get(self, *asked: Any) -> Value:
        """What `read(db, *asked)` says, not older than the memory's seconds; its refusals are not remembered."""
        kept = self._shelf().get(asked)
        if kept is not None and time.monotonic() < kept[0]:
            return kept[1]
        with self._lock:
            return self._again(asked)

    def forget(self) -> None:
        """Read everything again at the next question."""
        with self._lock:
            self._kept.clear()

    def _again(self, asked: tuple[Any, ...]) -> Value:
        shelf = self._shelf()
        kept = shelf.get(asked)
        if kept is None or time.monotonic() >= kept[0]:
            # the age counts from before the read: what it saw may have changed while it ran
            until = time.monotonic() + self._seconds
            if len(shelf) >= KEPT:
                shelf.clear()
            with reading() as db:
                kept = shelf[asked] = (until, self._look(db, asked))
        return kept[1]

    def _look(self, db: Connection, asked: tuple[Any, ...]) -> Value:
        return self._read(db, *asked)

    def _shelf(self) -> dict[Hashable, tuple[float, Value]]:
        return self._kept.setdefault(current(), {})
