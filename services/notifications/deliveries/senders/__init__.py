"""Sender threads: claim, call the provider, note the answer. A channel's threads wait for no other channel."""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from services.notifications.deliveries import operations
from services.notifications.deliveries.domain import Outcome, Step, later, next_step, refused
from services.notifications.deliveries.domain.settings import Providers
from services.notifications.deliveries.operations import Claimed
from services.notifications.deliveries.senders.pacing import Leisure, Pacer
from services.notifications.notices.domain import Channel, Priority, Reason
from services.notifications.templates.domain import STOPPABLE_KINDS
from shared import clock, log
from shared.db import Database
from shared.moments import moment
from shared.problem import Problem

SETTLE_TRIES = 20


@dataclass(frozen=True)
class Sender:
    """One channel and who brings its notices; safe to be used by several threads.

    One that takes only what is urgent `up_to` a priority keeps a line free for it.
    """

    channel: Channel
    database: Database
    bring: Callable[[Claimed], Outcome]
    providers: Providers = field(default_factory=Providers)
    up_to: Priority = Priority.LOW
    pacer: Pacer = field(default_factory=Pacer)
    leisure: Leisure = field(default_factory=Leisure)

    def send_one(self) -> int:
        """Bring the notice that has been due longest; 0 when none is due."""
        claimed = self._claim()
        if claimed is None:
            return 0
        moment("notice.claimed")
        outcome = self._try(claimed)
        moment("notice.after-provider")
        step = next_step(outcome, claimed.attempt, datetime.now(UTC), random.random())  # noqa: S311 - spreads pauses
        self._settle(claimed, outcome, step)
        moment("notice.after-commit")
        return 1

    def _claim(self) -> Claimed | None:
        # the look is free; only who sees something due asks for the right to write
        with self.database.reading() as db:
            first = operations.first_due(db, self.channel, datetime.now(UTC), self.up_to)
        if first is None or not (first < Priority.LOW or self.leisure.may_begin()) or not self.pacer.may_begin():
            return None
        with self.database.transaction() as db:
            claimed = operations.claim(db, self.channel, datetime.now(UTC), self.providers, first)
        if claimed and first < Priority.LOW:
            self.leisure.let_pass()
        return claimed

    def _try(self, claimed: Claimed) -> Outcome:
        if clock.now() > claimed.useful_until:
            return refused(Reason.TOO_LATE)
        if claimed.refusal:
            return refused(claimed.refusal)
        if reason := self._why_not(claimed):
            return refused(reason)
        try:
            return self.bring(claimed)
        except Exception as wrong:
            # a mistake of ours with this notice: later versions of us may do better
            log.get_logger().error("notice-mishap", notice_id=str(claimed.id), error=type(wrong).__name__)
            return later(Reason.MISHAP, type(wrong).__name__, wait=60)

    def _why_not(self, claimed: Claimed) -> Reason | None:
        if claimed.kind not in STOPPABLE_KINDS:
            return None
        with self.database.reading() as db:
            return operations.why_not(db, claimed)

    def _settle(self, claimed: Claimed, outcome: Outcome, step: Step) -> None:
        """Note the answer, with patience: what is not noted is asked of the provider again."""
        for _ in range(SETTLE_TRIES):
            try:
                with self.database.transaction() as db:
                    operations.settle(db, claimed, outcome, step, self.providers)
                break
            except Problem as away:
                log.get_logger().warning("notice-not-noted", notice_id=str(claimed.id), error=repr(away))
                time.sleep(1)
        log.get_logger().info(
            "notice-tried",
            notice_id=str(claimed.id),
            channel=self.channel,
            attempt=claimed.attempt,
            state=step.state,
            reason=step.reason,
            correlation_id=claimed.correlation_id,
        )
