"""The queue between services: Celery on Redis rings the bell, the databases hold the truth.

A worker process runs a Celery worker on the service's own queue, the relay that rings for due deliveries, and the
due work. Web processes never touch any of it.
"""

import os
import threading
import time
import warnings
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import redis
from celery import Celery
from celery.exceptions import SecurityWarning
from kombu import Queue
from kombu.exceptions import OperationalError

from shared import db as databases
from shared import log
from shared.db import Database
from shared.moments import moment, of_service
from shared.outbox import PARKED_SECONDS, Handler, claim_due, envelope, handle_all, is_due, retry_parked, store_verdicts
from shared.outbox.words import every_listener
from shared.settings import Settings

DELIVER, ANSWER = "moussem.deliver", "moussem.answer"
THREADS = 4
PARCEL = 50
AT_ONCE = 200  # deliveries that are rung for together
CROWD = 20
DEAF_SECONDS, LOOKS = 12.0, 4
GROWN_SECONDS = 3.0
STOP_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Due:
    """Work that is looked for every so many seconds; `act` opens its own transaction and returns how much it did.

    `rest` is how it waits for so many seconds when it did nothing, if it can be woken before; `end` comes after the
    last one, when the process stops.
    """

    name: str
    every_seconds: float
    act: Callable[[], int]
    end: Callable[[], None] = lambda: None
    rest: Callable[[float], object] | None = None


def make_celery(service: str, redis_url: str) -> Celery:
    """A Celery app that loses as little as Redis allows; the outbox covers the rest (docs/decisions)."""
    app = Celery(service, broker=redis_url, set_as_current=False)
    app.conf.update(
        accept_content=["json"],
        task_serializer="json",
        task_ignore_result=True,
        result_backend=None,
        task_acks_late=True,
        task_default_queue=service,
        task_queues=[Queue(service)],
        task_create_missing_queues=True,
        worker_prefetch_multiplier=1,
        task_time_limit=20,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        broker_transport_options={
            "visibility_timeout": 90,
            "unacked_restore_interval": 5,
            "unacked_restore_throttle": 1,
            "socket_timeout": 30,
            "socket_connect_timeout": 2,
        },
        worker_hijack_root_logger=False,
        worker_send_task_events=False,
        worker_enable_remote_control=False,
        worker_cancel_long_running_tasks_on_connection_loss=False,
    )
    return app


def _sender_of(redis_url: str) -> Celery:
    """A Celery app that only sends, and gives up after two seconds: the relay tries again by itself."""
    app = make_celery("sender", redis_url)
    app.conf.broker_transport_options = {"socket_timeout": 2, "socket_connect_timeout": 2, "max_retries": 0}
    app.conf.task_publish_retry = False
    return app


