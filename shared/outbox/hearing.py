"""The listener's half: the inbox row first, the effect in the same transaction, an answer always."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from shared import clock, log
from shared.db import Database, insert, insert_new
from shared.moments import moment
from shared.outbox.tables import inbox, inbox_attempt, parked
from shared.outbox.words import Handler, NotKnownYet, Received

MAX_ATTEMPTS = 5
PARKED_SECONDS = 5


def handle_all(database: Database, handlers: Mapping[str, Handler], raws: Sequence[dict[str, Any]]) -> list[str | None]:
    """Handle messages that came at the same moment in one transaction; verdicts in the same order.

    When one of them fails, each is handled in a transaction of its own. None means: no verdict yet, ring again.
    """
    if len(raws) > 1 and all(raw.get("ring", 1) == 1 for raw in raws):
        try:
            with database.transaction() as db:
                _take(db, handlers, raws)
                moment("listener.before-commit")
            moment("listener.after-commit")
        except Exception as wrong:
            log.get_logger().info("group-of-messages-failed", error=repr(wrong), messages=len(raws))
        else:
            return ["done"] * len(raws)
    return [handle(database, handlers, raw) for raw in raws]


def handle(database: Database, handlers: Mapping[str, Handler], raw: dict[str, Any]) -> str | None:
    """Handle one message in a transaction; "done", "dead", or None when it failed and is to be rung again."""
    if raw.get("ring", 1) > 1 and not _may_try(database, raw):
        return "dead"
    try:
        with database.transaction() as db:
            _take(db, handlers, [raw])
            moment("listener.before-commit")
    except Exception as wrong:
        return _count_failure(database, raw, wrong)
    moment("listener.after-commit")
    return "done"


def retry_parked(database: Database, handlers: Mapping[str, Handler], at_once: int = 50) -> int:
    """Try again what has been parked for a while; returns how many found their subject.

    Two processes may handle a message and its subject at the same moment without seeing one another.
    """
    before = clock.machine_now() - timedelta(seconds=PARKED_SECONDS)
    with database.transaction() as db:
        old = sa.select(parked.c.message_id).where(parked.c.parked_at < before).limit(at_once)
        gone = sa.delete(parked).where(parked.c.message_id.in_(old)).returning(parked.c.envelope)
        raws = [json.loads(envelope) for envelope in db.execute(gone).scalars()]
        return sum(_apply(db, handlers, raw) is not None for raw in raws)


def _take(db: Connection, handlers: Mapping[str, Handler], raws: Sequence[dict[str, Any]]) -> None:
    """The inbox rows first; then the handlers of those that are new, and of those that waited for them."""
    arrived = {UUID(raw["id"]): raw for raw in raws}
    at = clock.machine_now()
    rows = [
        {"exhibition_id": UUID(raw["exhibition_id"]), "message_id": message_id, "verdict": "done", "received_at": at}
        for message_id, raw in arrived.items()
    ]
    new = {row.message_id for row in insert_new(db, inbox, rows, returning=[inbox.c.message_id])}
    moment("listener.after-inbox")
    now_known = [raw for message_id, raw in arrived.items() if message_id in new]
    while now_known:
        applied = [message for raw in now_known if (message := _apply(db, handlers, raw))]
        now_known = _unpark(db, applied)


def _apply(db: Connection, handlers: Mapping[str, Handler], raw: dict[str, Any]) -> Received | None:
    """Run the handler; None when the message had to be parked."""
    message = _received(raw)
    try:
        handlers.get(message.name, _not_ours_yet)(db, message)
    except NotKnownYet as unknown:
        row = {
            "exhibition_id": message.exhibition_id,
            "subject_id": unknown.subject_id,
            "message_id": message.id,
            "envelope": json.dumps(raw, ensure_ascii=False),
            "parked_at": clock.machine_now(),
        }
        insert_new(db, parked, [row])
        return None
    return message


def _not_ours_yet(_: Connection, message: Received) -> None:
    """A name that the speaker, a version ahead, sends us already: parked until we are renewed."""
    raise NotKnownYet(message.subject_id)


def _unpark(db: Connection, applied: Sequence[Received]) -> list[dict[str, Any]]:
    """Take out what waited for the subjects of these messages, oldest first."""
    if not applied:
        return []
    subjects = [(message.exhibition_id, message.subject_id) for message in applied]
    ripe = sa.delete(parked).where(sa.tuple_(parked.c.exhibition_id, parked.c.subject_id).in_(subjects))
    found = db.execute(ripe.returning(parked.c.message_id, parked.c.envelope)).all()
    return [json.loads(row.envelope) for row in sorted(found, key=lambda row: row.message_id)]


def _received(raw: dict[str, Any]) -> Received:
    body = raw["body"]
    return Received(
        id=UUID(raw["id"]),
        name=raw["name"],
        exhibition_id=UUID(raw["exhibition_id"]),
        subject_id=UUID(raw["subject_id"]),
        subject_version=raw["subject_version"],
        correlation_id=raw["correlation_id"],
        occurred_at=datetime.fromisoformat(raw["occurred_at"]),
        sender=raw["sender"],
        body=json.loads(body) if isinstance(body, str) else body,
    )


def _attempted(db: Connection, raw: dict[str, Any], error: str, tries: int = 1) -> int:
    """Count so many more tries in the listener's own books, and how the last one ended; returns the number."""
    row = {
        "exhibition_id": UUID(raw["exhibition_id"]),
        "message_id": UUID(raw["id"]),
        "attempts": 1,
        "last_error": error[:2000],
        "envelope": json.dumps(raw, ensure_ascii=False),
    }
    statement = insert(db, inbox_attempt).values(row)
    # the try after the last is none: what the last one failed with stays for whoever looks at dead messages
    is_given_up = inbox_attempt.c.attempts + tries > MAX_ATTEMPTS
    more = statement.on_conflict_do_update(
        index_elements=["exhibition_id", "message_id"],
        set_={
            "attempts": inbox_attempt.c.attempts + tries,
            "last_error": sa.case((is_given_up, inbox_attempt.c.last_error), else_=row["last_error"]),
        },
    )
    return int(db.execute(more.returning(inbox_attempt.c.attempts)).scalar_one())


def _may_try(database: Database, raw: dict[str, Any]) -> bool:
    """Count before acting: a message that kills its process is given up after five tries all the same."""
    with database.transaction() as db:
        known = sa.select(inbox.c.message_id).where(inbox.c.message_id == UUID(raw["id"]))
        if db.execute(known).first():
            return True
        return _attempted(db, raw, "the process ended while handling it") <= MAX_ATTEMPTS


def _count_failure(database: Database, raw: dict[str, Any], wrong: Exception) -> str | None:
    log.get_logger().warning("message-failed", message_id=raw["id"], name=raw["name"], error=repr(wrong))
    with database.transaction() as db:
        # whoever was rung again was counted before the try
        attempts = _attempted(db, raw, repr(wrong), tries=int(raw.get("ring", 1) == 1))
    return "dead" if attempts >= MAX_ATTEMPTS else None
