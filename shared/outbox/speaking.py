"""The sender's half: rows beside the change, deliveries rung until answered."""

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from shared import clock, log
from shared.db import insert_all
from shared.ids import new_id
from shared.outbox.tables import outbox, outbox_delivery, same_message
from shared.outbox.words import Outgoing, listeners_of

# Pauses between rings, in seconds; the last one repeats.
PAUSES = (3, 6, 12, 30, 60, 120, 300)
_FIRST = outbox_delivery.c.attempts == 0


def publish(db: Connection, *outgoing: Outgoing) -> None:
    """Write messages and their deliveries beside the change they tell of: two statements for any number."""
    if not outgoing:
        return
    at, due_at = clock.now(), clock.machine_now()
    rows = [_outbox_row(message, at) for message in outgoing]
    deliveries = [
        {
            "exhibition_id": row["exhibition_id"],
            "message_id": row["id"],
            "listener": listener,
            "next_at": due_at,
            "attempts": 0,
        }
        for row in rows
        for listener in listeners_of(row["name"])
    ]
    insert_all(db, outbox, rows)
    insert_all(db, outbox_delivery, deliveries)


def _outbox_row(message: Outgoing, at: datetime) -> dict[str, Any]:
    return {
        "exhibition_id": message.exhibition_id,
        "id": new_id(),
        "name": message.body.NAME,
        "subject_id": message.subject_id,
        "subject_version": message.version,
        "correlation_id": message.correlation_id or log.correlation_id(),
        "occurred_at": at,
        "is_secret": message.secret,
        "body": orjson.dumps({one.name: getattr(message.body, one.name) for one in fields(message.body)}).decode(),
    }


def is_due(db: Connection) -> bool:
    """Whether any delivery is to be rung for now; a cheap look before a write is begun."""
    return db.execute(_IS_DUE, {"due_at": clock.machine_now()}).first() is not None


# written once: asked ten times a second, writing it took longer than the database to answer
_OPEN = sa.and_(outbox_delivery.c.verdict.is_(None), outbox_delivery.c.next_at <= sa.bindparam("due_at"))
_IS_DUE = sa.select(outbox_delivery.c.attempts).where(_OPEN).limit(1)
_DUE = (
    sa.select(outbox, outbox_delivery.c.listener, outbox_delivery.c.attempts)
    .join(outbox_delivery, same_message())
    .where(_OPEN)
    .order_by(outbox_delivery.c.next_at)
)


def claim_due(db: Connection, crowded: Sequence[str], at_once: int) -> Sequence[sa.Row[Any]]:
    """Take the deliveries that are due and note when to ring again; rows carry message and listener.

    Those who are `crowded` are rung for what is new to them alone.

    Two relays never take the same row at the same time; a relay that dies after this rings again after the pause.
    """
    at = clock.machine_now()
    due = _DUE.where(_FIRST | outbox_delivery.c.listener.not_in(crowded)) if crowded else _DUE
    taken = due.limit(at_once).with_for_update(of=outbox_delivery, skip_locked=True)
    rows = db.execute(taken, {"due_at": at}).all()
    if rows:
        _postpone(db, rows, at)
    return rows


_ONE = sa.update(outbox_delivery).where(
    outbox_delivery.c.exhibition_id == sa.bindparam("of_exhibition"),
    outbox_delivery.c.message_id == sa.bindparam("of_message"),
    outbox_delivery.c.listener == sa.bindparam("of_listener"),
)
_POSTPONE = _ONE.values(next_at=sa.bindparam("again_at"), attempts=outbox_delivery.c.attempts + 1)
_KEEP = _ONE.where(outbox_delivery.c.verdict.is_(None)).values(
    verdict=sa.bindparam("said"), verdict_at=sa.bindparam("at")
)


def _postpone(db: Connection, rows: Sequence[sa.Row[Any]], at: datetime) -> None:
    its = [
        {
            "of_exhibition": row.exhibition_id,
            "of_message": row.id,
            "of_listener": row.listener,
            "again_at": at + timedelta(seconds=PAUSES[min(row.attempts, len(PAUSES) - 1)]),
        }
        for row in rows
    ]
    db.execute(_POSTPONE, its)


def envelope(row: sa.Row[Any], sender: str) -> dict[str, Any]:
    """What travels through the queue: the message and who wants the answer."""
    return {
        "id": str(row.id),
        "name": row.name,
        "exhibition_id": str(row.exhibition_id),
        "subject_id": str(row.subject_id),
        "subject_version": row.subject_version,
        "correlation_id": row.correlation_id,
        "occurred_at": row.occurred_at.isoformat(),
        "sender": sender,
        "ring": row.attempts + 1,
        "body": row.body,
    }


def store_verdicts(db: Connection, verdicts: Sequence[Sequence[str]]) -> int:
    """Keep the listeners' answers [exhibition, message, listener, verdict]; returns how many were new."""
    at = clock.machine_now()
    its = [
        {"of_exhibition": UUID(e), "of_message": UUID(m), "of_listener": listener, "said": verdict, "at": at}
        for e, m, listener, verdict in verdicts
    ]
    new = db.execute(_KEEP, its)
    db.execute(_FORGET, {"of_messages": [one["of_message"] for one in its]})
    return new.rowcount


_OPEN_STILL = sa.exists().where(same_message(), outbox_delivery.c.verdict.is_distinct_from("done"))
_FORGET = (
    sa.update(outbox)
    .where(outbox.c.id.in_(sa.bindparam("of_messages", expanding=True)), outbox.c.is_secret, sa.not_(_OPEN_STILL))
    .values(body="{}")
)
