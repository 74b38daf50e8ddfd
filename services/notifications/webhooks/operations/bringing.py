"""Claiming what is due, one call at a time for each webhook, and noting what was answered."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.notifications.webhooks.domain import LEASE, Outcome, Place, Reply, State, Step, rest_after
from services.notifications.webhooks.models import webhook, webhook_attempt, webhook_delivery, webhook_event
from services.notifications.webhooks.operations.keeping import end, its
from shared import clock


@dataclass(frozen=True)
class Job:
    """An event in one sender's hands: `hook` is a row of `webhook`, `tries` counts since the last replay, from 1."""

    place: Place
    event_id: UUID
    tries: int
    attempt: int
    body: bytes
    hook: Any


_IS_FREE = sa.or_(webhook.c.busy_until.is_(None), webhook.c.busy_until <= sa.bindparam("at"))
# from the few webhooks to their own oldest event: what a resting one has piled up is never walked through
_OLDEST = (
    sa.select(sa.func.min(webhook_delivery.c.next_at))
    .where(
        webhook_delivery.c.exhibition_id == webhook.c.exhibition_id,
        webhook_delivery.c.webhook_id == webhook.c.id,
        webhook_delivery.c.next_at.is_not(None),
    )
    .scalar_subquery()
)
_LOOK = (
    sa.select(webhook.c.exhibition_id, webhook.c.id, _OLDEST.label("oldest"))
    .where(webhook.c.state == State.ACTIVE, _IS_FREE, sa.bindparam("at") >= _OLDEST)
    .order_by(_OLDEST)
    .limit(1)
)


def is_due(db: Connection, at: datetime) -> bool:
    """Whether a webhook that is free has something to be told."""
    return db.execute(_LOOK, {"at": at}).first() is not None


def claim(db: Connection, at: datetime) -> Job | None:
    """Take the event that has been due longest of a webhook nobody is calling, and count the attempt.

    Who died with it loses it when the lease ends. None when nothing is due.
    """
    due = db.execute(_LOOK, {"at": at}).first()
    if due is None:
        return None
    place = Place(due.exhibition_id, due.id)
    taken = sa.update(webhook).where(*its(place), webhook.c.state == State.ACTIVE, _IS_FREE)
    leased = taken.values(busy_until=sa.bindparam("until")).returning(webhook)
    hook = db.execute(leased, {"at": at, "until": at + LEASE}).first()
    if hook is None:
        return None
    job = _take(db, place, hook, at)
    if job is None:
        db.execute(sa.update(webhook).where(*its(place)).values(busy_until=None))
        return None
    db.execute(sa.insert(webhook_attempt), _attempt(job) | {"started_at": at})
    return job


def _take(db: Connection, place: Place, hook: sa.Row[Any], at: datetime) -> Job | None:
    own = webhook_delivery.c
    due = (own.exhibition_id == place.exhibition_id, own.webhook_id == place.id, own.next_at <= at)
    event_id = db.scalar(sa.select(own.event_id).where(*due).order_by(own.next_at, own.event_id).limit(1))
    if event_id is None:
        return None
    more = sa.update(webhook_delivery).where(*_it(place, event_id), own.next_at <= at)
    counted = more.values(tries=own.tries + 1, attempts=own.attempts + 1, next_at=at + LEASE)
    begun = db.execute(counted.returning(own.tries, own.attempts)).one()
    its_event = (webhook_event.c.exhibition_id == place.exhibition_id, webhook_event.c.id == event_id)
    body = db.execute(sa.select(webhook_event.c.body).where(*its_event)).scalar_one()
    return Job(place, event_id, begun.tries, begun.attempts, body.encode(), hook)


def settle(db: Connection, job: Job, reply: Reply, step: Step) -> None:
    """Note the answer, let the webhook rest after a failure, end it after a 410."""
    now = clock.machine_now()
    tried = webhook_attempt.c
    said = {"ended_at": now, "status": reply.status, "reason": reply.reason}
    it = (tried.exhibition_id == job.place.exhibition_id, tried.webhook_id == job.place.id)
    this = (*it, tried.event_id == job.event_id, tried.attempt == job.attempt)
    db.execute(sa.update(webhook_attempt).where(*this).values(said))
    ours = (*_it(job.place, job.event_id), webhook_delivery.c.attempts == job.attempt)
    still = webhook_delivery.c.state == Outcome.DUE
    db.execute(sa.update(webhook_delivery).where(*ours, still).values(state=step.outcome, next_at=step.next_at))
    failures = 0 if reply.is_yes else job.hook.failures + 1
    rests = {"failures": failures, "busy_until": now + rest_after(failures) if failures else None}
    db.execute(sa.update(webhook).where(*its(job.place)).values(rests))
    if reply.ends_webhook:
        end(db, job.place)


def _it(place: Place, event_id: UUID) -> tuple[sa.ColumnElement[bool], ...]:
    own = webhook_delivery.c
    return (own.exhibition_id == place.exhibition_id, own.webhook_id == place.id, own.event_id == event_id)


def _attempt(job: Job) -> dict[str, Any]:
    own = {"exhibition_id": job.place.exhibition_id, "webhook_id": job.place.id, "event_id": job.event_id}
    return own | {"attempt": job.attempt}
