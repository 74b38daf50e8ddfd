"""`relay`: messages a second through outbox → Redis → inbox → verdict, against a bare Celery task doing nothing."""

import multiprocessing
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from shared import log, outbox, settings
from shared.db import Database, put_newer
from shared.ids import new_id
from shared.outbox import Outgoing, Received, outbox_delivery
from shared.queue import THREADS, make_celery, make_worker
from tests.bench.figures import Figure
from tests.kit import valkey
from tests.kit.databases import Databases
from tests.kit.waiting import wait_until

MESSAGES = 4000
ROUNDS = 3
SUBSCRIPTIONS = {"thing.changed.v1": ("notifications",)}

copies = sa.MetaData()
thing = sa.Table(
    "thing",
    copies,
    sa.Column("exhibition_id", sa.Uuid, primary_key=True),
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
)


@dataclass(frozen=True)
class ThingChanged:
    """The message that is carried."""

    NAME: ClassVar = "thing.changed.v1"
    text: str


def on_changed(db: Connection, message: Received) -> None:
    """An effect as small as a real one: one row kept."""
    put_newer(
        db,
        thing,
        {"exhibition_id": message.exhibition_id, "id": message.subject_id, "version": message.subject_version},
    )


def run() -> Iterator[Figure]:
    """Measure both in turn, on both engines; medians of the rounds."""
    for engine in ("sqlite", "postgres"):
        bare, ours = [], []
        for _ in range(ROUNDS):
            server = valkey.start()
            try:
                bare.append(_bare(server.url))
                server.empty()
                ours.append(_ours(engine, server.url))
            finally:
                server.stop()
        yield Figure(
            "relay",
            engine,
            sorted(ours)[ROUNDS // 2],
            "messages/s",
            reference="a bare Celery task doing nothing, same Redis, same threads",
            reference_value=sorted(bare)[ROUNDS // 2],
            more={"messages": MESSAGES, "goal_ratio": 0.5},
        )


def bare_tasks() -> float:
    """What this machine does a second of the least that Celery does; other benches tell it beside their figures."""
    server = valkey.start()
    try:
        return _bare(server.url)
    finally:
        server.stop()


def _bare(redis_url: str) -> float:
    done = multiprocessing.Value("i", 0)
    with _child(_bare_worker, redis_url, done):
        celery = make_celery("bare", redis_url)
        with celery.producer_pool.acquire(block=True) as producer:
            celery.send_task("bare", args=[{}], queue="bare", producer=producer)
            wait_until(lambda: done.value == 1, 30)
            started = time.perf_counter()
            for n in range(MESSAGES):
                celery.send_task("bare", args=[{"n": n, "body": "wool"}], queue="bare", producer=producer)
        wait_until(lambda: done.value == MESSAGES + 1, 120)
        return MESSAGES / (time.perf_counter() - started)


def _bare_worker(redis_url: str, done: Any) -> None:
    celery = make_celery("bare", redis_url)

    @celery.task(name="bare")
    def bare(_: Any) -> None:
        with done.get_lock():
            done.value += 1

    options: Any = {"without_gossip": True, "without_mingle": True, "without_heartbeat": True, "quiet": True}
    celery.Worker(pool="threads", concurrency=THREADS, queues=["bare"], loglevel="ERROR", **options).start()


def _ours(engine: str, redis_url: str) -> float:
    databases = Databases(fsync=True)
    try:
        speaking, hearing = databases.empty("ticketing", engine), databases.empty("notifications", engine)
        for database in (speaking, hearing):
            with database.transaction() as db:
                outbox.metadata.create_all(db)
                copies.create_all(db)
        outbox.set_subscriptions(SUBSCRIPTIONS)
        urls = [database.url.render_as_string(hide_password=False) for database in (speaking, hearing)]
        with (
            _child(_worker, "ticketing", urls[0], redis_url),
            _child(_worker, "notifications", urls[1], redis_url),
        ):
            _say(speaking, 1)
            wait_until(lambda: _open(speaking) == 0, 30)
            started = time.perf_counter()
            for _ in range(10):
                _say(speaking, MESSAGES // 10)
            wait_until(lambda: _open(speaking) == 0, 120)
            return MESSAGES / (time.perf_counter() - started)
    finally:
        databases.close()


def _worker(service: str, url: str, redis_url: str) -> None:
    log.configure(service, "ERROR")
    outbox.set_subscriptions(SUBSCRIPTIONS)
    with tempfile.TemporaryDirectory() as folder:
        chosen = settings.load(service, {"MOUSSEM_DATA": folder, "MOUSSEM_REDIS_URL": redis_url})
        make_worker(chosen, Database(url, service), {"thing.changed.v1": on_changed}, []).run()


def _say(database: Database, messages: int) -> None:
    with database.transaction() as db:
        outbox.publish(db, *(Outgoing(new_id(), new_id(), 1, ThingChanged("wool")) for _ in range(messages)))


def _open(database: Database) -> int:
    with database.reading() as db:
        open_still = outbox_delivery.c.verdict.is_(None)
        return int(db.execute(sa.select(sa.func.count()).select_from(outbox_delivery).where(open_still)).scalar_one())


@contextmanager
def _child(target: Callable[..., None], *args: Any) -> Iterator[None]:
    process = multiprocessing.get_context("fork").Process(target=target, args=args, daemon=True)
    process.start()
    try:
        yield
    finally:
        process.kill()
        process.join()
