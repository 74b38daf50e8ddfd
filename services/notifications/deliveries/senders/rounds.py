"""A channel's rounds: whichever thread is free notes all answers that have come and claims for all that wait.

A transaction for each notice, twice, was most of what a notice cost; on PostgreSQL they also waited for one another
at the purse of the day.
"""

import heapq
import itertools
import threading
import time
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

from services.notifications.deliveries import operations
from services.notifications.deliveries.domain import LEASE, Step, later
from services.notifications.deliveries.domain.settings import Providers
from services.notifications.deliveries.operations import Answered, Claimed, Room
from services.notifications.deliveries.senders.pacing import Leisure, Pacer
from services.notifications.notices.domain import Channel, Priority, Reason, State
from shared import log
from shared.db import Database
from shared.moments import moment
from shared.problem import Problem

SETTLE_TRIES = 20
PATIENCE = 0.5  # seconds that a thread waits for somebody else's round
GATHER = 0.01  # seconds before the next round of the same thread: more come together
STALE = LEASE.total_seconds() / 3  # what has waited so long in hand may not have the time of an attempt left


@dataclass(frozen=True, order=True)
class Handed:
    """A claimed notice that waits for a thread, the most urgent first; it begins at `turn`, or never after `stale_at`.

    Both as `time.monotonic`.
    """

    priority: Priority
    number: int
    turn: float = field(compare=False)
    stale_at: float = field(compare=False)
    claimed: Claimed = field(compare=False)


@dataclass
class Rounds:
    """What the threads of a channel have in hand; `ahead` are claimed beyond those that threads wait for.

    At most `low_at_once` of the lowest priority: what is more urgent finds a thread.
    """

    channel: Channel
    database: Database
    providers: Providers = field(default_factory=Providers)
    ahead: int = 0
    low_at_once: int = 1
    pacer: Pacer = field(default_factory=Pacer)
    leisure: Leisure = field(default_factory=Leisure)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _changed: threading.Condition = field(default_factory=threading.Condition)
    _handed: list[Handed] = field(default_factory=list)
    _answered: deque[Answered] = field(default_factory=deque)
    _numbers: "itertools.count[int]" = field(default_factory=itertools.count)
    _hungry: int = 0
    _low: int = 0
    _is_closed: bool = False

    def take(self) -> Claimed | None:
        """The next notice for the calling thread, at its turn; None when none is due."""
        with self._hunger():
            handed = self._next(0) or self._next(0 if self._look() else PATIENCE)
        if handed is None:
            return None
        time.sleep(max(0.0, handed.turn - time.monotonic()))
        if time.monotonic() < handed.stale_at:
            return handed.claimed
        self._hand_back([handed])
        return self.take()

    def rest(self, seconds: float) -> None:
        """Until something is handed out: whoever looks next claims for those who rest here, too."""
        with self._hunger(), self._changed:
            self._changed.wait_for(lambda: self._handed or self._is_closed, seconds)

    def note(self, *answered: Answered) -> None:
        """Have answers noted: by the calling thread, or by the one whose round is under way."""
        with self._changed:
            self._low -= sum(one.claimed.priority is Priority.LOW for one in answered)
        self._answered.extend(answered)
        while self._answered and self._round():
            if self._answered:
                time.sleep(GATHER)

    def close(self) -> None:
        """Claim no more, and hand back what no thread has begun."""
        self._is_closed = True
        with self._changed:
            left, self._handed = self._handed, []
            self._changed.notify_all()
        self._hand_back(left)

    def _hand_back(self, some: Sequence[Handed]) -> None:
        at = datetime.now(UTC)
        step = Step(State.RETRY, at, Reason.HELD_UP)
        self.note(*(Answered(one.claimed, later(Reason.HELD_UP), step) for one in some))

    @contextmanager
    def _hunger(self) -> Iterator[None]:
        with self._changed:
            self._hungry += 1
        try:
            yield
        finally:
            with self._changed:
                self._hungry -= 1

    def _next(self, patience: float) -> Handed | None:
        with self._changed:
            self._changed.wait_for(lambda: self._handed, patience)
            return heapq.heappop(self._handed) if self._handed else None

    def _look(self) -> bool:
        """Claim, unless another thread is at it; note what came meanwhile, as its thread has seen us at it and gone."""
        is_ours = self._round()
        while is_ours and self._answered and not self._handed:
            time.sleep(GATHER)
            self._round()
        return is_ours

    def _round(self) -> bool:
        """Note and claim; False when another thread is at it."""
        if not self._lock.acquire(blocking=False):
            return False
        try:
            answered = [self._answered.popleft() for _ in range(len(self._answered))]
            if answered:
                self._answered.extend(self._settle(answered))
            self._claim()
        finally:
            self._lock.release()
        return True

    def _claim(self) -> None:
        with self._changed:
            wanted = 0 if self._is_closed else self._hungry + self.ahead - len(self._handed)
        turns = self.pacer.turns(wanted)
        low_turns = self.leisure.turns(self.low_at_once - self._low)
        room = Room(len(turns), len(low_turns))
        # the look is free; only who sees something due asks for the right to write
        if not turns or not self._is_due(room):
            return
        with self.database.transaction() as db:
            claimed = operations.claim(db, self.channel, datetime.now(UTC), self.providers, room)
        if claimed:
            moment("notice.claimed")
        low = sum(one.priority is Priority.LOW for one in claimed)
        self.pacer.begin(turns[: len(claimed)])
        self.leisure.begin(low_turns[:low])
        self.leisure.let_pass(len(claimed) - low)
        self._hand_out(list(zip(claimed, turns[: len(claimed)], strict=True)), low)

    def _is_due(self, room: Room) -> bool:
        with self.database.reading() as db:
            return operations.is_due(db, self.channel, datetime.now(UTC), room)

    def _hand_out(self, claimed: Sequence[tuple[Claimed, float]], low: int) -> None:
        stale_at = time.monotonic() + STALE
        with self._changed:
            self._low += low
            for one, turn in claimed:
                heapq.heappush(self._handed, Handed(one.priority, next(self._numbers), turn, stale_at, one))
            self._changed.notify(len(claimed))

    def _settle(self, answered: Sequence[Answered]) -> list[Answered]:
        """Note the answers, with patience: what is not noted is asked of the provider again. Those of notices that
        somebody else holds are left for the next round."""
        for _ in range(SETTLE_TRIES):
            try:
                with self.database.transaction() as db:
                    left = operations.held_elsewhere(db, answered)
                    operations.settle(db, [one for one in answered if one not in left], self.providers)
                break
            except Problem as away:
                _warn(answered, away)
                time.sleep(1)
            except Exception as wrong:
                # one that cannot be noted may not keep the others from it
                if len(answered) > 1:
                    return [held for one in answered for held in self._settle([one])]
                _warn(answered, wrong)
                return []
        else:
            return []
        for one in answered:
            if one not in left:
                _tell(one)
        moment("notice.after-commit")
        return left


def _warn(answered: Sequence[Answered], wrong: Exception) -> None:
    for one in answered:
        log.get_logger().warning("notice-not-noted", notice_id=str(one.claimed.id), error=repr(wrong))


def _tell(answered: Answered) -> None:
    log.get_logger().info(
        "notice-tried",
        notice_id=str(answered.claimed.id),
        channel=answered.claimed.channel,
        attempt=answered.claimed.attempt,
        state=answered.step.state,
        reason=answered.step.reason,
        correlation_id=answered.claimed.correlation_id,
    )
