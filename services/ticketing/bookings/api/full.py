"""A full session says so before Flask is asked: in a rush most callers hear nothing else."""

import json
import re
import secrets
import time
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

from services.ticketing.access.authorise import person_of
from services.ticketing.access.operations.recent import exhibition_called
from services.ticketing.bookings.domain import WaitingListClosed
from services.ticketing.bookings.operations.recent import refuse_if_full
from services.ticketing.programme.operations.board import board_of
from shared import clock, i18n, log
from shared.db import Database, using
from shared.idempotency import Key
from shared.problem import Problem
from shared.web.answers import told
from shared.web.app import language_of

_ORDER = re.compile(r"/ticketing/v1/exhibitions/([^/]+)/sessions/([^/]+)/(booking|hold)s")
Wsgi = Callable[[dict[str, Any], Any], Iterable[bytes]]


class _Refusal(NamedTuple):
    """Why there is nothing to be had, and who hears it."""

    problem: WaitingListClosed
    person_id: UUID


def full_first(inner: Wsgi, database: Database, headers: list[tuple[str, str]]) -> Wsgi:
    """Answer orders for sessions whose seats and line are full; hand everything else to `inner` as it came.

    Says what the route would say (see `refuse_if_full`), to people with a valid token and a key, in a tenth of the
    time. What the order holds is not read: whatever it is, there is nothing to be had. `headers` go with each answer.
    """

    def answer(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] != "POST" or not (asked := _ORDER.fullmatch(environ["PATH_INFO"])):
            return inner(environ, start_response)
        begun = time.perf_counter()
        with using(database):
            refusal = _refusal(environ, *asked.groups())
        if refusal is None:
            return inner(environ, start_response)
        body = _body(
            refusal.problem.facts["waiting"], language_of(environ.get("HTTP_ACCEPT_LANGUAGE", "")), environ["PATH_INFO"]
        )
        request_id = _tell(environ, refusal, begun)
        own = [("Content-Type", "application/problem+json"), ("Cache-Control", "no-store")]
        own += [("X-Request-Id", request_id), ("Content-Length", str(len(body)))]
        start_response("409 CONFLICT", own + headers)
        return [body]

    return answer


def _refusal(environ: dict[str, Any], exhibition: str, reference: str, what: str) -> _Refusal | None:
    kind, _, token = environ.get("HTTP_AUTHORIZATION", "").partition(" ")
    said = environ.get("HTTP_IDEMPOTENCY_KEY", "")
    if kind.lower() != "bearer" or not said:
        return None
    try:
        where = exhibition_called(exhibition)
        session = board_of(where.id).called(reference)
        if session.seats.left or session.seats.is_line_open or where.is_over(clock.day_in(clock.now(), where.zone)):
            return None
        person_id = person_of(where, token.strip())
    except Problem:
        return None  # the route says it, to whoever it lets in
    if person_id is None:
        return None
    key = Key(where.id, f"bookings_api.create_{what} {environ['PATH_INFO']}", str(person_id), said, "")
    try:
        refuse_if_full(session, person_id, key, clock.now())
    except WaitingListClosed as problem:
        return _Refusal(problem, person_id)
    return None


@lru_cache(maxsize=256)
def _body(waiting: int, language: str, path: str) -> bytes:
    with i18n.speaking(language):
        return json.dumps(told(WaitingListClosed(waiting=waiting), path), ensure_ascii=False).encode()


def _tell(environ: dict[str, Any], refusal: _Refusal, begun: float) -> str:
    """Leave the line that every answer leaves; returns the request's id."""
    request_id = environ.get("HTTP_X_REQUEST_ID", "")[:64] or secrets.token_hex(8)
    log.forget()
    log.get_logger().info(
        "answered",
        method="POST",
        path=environ["PATH_INFO"],
        status=refusal.problem.status,
        problem=refusal.problem.slug,
        ms=round((time.perf_counter() - begun) * 1000, 1),
        caller=str(refusal.person_id),
        request_id=request_id,
        correlation_id=request_id,
    )
    return request_id
