"""Attendance counts over HTTP, for staff."""

import json
import re
from dataclasses import asdict
from datetime import date
from typing import Any

from flask import Response, request
from flask_smorest import Blueprint
from sqlalchemy.engine import Connection

from services.acts import StaffAct, staff_acted
from services.ticketing.access.api.glances import Glance
from services.ticketing.access.operations.memory import Memory
from services.ticketing.access.operations.recent import exhibition_called
from services.ticketing.counts.domain.thresholds import Thresholds, tidy
from services.ticketing.counts.operations import recent_attendance
from services.ticketing.counts.operations.thresholds import choose_thresholds, read_thresholds
from services.ticketing.counts.schemas import (
    CountsAsked,
    CountsOut,
    ThresholdsIn,
    ThresholdsOut,
    counts_out,
    thresholds_out,
)
from services.ticketing.programme.domain import fullest_first
from services.ticketing.programme.operations.board import board_of
from shared import clock
from shared.db import reading, transaction
from shared.idempotency import Answer
from shared.problem import ChangedMeanwhile
from shared.web import etag_page, load, may, reply
from shared.web.callers import allowed_to

api = Blueprint("counts_api", __name__, url_prefix="/ticketing/v1/exhibitions/<exhibition>", description="Counts")


@api.get("/counts")
@may("viewer", "steward", "supervisor", "organiser")
@api.arguments(CountsAsked, location="query")
@api.response(200, CountsOut)
def read_counts(asked: dict[str, Any], exhibition: str) -> Response:
    """The counts of a day; carries an ETag, so that a page may ask each second."""
    where = exhibition_called(exhibition)
    day = asked.get("day") or clock.day_in(clock.now(), where.zone)
    body = _bodies.get(where.reference, day)
    return etag_page(body, lambda: body, content_type="application/json")


def _body(_db: Connection, reference: str, day: date) -> str:
    where = exhibition_called(reference)
    said = counts_out(recent_attendance(where.id, day), fullest_first(board_of(where.id).sessions), where.halls)
    return json.dumps(said)


# Many ask each second: the answer is written a few times a second, however many they are.
_bodies: Memory[str] = Memory(0.1, _body)
GLANCE = Glance(
    "counts_api.read_counts",
    re.compile(r"/ticketing/v1/exhibitions/(?P<exhibition>[^/]+)/counts"),
    allowed_to(read_counts) or frozenset(),
    "application/json",
    lambda where, _lang: _bodies.get(where.reference, clock.day_in(clock.now(), where.zone)),
)


@api.get("/attendance-thresholds")
@may("viewer", "supervisor", "organiser")
@api.response(200, ThresholdsOut)
def read_chosen(exhibition: str) -> Response:
    """Which counts the organiser wants to hear of."""
    with reading() as db:
        chosen, version = read_thresholds(db, exhibition_called(exhibition).id)
    return _chosen(chosen, version)


@api.put("/attendance-thresholds")
@may("organiser")
@api.doc(requestBody={"content": {"application/json": {"schema": ThresholdsIn}}, "required": True})
@api.response(200, ThresholdsOut)
def choose(exhibition: str) -> Response:
    """Choose others; with If-Match only if nobody did meanwhile. What stands above one already is told at once."""
    where, said = exhibition_called(exhibition), load(ThresholdsIn)
    chosen = Thresholds(**{name: tidy(numbers) for name, numbers in said.items()})
    with transaction() as db:
        choose_thresholds(db, where.id, chosen, seen=_seen())
        staff_acted(db, where.id, StaffAct.THRESHOLDS_CHANGED, where.reference, **asdict(chosen))
        version = read_thresholds(db, where.id)[1]
    return _chosen(chosen, version)


def _seen() -> int | None:
    """The version that If-Match names; None where it is absent, ChangedMeanwhile for what is none."""
    if not request.if_match:
        return None
    said = next(iter(request.if_match.as_set(include_weak=True)), "")
    if not said.isdecimal() or len(said) > 9:
        raise ChangedMeanwhile
    return int(said)


def _chosen(chosen: Thresholds, version: int) -> Response:
    response = reply(Answer(200, thresholds_out(chosen, version)))
    response.headers["ETag"] = f'"{version}"'
    return response
