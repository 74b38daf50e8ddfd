"""Is it alive, is it ready, how much waits: health and metrics of one service."""

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


def watch(service: str, database: Database, more: Callable[[Any], dict[str, float]] | None) -> Blueprint:
    """The health and metrics routes; `more` adds the service's own numbers from a database connection."""
    routes = Blueprint("watch", __name__, url_prefix=f"/{service}")
    registry = CollectorRegistry()
    requests = Counter("moussem_requests", "Requests answered", ["route", "status"], registry=registry)
    seconds = Histogram("moussem_request_seconds", "Seconds to answer", registry=registry)
    gauges: dict[str, Gauge] = {}

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
        with database.reading() as db:
            numbers = {f"outbox_{name}": value for name, value in backlog(db).items()}
            numbers |= more(db) if more else {}
        for name, value in numbers.items():
            gauge = gauges.get(name) or gauges.setdefault(name, _gauge(name, registry))
            gauge.set(value)
        return Response(generate_latest(registry), content_type="text/plain; version=0.0.4; charset=utf-8")

    @routes.after_app_request
    def count(response: Response) -> Response:
        requests.labels(request.endpoint or "none", response.status_code).inc()
        if "started" in g:
            seconds.observe(g.elapsed())
        return response

    return routes


def _gauge(name: str, registry: CollectorRegistry) -> Gauge:
    return Gauge(f"moussem_{name}", name.replace("_", " "), registry=registry)
