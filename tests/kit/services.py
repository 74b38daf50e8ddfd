"""The three services in one process: their apps, their messages, their due work; no Redis between them."""

import importlib
import json
import re
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from services.subscriptions import SUBSCRIPTIONS
from shared import clock, idempotency, outbox, settings
from shared.db import Database, using
from shared.ids import new_id
from shared.queue import Due
from tests.kit.quick import with_kept_templates

SERVICES = ("registration", "ticketing", "notifications")
NOWHERE = UUID(int=0)
# Every test process speaks with the same secret, so that what one app signs another in the same test accepts.
SECRET = "5e" * 32


def settings_of(service: str, data: Path, redis_url: str = "memory://", **more: str) -> settings.Settings:
    """Settings of a service in a test; `more` are environment variables without their prefix."""
    environ = {"DATA": str(data), "SECRET": SECRET, "REHEARSAL": "1", "REDIS_URL": redis_url} | more
    return settings.load(service, {f"MOUSSEM_{name}": value for name, value in environ.items()})


class Service:
    """One service under test."""

    def __init__(self, name: str, database: Database, settings: settings.Settings) -> None:
        self.name, self.database, self.settings = name, database, settings
        outbox.set_subscriptions(SUBSCRIPTIONS)

    @cached_property
    def app(self) -> Flask:
        """Its Flask app; it works on this service's database whatever else runs in this process."""
        app: Flask = importlib.import_module(f"services.{self.name}.app").create_app(self.settings, self.database)
        return with_kept_templates(app)

    @cached_property
    def client(self) -> FlaskClient:
        """One browser or caller with its cookies; `new_client()` is another."""
        return self.new_client()

    def new_client(self) -> FlaskClient:
        """A caller nobody knows yet."""
        return self.app.test_client()

    @cached_property
    def worker(self) -> Any:
        """The module that maps messages to handlers and lists the due work."""
        return importlib.import_module(f"services.{self.name}.worker")

    @cached_property
    def _due(self) -> list[Due]:
        works: list[Due] = self.worker.DUE(self.settings, self.database)
        # here one thread's work is done after the other's: of ten that all do the same, five are enough
        return [work for work in works if not re.fullmatch(r"send-\w+-([6-9]|1\d)", work.name)]

    @property
    def metadata(self) -> list[sa.MetaData]:
        """Everything that belongs into its database: its own tables and those of the mechanism."""
        own = self.worker.METADATA
        every = [*([own] if isinstance(own, sa.MetaData) else own), outbox.metadata, idempotency.metadata]
        return list({id(one): one for one in every}.values())

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """A transaction on its database."""
        with using(self.database), self.database.transaction() as db:
            yield db

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """A look at its database."""
        with using(self.database), self.database.reading() as db:
            yield db

    def published(self, name: str | None = None) -> list[dict[str, Any]]:
        """Its messages so far, oldest first, bodies parsed; only those called `name` if given."""
        with self.database.reading() as db:
            rows = db.execute(sa.select(outbox.outbox).order_by(outbox.outbox.c.id)).mappings().all()
        found = [dict(row) | {"body": json.loads(row["body"])} for row in rows]
        return [row for row in found if name is None or row["name"] == name]

    def receive(
        self,
        name: str,
        body: Mapping[str, Any],
        *,
        subject_id: UUID,
        version: int = 1,
        exhibition_id: UUID = NOWHERE,
        **more: Any,
    ) -> str | None:
        """Hand it a message as the queue would; its verdict. `more` overrides fields of the envelope (`id`…)."""
        raw = {
            "id": str(new_id()),
            "name": name,
            "exhibition_id": str(exhibition_id),
            "subject_id": str(subject_id),
            "subject_version": version,
            "correlation_id": "test",
            "occurred_at": clock.now().isoformat(),
            "sender": "test",
            "ring": 1,
            "body": dict(body),
        }
        return self.handle(raw | {key: str(value) for key, value in more.items()})

    def handle(self, raw: dict[str, Any]) -> str | None:
        """Handle an envelope; its verdict."""
        with using(self.database):
            return outbox.handle(self.database, self.worker.HANDLERS, raw)

    def do_due(self, name: str | None = None, *, except_for: Collection[str] = ()) -> int:
        """Do what is due once (only the work called `name` if given); how much it was."""
        with using(self.database):
            chosen = [
                work for work in self._due if name in (None, work.name) and not work.name.startswith(tuple(except_for))
            ]
            return sum(work.act() for work in chosen)

    def last_error(self) -> str:
        """What its handlers last failed with."""
        with self.database.reading() as db:
            errors = db.execute(sa.select(outbox.inbox_attempt.c.last_error)).scalars().all()
        return "; ".join(errors)


def relay_all(*services: Service, is_strict: bool = True) -> int:
    """Carry messages between these services until nobody says anything more; how many were carried.

    A message for a service that is not here waits for it. A handler that fails fails the test, unless told otherwise.
    """
    by_name = {service.name: service for service in services}
    carried = 0
    while rung := sum(_relay_from(service, by_name, is_strict=is_strict) for service in services):
        carried += rung
    return carried


def _relay_from(service: Service, by_name: dict[str, Service], *, is_strict: bool) -> int:
    with service.writing() as db:
        rows = _waiting_for(db, by_name)
    verdicts = []
    for row in rows:
        listener = by_name[row.listener]
        verdict = listener.handle(outbox.envelope(row, service.name))
        if is_strict and verdict != "done":
            raise AssertionError(f"{row.listener} failed on {row.name}: {listener.last_error()}")
        if verdict:
            verdicts.append([str(row.exhibition_id), str(row.id), row.listener, verdict])
    if verdicts:
        with service.writing() as db:
            outbox.store_verdicts(db, verdicts)
    return len(verdicts)


def _waiting_for(db: sa.Connection, by_name: dict[str, Service]) -> list[Any]:
    """Claimed deliveries for the services that are here; the clock may stand still, so pauses do not count."""
    table = outbox.outbox_delivery
    here = sa.and_(table.c.verdict.is_(None), table.c.listener.in_(by_name))
    db.execute(sa.update(table).where(here).values(next_at=clock.machine_now()))
    return [row for row in outbox.claim_due(db, (), 200) if row.listener in by_name]


def play(*services: Service, rounds: int = 20, except_for: Collection[str] = ()) -> None:
    """Let these services work until quiet: messages carried, due work done but for names that begin so."""
    for _ in range(rounds):
        done = relay_all(*services) + sum(service.do_due(except_for=except_for) for service in services)
        if not done:
            return
    raise AssertionError(f"still not quiet after {rounds} rounds")


def frozen_at(moment: datetime, data: Path) -> None:
    """Stop the clock at a moment."""
    clock.set_rehearsal(data / "rehearsal-clock.json")
    clock.set_clock(moment, rate=0)
