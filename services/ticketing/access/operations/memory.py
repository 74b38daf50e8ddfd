"""What a process remembers of its database for a moment, so that hot routes need no statement for it."""

import threading
import time
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Generic, NamedTuple, TypeVar
from weakref import WeakKeyDictionary

from sqlalchemy.engine import Connection

from shared.db import Database, current, reading

Value = TypeVar("Value")
KEPT = 1000


_look_under_way: ContextVar[tuple[Connection, float] | None] = ContextVar("look under way", default=None)


@contextmanager
def _one_look() -> Iterator[tuple[Connection, float]]:
    """A connection to read by, and the moment that what it sees is not older than; what is read from other memories
    meanwhile is read by the same one.

    Who holds one and waits for a second may wait for others who do the same.
    """
    if (open_already := _look_under_way.get()) is not None:
        yield open_already
        return
    # the age counts from before the read: what it saw may have changed while it ran
    since = time.monotonic()
    with reading() as db:
        token = _look_under_way.set((db, since))
        try:
            yield db, since
        finally:
            _look_under_way.reset(token)


class _Kept(NamedTuple, Generic[Value]):
    """A value, the moment from which it is read again, and the moment from which it may not be used."""

    renew_at: float
    ends_at: float
    value: Value


class Memory(Generic[Value]):
    """Values read from the current database at most `seconds` ago.

    After `renew` seconds (half of `seconds`, if nothing is said) one thread reads again while all others go on with
    what there is; only a value that is too old makes them wait. Otherwise every reader of a busy page would stand
    still ten times a second.
    """

    def __init__(self, seconds: float, read: Callable[..., Value], *, renew: float | None = None) -> None:
        self._seconds, self._read, self._renew = seconds, read, renew or seconds / 2
        self._kept: WeakKeyDictionary[Database, dict[Hashable, _Kept[Value]]] = WeakKeyDictionary()
        self._lock = threading.Lock()

    def get(self, *asked: Any) -> Value:
        """What `read(db, *asked)` says, not older than the memory's seconds; its refusals are not remembered."""
        kept, now = self._shelf().get(asked), time.monotonic()
        if kept is not None and now < kept.renew_at:
            return kept.value
        if kept is not None and now < kept.ends_at:
            if not self._lock.acquire(blocking=False):
                return kept.value
        else:
            self._lock.acquire()
        try:
            return self._again(asked)
        finally:
            self._lock.release()

    def forget(self) -> None:
        """Read everything again at the next question."""
        with self._lock:
            self._kept.clear()

    def _again(self, asked: tuple[Any, ...]) -> Value:
        shelf = self._shelf()
        kept = shelf.get(asked)
        if kept is None or time.monotonic() >= kept.renew_at:
            if len(shelf) >= KEPT:
                shelf.clear()
            with _one_look() as (db, since):
                seen = _Kept(since + self._renew, since + self._seconds, self._look(db, asked))
            kept = shelf.get(asked)
            if kept is None or kept.renew_at <= seen.renew_at:  # a look that began earlier takes nothing back
                kept = shelf[asked] = seen
        return kept.value

    def _look(self, db: Connection, asked: tuple[Any, ...]) -> Value:
        return self._read(db, *asked)

    def _shelf(self) -> dict[Hashable, _Kept[Value]]:
        return self._kept.setdefault(current(), {})
