"""Is it alive, is it ready, how much waits: health and metrics of one service."""

import time
from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, g, jsonify, request
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from shared import limits
from shared.db import Database, schema_revision
from shared.outbox import backlog
from shared.problem import NotAllowed
from shared.web.callers import client_address, may

LOOPBACK = ("127.0.0.1", "::1", "")


def watch(service: str, database: Database, numbers: "Numbers") -> Blueprint:
    """The health and metrics routes."""
    routes = Blueprint("watch", __name__, url_prefix=f"/{service}")

    @routes.get("/health/live")
    @may("anyone")
    def live() -> Response:
        """The process answers."""
        return jsonify({"status": "ok", "service": service})

    @routes.get("/health/ready")
    @may("anyone")
    def ready() -> Response:
        """The database answers and is migrated; the queue's state is told but decides nothing."""
        with database.reading() as db:
            revision = schema_revision(db)
        said = {"status": "ok" if revision else "not migrated", "service": service, "schema": revision}
        said["queue"] = "reachable" if limits.is_reachable() else "away"
        response = jsonify(said)
        response.status_code = 200 if revision else 503
        return response

    @routes.get("/metrics")
    @may("anyone")
    def metrics() -> Response:
        """Numbers for Prometheus; only for who asks from this machine or network."""
        if request.headers.get("X-Forwarded-For") and client_address() not in LOOPBACK:
            raise NotAllowed
        return Response(numbers.as_text(), content_type="text/plain; version=0.0.4; charset=utf-8")

    routes.after_app_request(numbers.count)
    return routes


class Numbers:
    """What one service tells Prometheus; `more` adds its own numbers from a database connection."""

    def __init__(self, database: Database, more: Callable[[Any], dict[str, float]] | None) -> None:
        self._database, self._more = database, more
        self._registry = CollectorRegistry()
        self._requests = Counter("moussem_requests", "Requests answered", ["route", "status"], registry=self._registry)
        self._seconds = Histogram("moussem_request_seconds", "Seconds to answer", registry=self._registry)
        self._gauges: dict[str, Gauge] = {}

    def count(self, response: Response) -> Response:
        """Note one answer of Flask's."""
        if "started" in g:
            self.note(request.endpoint or "none", response.status_code, time.perf_counter() - g.started)
        return response

    def note(self, endpoint: str, status: int, seconds: float) -> None:
        """Note one answer."""
        self._requests.labels(endpoint, status).inc()
        self._seconds.observe(seconds)

    def as_text(self) -> bytes:
        """Everything, with the gauges read from the database now."""
        with self._database.reading() as db:
            found = {f"outbox_{name}": value for name, value in backlog(db).items()}
            found |= self._more(db) if self._more else {}
        for name, value in found.items():
            if name not in self._gauges:
                self._gauges[name] = Gauge(f"moussem_{name}", name.replace("_", " "), registry=self._registry)
            self._gauges[name].set(value)
        return generate_latest(self._registry)
