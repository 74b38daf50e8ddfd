"""What runs inside the children, and what is done to the databases before they start."""

import importlib
import os
import socket
from collections.abc import Callable
from types import ModuleType
from typing import Any

from celery.signals import worker_ready

from deploy import web_server
from deploy.embedded.children import say_ready
from deploy.embedded.plan import SERVICES
from services.subscriptions import SUBSCRIPTIONS
from shared import clock, log, outbox
from shared.settings import Settings, load


def import_all() -> None:
    """Load every module the children need, so that they share its memory."""
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
    outbox.set_subscriptions(SUBSCRIPTIONS)
    clock.set_rehearsal(settings.rehearsal_file if settings.rehearsal else None)
    return settings


def web(service: str, listener: socket.socket) -> Callable[[int], None]:
    """The web process of a service."""

    def act(ready: int) -> None:
        app = part(service, "app").create_app(settings_of(service))
        say_ready(ready)
        web_server.serve(app, listener)

    return act


def worker(service: str) -> Callable[[int], None]:
    """The worker process of a service; ready once its queue is connected."""

    def act(ready: int) -> None:
        def connected(**_: Any) -> None:
            say_ready(ready)
            worker_ready.disconnect(connected)

        worker_ready.connect(connected, weak=False)
        os.environ.pop("CELERY_LOADER", None)
        part(service, "worker").create_worker(settings_of(service)).run()

    return act
