"""Sender threads: claim, call the provider, note the answer. A channel's threads wait for no other channel."""

import random
import threading
from collections.abc import Callable
from datetime import UTC, datetime

from services.notifications.deliveries import operations
from services.notifications.deliveries.domain import Outcome, later, next_step, refused
from services.notifications.deliveries.operations import Answered, Claimed
from services.notifications.deliveries.senders.rounds import Rounds
from services.notifications.notices.domain import Reason
from services.notifications.templates.domain import STOPPABLE_KINDS
from shared import clock, log
from shared.moments import moment

Bring = Callable[[Claimed], Outcome]
Idle = Callable[[], None]


class Sender:
    """Who brings a channel's notices, `at_once` at a time; its threads share what its rounds claim.

    `idle` is called when none is due.
    """

    def __init__(self, rounds: Rounds, bring: Bring, at_once: int = 1, idle: Idle | None = None) -> None:
        self.rounds, self._bring, self._idle = rounds, bring, idle or (lambda: None)
        self._lines = threading.Semaphore(at_once)

    def send_one(self) -> int:
        """Bring the notice that has been due longest; 0 when none is due."""
        claimed = self.rounds.take()
        if claimed is None:
            self._idle()
            return 0
        with self._lines:
            outcome = self._try(claimed)
        moment("notice.after-provider")
        step = next_step(outcome, claimed.attempt, datetime.now(UTC), random.random())  # noqa: S311 - spreads pauses
        self.rounds.note(Answered(claimed, outcome, step))
        return 1

    def _try(self, claimed: Claimed) -> Outcome:
        if clock.now() > claimed.useful_until:
            return refused(Reason.TOO_LATE)
        if claimed.refusal:
            return refused(claimed.refusal)
        if reason := self._why_not(claimed):
            return refused(reason)
        try:
            return self._bring(claimed)
        except Exception as wrong:
            # a mistake of ours with this notice: later versions of us may do better
            log.get_logger().error("notice-mishap", notice_id=str(claimed.id), error=type(wrong).__name__)
            return later(Reason.MISHAP, type(wrong).__name__, wait=60)

    def _why_not(self, claimed: Claimed) -> Reason | None:
        if claimed.kind not in STOPPABLE_KINDS:
            return None
        with self.rounds.database.reading() as db:
            return operations.why_not(db, claimed)
