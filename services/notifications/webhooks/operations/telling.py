"""What happens, put down for each webhook that wants to know; replayed when somebody asks."""

import json
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.notifications.webhooks.domain import TEST, Outcome, Place, State, told
from services.notifications.webhooks.models import webhook, webhook_attempt, webhook_delivery, webhook_event
from services.notifications.webhooks.operations.keeping import find
from shared import clock
from shared.db import insert_new
from shared.ids import new_id
from shared.outbox import Received
from shared.problem import NotFound

KEPT = timedelta(days=30)
_ACTIVE = sa.select(webhook.c.id, webhook.c.events).where(
    webhook.c.exhibition_id == sa.bindparam("of_exhibition"), webhook.c.state == State.ACTIVE
)


def hear(db: Connection, message: Received) -> int:
    """Put a message down for the webhooks of its exhibition that want it; for how many. Heard twice, told once."""
    rows = db.execute(_ACTIVE, {"of_exhibition": message.exhibition_id}).all()
    wanting = [row.id for row in rows if message.name in row.events]
    if wanting:
        facts = {"id": str(message.subject_id), "version": message.subject_version}
        said = (message.name, message.occurred_at, facts | told(message.name, message.body))
        _put(db, message.exhibition_id, message.id, said, wanting)
    return len(wanting)


def test(db: Connection, place: Place) -> UUID:
    """An event that says nothing but that it arrives; NotFound for a webhook that is not there or has ended."""
    if find(db, place).state != State.ACTIVE:
        raise NotFound
    event_id = new_id()
    _put(db, place.exhibition_id, event_id, (TEST, clock.machine_now(), {"id": str(place.id)}), [place.id])
    return event_id


def _put(
    db: Connection, exhibition_id: UUID, event_id: UUID, said: tuple[str, datetime, dict[str, Any]], to: list[UUID]
) -> None:
    name, at, data = said
    now = clock.machine_now()
    body = {"type": name, "timestamp": at.isoformat().replace("+00:00", "Z"), "data": data}
    event = {"exhibition_id": exhibition_id, "id": event_id, "name": name, "heard_at": now}
    insert_new(db, webhook_event, [event | {"body": json.dumps(body, ensure_ascii=False, separators=(",", ":"))}])
    same = {"exhibition_id": exhibition_id, "event_id": event_id, "state": Outcome.DUE, "next_at": now}
    insert_new(db, webhook_delivery, [same | {"webhook_id": one, "tries": 0, "attempts": 0} for one in to])


def replay(db: Connection, place: Place, event_id: UUID) -> None:
    """Tell an event once more, under the id it had, through the whole schedule; NotFound."""
    if find(db, place).state != State.ACTIVE:
        raise NotFound
    own = webhook_delivery.c
    it = (own.exhibition_id == place.exhibition_id, own.webhook_id == place.id, own.event_id == event_id)
    fresh = {"state": Outcome.DUE, "tries": 0, "next_at": clock.machine_now()}
    if not db.execute(sa.update(webhook_delivery).where(*it).values(fresh)).rowcount:
        raise NotFound


def forget(db: Connection, at: datetime) -> int:
    """Drop events, deliveries and attempts a month old that nobody waits for; how many events."""
    what, own, tried = webhook_event.c, webhook_delivery.c, webhook_attempt.c
    its = (own.exhibition_id == what.exhibition_id, own.event_id == what.id)
    waits = sa.exists().where(*its, own.next_at.is_not(None))
    old = db.execute(sa.select(what.exhibition_id, what.id).where(what.heard_at < at - KEPT, ~waits).limit(500)).all()
    for row in old:
        for table, column in ((webhook_attempt, tried.event_id), (webhook_delivery, own.event_id)):
            db.execute(sa.delete(table).where(table.c.exhibition_id == row.exhibition_id, column == row.id))
        db.execute(sa.delete(webhook_event).where(what.exhibition_id == row.exhibition_id, what.id == row.id))
    return len(old)
