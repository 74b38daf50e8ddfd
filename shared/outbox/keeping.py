"""Looking after the books: dead letters, replay, tidying, and how much waits."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from shared import clock
from shared.ids import born_at
from shared.outbox.tables import inbox, inbox_attempt, outbox, outbox_delivery, parked, same_message

KEPT_DAYS = 30


def dead_letters(db: Connection) -> Sequence[sa.Row[Any]]:
    """Our messages that a listener gave up on, oldest first."""
    return db.execute(
        sa.select(outbox, outbox_delivery.c.listener, outbox_delivery.c.attempts, outbox_delivery.c.verdict_at)
        .join(outbox_delivery, same_message())
        .where(outbox_delivery.c.verdict == "dead")
        .order_by(outbox.c.occurred_at)
    ).all()


def replay_dead(db: Connection, message_id: UUID | None = None) -> int:
    """Ring again for a message that was given up (or for all); returns how many."""
    chosen = [outbox_delivery.c.verdict == "dead"]
    if message_id:
        chosen.append(outbox_delivery.c.message_id == message_id)
    again = sa.update(outbox_delivery).where(*chosen)
    return db.execute(again.values(verdict=None, verdict_at=None, attempts=0, next_at=clock.machine_now())).rowcount


def forgive(db: Connection, message_id: UUID | None = None) -> int:
    """Forget counted failures in a listener's books, so that replayed messages get five tries again."""
    chosen = [inbox_attempt.c.message_id == message_id] if message_id else []
    return db.execute(sa.delete(inbox_attempt).where(*chosen)).rowcount


def tidy(db: Connection) -> int:
    """Remove what was answered more than 30 days ago; returns how many messages went."""
    before = clock.machine_now() - timedelta(days=KEPT_DAYS)
    young = sa.exists().where(
        same_message(),
        sa.or_(outbox_delivery.c.verdict.is_distinct_from("done"), outbox_delivery.c.verdict_at > before),
    )
    gone = db.execute(sa.delete(outbox).where(outbox.c.occurred_at < before, sa.not_(young))).rowcount
    db.execute(sa.delete(outbox_delivery).where(sa.not_(sa.exists().where(same_message()))))
    db.execute(sa.delete(inbox).where(inbox.c.received_at < before - timedelta(days=KEPT_DAYS)))
    return gone


def backlog(db: Connection) -> dict[str, float]:
    """How much waits: deliveries without verdict, the age of the oldest in seconds, the dead, the parked."""
    open_still = outbox_delivery.c.verdict.is_(None)
    count = db.execute(sa.select(sa.func.count()).select_from(outbox_delivery).where(open_still)).scalar_one()
    first = sa.select(outbox_delivery.c.message_id).where(open_still).order_by(outbox_delivery.c.message_id).limit(1)
    oldest = db.execute(first).scalar()
    dead = db.execute(sa.select(sa.func.count()).where(outbox_delivery.c.verdict == "dead")).scalar_one()
    waiting = db.execute(sa.select(sa.func.count()).select_from(parked)).scalar_one()
    age = (clock.machine_now() - born_at(oldest)).total_seconds() if oldest else 0.0
    return {"open": count, "oldest_seconds": max(0.0, age), "dead": dead, "parked": waiting}