class Relay(threading.Thread):
    """Rings for each due delivery until its verdict is stored; also carries this service's answers home."""

    def __init__(self, service: str, database: Database, sender: Celery, *, every_seconds: float = 0.1) -> None:
        super().__init__(name="relay", daemon=True)
        self._service, self._database, self._sender, self._pause = service, database, sender, every_seconds
        self._redis = redis.Redis.from_url(sender.conf.broker_url, socket_timeout=2, socket_connect_timeout=2)
        self.stopping = threading.Event()

    def run(self) -> None:
        """Until stopped: ring, and rest unless more is due than is rung for together.

        What comes meanwhile travels together: a task costs those who send and hear it 2 ms each.
        """
        while not self.stopping.is_set():
            try:
                rang = self.ring()
            except Exception as wrong:
                log.get_logger().warning("relay-failed", error=repr(wrong))
                self.stopping.wait(1)
                continue
            if rang < AT_ONCE:
                self.stopping.wait(self._pause)

    def ring(self) -> int:
        """Send what is due once; returns how many deliveries were rung for."""
        with self._database.reading() as db:
            if not is_due(db):
                return 0
        crowded = self._crowded()
        with self._database.transaction() as db:
            due = claim_due(db, crowded, AT_ONCE)
        moment("relay.after-claim")
        try:
            with self._sender.producer_pool.acquire(block=True, timeout=5) as producer:
                for listener, envelopes in _in_parcels(due, self._service):
                    self._send(producer, listener, DELIVER, [envelopes])
        except (OperationalError, OSError) as away:
            # the claim has noted when to ring again: nothing is lost, only later
            log.get_logger().warning("queue-away", error=repr(away))
            self.stopping.wait(0.5)
        moment("relay.after-send")
        return len(due)

    def _crowded(self) -> list[str]:
        """Listeners who have so much before them that they have not come to what was rung for: ringing again, each
        message alone, would be all they hear of."""
        try:
            return [name for name in every_listener() if self._redis.llen(name) > CROWD]
        except redis.RedisError:
            return []

    def _send(self, producer: Any, queue: str, task: str, args: list[Any]) -> None:
        self._sender.send_task(task, args=args, queue=queue, producer=producer, retry=False)

    def answer(self, sender: str, verdicts: Sequence[Sequence[str]]) -> None:
        """Send verdicts to the service that spoke; when the queue is away they are dropped and asked for again."""
        try:
            with self._sender.producer_pool.acquire(block=True, timeout=5) as producer:
                self._send(producer, sender, ANSWER, [list(verdicts)])
        except (OperationalError, OSError) as away:
            log.get_logger().warning("answer-not-sent", error=repr(away))


def _in_parcels(due: Sequence[Any], service: str) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """The due deliveries as tasks: those for one listener travel together, a limited number at once.

    A task for each took ten times as long (docs/decisions/0002). What has been rung for before travels alone, so
    that a message that kills its listener takes no other with it again.
    """
    by_listener = defaultdict(list)
    for row in due:
        if row.attempts:
            yield row.listener, [envelope(row, service)]
        else:
            by_listener[row.listener].append(envelope(row, service))
    for listener, envelopes in by_listener.items():
        for start in range(0, len(envelopes), PARCEL):
            yield listener, envelopes[start : start + PARCEL]


class _Gathered:
    """Messages that arrive at the same moment, handled by one thread together (as group commit does for people)."""

    def __init__(self, act: Callable[[list[Any]], None]) -> None:
        self._act = act
        self._lock, self._turn = threading.Lock(), threading.Lock()
        self._waiting: list[tuple[Any, threading.Event]] = []

    def add(self, item: Any) -> None:
        """Returns when the item has been acted on, by this thread or a neighbour."""
        done = threading.Event()
        with self._lock:
            self._waiting.append((item, done))
        with self._turn:
            if done.is_set():
                return
            with self._lock:
                taken, self._waiting = self._waiting, []
            try:
                self._act([item for item, _ in taken])
            finally:
                for _, event in taken:
                    event.set()


class _Hearing:
    """Notices when this process no longer takes tasks although some wait, and ends it, so that it is started anew.

    Seen with kombu 5.7: Redis killed while acknowledgements were under way leaves the consumer believing that its
    prefetch is used up; it stays connected and never asks for a task again. Whoever has not begun any task yet is not
    deaf but still starting, which on a busy machine takes its time.
    """

    def __init__(self, queue: str, redis_url: str) -> None:
        self._queue, self._redis = queue, redis.Redis.from_url(redis_url, socket_timeout=2, socket_connect_timeout=2)
        self._lock = threading.Lock()
        self._begun = self._ended = self._begun_before = 0
        self._suspicions = 0

    def of(self, act: Callable[[Any], None]) -> Callable[[Any], None]:
        """The same act, noted when it begins and ends."""

        def noted(item: Any) -> None:
            with self._lock:
                self._begun += 1
            try:
                act(item)
            finally:
                with self._lock:
                    self._ended += 1

        return noted

    def check(self) -> int:
        """Several times in a row: tasks wait, none is under way here, none was begun since; then this process ends."""
        try:
            waits = self._redis.llen(self._queue)
        except redis.RedisError:
            return 0
        with self._lock:
            is_idle = 0 < self._begun == self._ended == self._begun_before
            self._begun_before = self._begun
        self._suspicions = self._suspicions + 1 if waits and is_idle else 0
        if self._suspicions >= LOOKS:
            log.get_logger().error("worker-is-deaf", waiting=waits)
            os._exit(75)
        return 0


