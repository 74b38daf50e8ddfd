"""The same request sent twice is done once: `Idempotency-Key`, kept beside the change it made.

Only answers that changed something are kept. A refusal changed nothing, so it is decided afresh: that is the
truth at the later moment.
"""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import UUID

import orjson
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from shared import clock
from shared.db import Id, UtcDateTime, array, insert_all, insert_new
from shared.problem import KeyReused

metadata = sa.MetaData()

idempotency = sa.Table(
    "idempotency",
    metadata,
    sa.Column("exhibition_id", Id, primary_key=True),
    sa.Column("route", sa.Text, primary_key=True),
    sa.Column("caller", sa.Text, primary_key=True),
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("fingerprint", sa.Text, nullable=False),
    sa.Column("status", sa.Integer, nullable=False),
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("created_at", UtcDateTime, nullable=False, index=True),
)

_PLACE = ("exhibition_id", "route", "caller", "key")

# as text: SQLAlchemy took longer than the database
_FOUND = "SELECT exhibition_id, route, caller, idempotency.key, fingerprint, status, body FROM "
_KEPT_FOR = {
    "sqlite": f"{_FOUND} json_each(?) AS one JOIN idempotency ON "
    + " AND ".join(f"idempotency.{name} = json_extract(one.value, '$[{n}]')" for n, name in enumerate(_PLACE)),
    "postgresql": f"{_FOUND} unnest(%s::uuid[], %s::text[], %s::text[], %s::text[]) AS one(a, b, c, d) "
    "JOIN idempotency ON (exhibition_id, route, caller, key) = (a, b, c, d)",
}


@dataclass(frozen=True)
class Answer:
    """What a JSON route says: rendered before the commit, so that a repeated request gets the very same."""

    status: int
    data: dict[str, Any] = field(default_factory=dict)

    @cached_property
    def body(self) -> str:
        """The JSON text."""
        return orjson.dumps(self.data).decode()


@dataclass(frozen=True, slots=True)
class Key:
    """Who asked what, where: `caller` is a token's subject or empty, `fingerprint` the hash of the body."""

    exhibition_id: UUID
    route: str
    caller: str
    key: str
    fingerprint: str

    @property
    def place(self) -> tuple[UUID, str, str, str]:
        """The primary key of its row."""
        return self.exhibition_id, self.route, self.caller, self.key


def fingerprint(body: bytes) -> str:
    """What tells one body from another."""
    return hashlib.sha256(body).hexdigest()[:32]


def once(db: Connection, key: Key | None, act: Callable[[], Answer]) -> Answer:
    """Do `act` unless this key was answered before; KeyReused when it came with another body."""
    if key is None:
        return act()
    # The claim makes a second request with the same key wait here until the first has committed.
    if not insert_new(db, idempotency, [_row(key, 0, "", clock.machine_now())], returning=[idempotency.c.key]):
        return replay(key, recall(db, [key])[key.place])
    answer = act()
    here = [idempotency.c[name] == part for name, part in zip(_PLACE, key.place, strict=True)]
    if answer.status < 400:
        db.execute(sa.update(idempotency).where(*here).values(status=answer.status, body=answer.body))
    else:
        db.execute(sa.delete(idempotency).where(*here))
    return answer


def recall(db: Connection, keys: Sequence[Key]) -> dict[tuple[UUID, str, str, str], sa.Row[Any]]:
    """The answers kept for these keys, in one statement."""
    if not keys:
        return {}
    said = [[key.exhibition_id.hex, *key.place[1:]] for key in keys]
    asked = [orjson.dumps(said).decode()] if db.dialect.name == "sqlite" else map(array, zip(*said, strict=True))
    found = db.exec_driver_sql(_KEPT_FOR[db.dialect.name], tuple(asked))
    return {(UUID(str(row[0])), row.route, row.caller, row.key): row for row in found}


def replay(key: Key, row: sa.Row[Any]) -> Answer:
    """The kept answer; KeyReused when the body differs from the first one."""
    if row.fingerprint != key.fingerprint:
        raise KeyReused
    return Answer(row.status, json.loads(row.body))


def keep(db: Connection, answers: Sequence[tuple[Key, Answer]]) -> None:
    """Keep answers beside their changes, in one statement; IntegrityError if a key was taken meanwhile."""
    at = clock.machine_now()
    insert_all(db, idempotency, [_row(key, answer.status, answer.body, at) for key, answer in answers])


def tidy(db: Connection, before: datetime) -> int:
    """Forget keys older than `before`; returns how many."""
    return db.execute(sa.delete(idempotency).where(idempotency.c.created_at < before)).rowcount


def _row(key: Key, status: int, body: str, at: datetime) -> dict[str, Any]:
    return {
        **dict(zip(_PLACE, key.place, strict=True)),
        "fingerprint": key.fingerprint,
        "status": status,
        "body": body,
        "created_at": at,
    }
