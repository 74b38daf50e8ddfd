"""How many notices of a channel a worker begins in a second: what its provider takes, what leaves room for others."""

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

SOON = 0.2
"""Seconds ahead that turns are given for; whose turn is later comes again."""
MOST, LEAST = 100.0, 25.0
"""Announcements a second: what the fastest may be told at, and what goes on while others need all there is."""
WHOLE_WAY = 4
"""What is more urgent costs the machine so many times an announcement: a booking and its message go before it."""


@dataclass
class Pacer:
    """Lets so many begin in a second, evenly spread; 0: as many as like. Of a channel's round, one thread at a time."""

    per_second: float = 0.0
    next_at: float = 0.0
    soon: ClassVar[float] = SOON

    def turns(self, at_most: int) -> list[float]:
        """The next moments (`time.monotonic`) at which one may begin each."""
        now, pace = time.monotonic(), self._pace()
        if not pace:
            return [now] * at_most
        first = max(self.next_at, now - self._late(pace))
        turns = (first + n / pace for n in range(at_most))
        return [turn for turn in turns if turn - now <= self.soon]

    def begin(self, turns: Sequence[float]) -> None:
        """These turns are taken."""
        pace = self._pace()
        if turns and pace:
            self.next_at = turns[-1] + 1 / pace

    def _pace(self) -> float:
        return self.per_second

    def _late(self, pace: float) -> float:
        """Who came a little late takes nobody's turn."""
        return 1 / pace


@dataclass
class Leisure(Pacer):
    """The pace of announcements: MOST a second, less for all that is more urgent, and at least LEAST.

    Without it, fifty thousand that are due at once take all of a worker's time, and confirmations come late although
    they go first.
    """

    soon: ClassVar[float] = 0.0  # whoever waited for a turn would keep a line from what is more urgent
    _others: float = 0.0
    _seen: float = 0.0

    def let_pass(self, others: int) -> None:
        """So many that are more urgent have begun."""
        now = time.monotonic()
        self._others, self._seen = self._rate(now) + others, now

    def _rate(self, now: float) -> float:
        """The others of about the last second."""
        return self._others * math.exp(self._seen - now)

    def _pace(self) -> float:
        return max(LEAST, MOST - WHOLE_WAY * self._rate(time.monotonic()))

    def _late(self, pace: float) -> float:
        """A round takes longer than a turn: those of the last moment are made up for."""
        return max(1 / pace, SOON / 2)
