"""What runs inside the children, and what is done to the databases before they start."""

import importlib
import os
import socket
from collections.abc import Callable
from datetime import date
from types import ModuleType
from typing import Any

from celery.signals import worker_ready
from flask import Flask

from deploy import web_server
from deploy.embedded.children import say_ready
from deploy.embedded.plan import SERVICES
from services.subscriptions import SUBSCRIPTIONS
from shared import clock, i18n, log, moments, outbox
from shared.db import Database, use
from shared.settings import Settings, load

FIRST_HOURS = 12
STEPS_BACK = 5
"""How much nicer a worker is than a web process: where the processor is short, answers come before messages."""
EPOCH = date(1970, 1, 1)
LATE_MODULES = (
    "billiard.dummy",
    "billiard.pool",
    "celery.app.amqp",
    "celery.app.control",
    "celery.app.events",
    "celery.app.log",
    "celery.apps.worker",
    "celery.backends.base",
    "celery.concurrency.thread",
    "celery.events.receiver",
    "celery.fixups.django",
    "celery.loaders.app",
    "celery.utils.static",
    "celery.worker.autoscale",
    "celery.worker.components",
    "celery.worker.consumer",
    "celery.worker.consumer.delayed_delivery",
    "celery.worker.control",
    "celery.worker.loops",
    "celery.worker.strategy",
    "celery.worker.worker",
    "jinja2.ext",
    "kombu.mixins",
    "kombu.transport.redis",
    "kombu.utils.limits",
    "redis.connection",
)
"""What would be imported only in the children, in each anew when Celery's worker starts."""


def import_all() -> None:
    """Load every module the children need, so that they share its memory."""
    for name in LATE_MODULES:
        importlib.import_module(name)
    for service in SERVICES:
        part(service, "app")
        part(service, "worker")


def part(service: str, name: str) -> ModuleType:
    """`services.<service>.<name>`."""
    return importlib.import_module(f"services.{service}.{name}")


def settings_of(service: str) -> Settings:
    """The service's settings, with its logs, its listeners and the rehearsal clock set up."""
    settings = load(service)
    log.configure(service, settings.log_level)
    moments.of_service(service)
    outbox.set_subscriptions(SUBSCRIPTIONS)
    clock.set_rehearsal(settings.rehearsal_file if settings.rehearsal else None)
    return settings


def web(service: str, listener: socket.socket) -> Callable[[int], None]:
    """The web process of a service; its app is made here, in the parent, where all share its memory."""
    settings = settings_of(service)
    database = Database(settings.database_url, service)
    app = part(service, "app").create_app(settings, database)
    _warm(app)

    def act(ready: int) -> None:
        settings_of(service)
        use(database)
        say_ready(ready)
        web_server.serve(app, listener)

    return act


def first_link(database: Database) -> str | None:
    """The address that opens the first account of an empty installation; an earlier one ends. None if one exists."""
    from services.registration.staff.operations import beginning

    settings = settings_of("registration")
    with database.transaction() as db:
        secret = beginning.first_link(db, settings)
    return f"{settings.public_url}/fr/office/first/{secret}" if secret else None


def _warm(app: Flask) -> None:
    """Compile templates and read the languages' data once, for all children."""
    for name in app.jinja_env.list_templates():
        app.jinja_env.get_template(name)
    for language in i18n.LANGUAGES:
        with i18n.speaking(language):
            i18n.long_date(EPOCH)
            i18n.number(1)


def worker(service: str) -> Callable[[int], None]:
    """The worker process of a service; ready once its queue is connected."""
    settings = settings_of(service)
    made = part(service, "worker").create_worker(settings, Database(settings.database_url, service, pool_size=8))

    def act(ready: int) -> None:
        def connected(**_: Any) -> None:
            say_ready(ready)
            worker_ready.disconnect(connected)

        settings_of(service)
        os.nice(STEPS_BACK)
        worker_ready.connect(connected, weak=False)
        made.run()

    return act
