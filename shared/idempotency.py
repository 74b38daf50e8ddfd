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

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from shared import clock
from shared.db import Id, UtcDateTime, insert_all, insert_new
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


def _kept_for(*, is_sqlite: bool) -> sa.Select[Any]:
    """The rows of keys that come as one JSON value: compiled once, however many they are."""
    said = sa.bindparam("said", type_=sa.Text)
    if is_sqlite:
        one = sa.func.json_each(said).table_valued("value")
        parts: list[Any] = [sa.func.json_extract(one.c.value, f"$[{n}]") for n in range(len(_PLACE))]
    else:
        one = sa.func.json_array_elements(sa.cast(said, sa.JSON)).table_valued(sa.column("value", sa.JSON))
        parts = [one.c.value[n].as_string() for n in range(len(_PLACE))]
        parts[0] = sa.cast(parts[0], sa.Uuid)
    same = [idempotency.c[name] == part for name, part in zip(_PLACE, parts, strict=True)]
    return sa.select(idempotency).select_from(one).join(idempotency, sa.and_(*same))


_KEPT_FOR = {is_sqlite: _kept_for(is_sqlite=is_sqlite) for is_sqlite in (True, False)}


@dataclass(frozen=True)
class Answer:
    """What a JSON route says: rendered before the commit, so that a repeated request gets the very same."""

    status: int
    data: dict[str, Any] = field(default_factory=dict)

    @cached_property
    def body(self) -> str:
        """The JSON text."""
        return json.dumps(self.data, ensure_ascii=False, separators=(",", ":"))


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


_SAME = [idempotency.c[name] == sa.bindparam(f"of_{name}") for name in _PLACE]
_KEEP, _DROP = sa.update(idempotency).where(*_SAME), sa.delete(idempotency).where(*_SAME)


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
    own = {f"of_{name}": part for name, part in zip(_PLACE, key.place, strict=True)}
    if answer.status < 400:
        db.execute(_KEEP, {**own, "status": answer.status, "body": answer.body})
    else:
        db.execute(_DROP, own)
    return answer


def recall(db: Connection, keys: Sequence[Key]) -> dict[tuple[UUID, str, str, str], sa.Row[Any]]:
    """The answers kept for these keys, in one statement."""
    if not keys:
        return {}
    is_sqlite = db.dialect.name == "sqlite"
    said = [[key.exhibition_id.hex, *key.place[1:]] for key in keys]
    found = db.execute(_KEPT_FOR[is_sqlite], {"said": json.dumps(said)})
    return {(row.exhibition_id, row.route, row.caller, row.key): row for row in found}


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
