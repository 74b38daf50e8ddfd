"""How many notices of a channel a worker begins in a second: what its provider takes, what leaves room for others."""

import math
import threading
import time
from dataclasses import dataclass, field

SHORT = 0.2
"""Seconds that somebody waits for a turn; whose turn is later comes again."""
MOST, LEAST = 100.0, 25.0
"""Announcements a second: what the fastest may be told at, and what goes on while others need all there is."""


@dataclass
class Pacer:
    """Lets so many begin in a second, evenly spread; 0: as many as like. Shared by the threads of a channel."""

    per_second: float = 0.0
    _next: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def may_begin(self) -> bool:
        """Whether one may begin now, after a short wait for its turn; it then counts."""
        with self._lock:
            now, pace = time.monotonic(), self._pace()
            turn = max(self._next, now - 1 / pace) if pace else now  # who came a little late takes nobody's turn
            if not pace or turn - now > SHORT:
                return not pace
            self._next = turn + 1 / pace
        time.sleep(max(0.0, turn - now))
        return True

    def _pace(self) -> float:
        return self.per_second


@dataclass
class Leisure(Pacer):
    """The pace of announcements: together with what is more urgent no more than MOST a second, and at least LEAST.

    Without it, fifty thousand that are due at once take all of a worker's time, and confirmations come late although
    they go first.
    """

    _others: float = 0.0
    _seen: float = 0.0

    def let_pass(self) -> None:
        """Something more urgent has begun."""
        with self._lock:
            now = time.monotonic()
            self._others, self._seen = self._rate(now) + 1, now

    def _rate(self, now: float) -> float:
        """The others of about the last second."""
        return self._others * math.exp(self._seen - now)

    def _pace(self) -> float:
        return max(LEAST, MOST - self._rate(time.monotonic()))
