"""Sender threads of webhooks: claim, call, note the answer."""

import random
from collections.abc import Callable
from dataclasses import dataclass

from services.notifications.webhooks.domain import Reply, headers_of, next_step
from services.notifications.webhooks.operations import bringing
from services.notifications.webhooks.operations.keeping import secrets_of
from services.notifications.webhooks.senders.calling import Call, post
from shared import clock, log
from shared.db import Database
from shared.settings import Settings


@dataclass(frozen=True)
class Sender:
    """Brings events to webhooks; safe to be used by several threads. `call` is exchanged by tests alone."""

    settings: Settings
    database: Database
    call: Callable[[Call], Reply] = post

    def send_one(self) -> int:
        """Bring the event that has been due longest; 0 when none is due."""
        with self.database.reading() as db:
            if not bringing.is_due(db, clock.machine_now()):
                return 0
        with self.database.transaction() as db:
            job = bringing.claim(db, clock.machine_now())
        if job is None:
            return 0
        at = clock.machine_now()
        keys = secrets_of(self.settings, job.hook)
        headers = headers_of(keys, str(job.event_id), int(at.timestamp()), job.body)
        reply = self.call(Call(job.hook.url, headers, job.body, is_rehearsal=self.settings.rehearsal))
        step = next_step(reply, job.tries, clock.machine_now(), random.random())  # noqa: S311 - spreads pauses
        with self.database.transaction() as db:
            bringing.settle(db, job, reply, step)
        log.get_logger().info(
            "webhook-called",
            webhook_id=str(job.place.id),
            event_id=str(job.event_id),
            attempt=job.attempt,
            status=reply.status,
            reason=reply.reason,
        )
        return 1