class Worker:
    """One service's worker process: Celery, the relay and the due work, stopped together."""

    def __init__(
        self, settings: Settings, database: Database, handlers: Mapping[str, Handler], due: Sequence[Due]
    ) -> None:
        self.service, self._settings, self._database = settings.service, settings, database
        self._handlers = handlers
        self._hearing = _Hearing(self.service, settings.redis_url)
        self._due = [
            *due,
            Due("parked", PARKED_SECONDS, lambda: retry_parked(database, handlers)),
            Due("grown-tables", GROWN_SECONDS, database.analyse_grown),
            Due("hearing", DEAF_SECONDS / LOOKS, self._hearing.check),
        ]
        self.relay = Relay(self.service, database, _sender_of(settings.redis_url))
        self._deliveries = _Gathered(self._handle)
        self._answers = _Gathered(self._store)

    def run(self) -> None:
        """Work until told to stop (SIGTERM)."""
        databases.use(self._database)
        of_service(self.service)
        # about root and pickle; only JSON is accepted here, and containers run as root inside
        warnings.filterwarnings("ignore", category=SecurityWarning)
        celery = self.celery()
        stopping = self.relay.stopping
        threads = [
            threading.Thread(target=self._look_for, args=(due,), name=due.name, daemon=True) for due in self._due
        ]
        for thread in (self.relay, *threads):
            thread.start()
        try:
            celery.Worker(
                pool="threads",
                concurrency=THREADS,
                queues=[self.service],
                without_gossip=True,
                without_mingle=True,
                without_heartbeat=True,
                loglevel="WARNING",
                quiet=True,
            ).start()
        finally:
            stopping.set()
            # what is under way (a notice at its provider) is brought to its end, within reason
            until = time.monotonic() + STOP_SECONDS
            for thread in threads:
                thread.join(max(0.0, until - time.monotonic()))

    def celery(self) -> Celery:
        """The Celery app with the two tasks: a message for us, answers to ours."""
        app = make_celery(self.service, self._settings.redis_url)
        app.task(name=DELIVER)(self._hearing.of(self._deliveries.add))
        app.task(name=ANSWER)(self._hearing.of(self._answers.add))
        return app

    def _handle(self, parcels: list[list[dict[str, Any]]]) -> None:
        raws = [raw for parcel in parcels for raw in parcel]
        if len(raws) == 1:
            log.bind(message_id=raws[0]["id"], correlation_id=raws[0]["correlation_id"])
        verdicts = handle_all(self._database, self._handlers, raws)
        by_sender = defaultdict(list)
        for raw, verdict in zip(raws, verdicts, strict=True):
            if verdict:
                by_sender[raw["sender"]].append([raw["exhibition_id"], raw["id"], self.service, verdict])
        for sender, said in by_sender.items():
            self.relay.answer(sender, said)
        log.forget()
        moment("verdict.after-send")

    def _store(self, answers: list[list[list[str]]]) -> None:
        with self._database.transaction() as db:
            store_verdicts(db, [verdict for answer in answers for verdict in answer])

    def _look_for(self, due: Due) -> None:
        while not self.relay.stopping.is_set():
            started = time.monotonic()
            try:
                did = due.act()
            except Exception as wrong:
                log.get_logger().warning("due-work-failed", name=due.name, error=repr(wrong))
                did = 0
            spent = time.monotonic() - started
            if not did:
                (due.rest or self.relay.stopping.wait)(max(0.0, due.every_seconds - spent))
        due.end()


def make_worker(settings: Settings, database: Database, handlers: Mapping[str, Handler], due: Sequence[Due]) -> Worker:
    """The worker of a service; `run` blocks."""
    return Worker(settings, database, handlers, due)
