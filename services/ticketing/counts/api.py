"""Attendance counts over HTTP, for staff."""

import json
from typing import Any

from flask import Response
from flask_smorest import Blueprint

from services.ticketing.access.operations.recent import exhibition_called
from services.ticketing.counts.operations import recent_attendance
from services.ticketing.counts.schemas import CountsAsked, CountsOut, counts_out
from services.ticketing.programme.domain import fullest_first
from services.ticketing.programme.operations.board import board_of
from shared import clock
from shared.web import etag_page, may

api = Blueprint("counts_api", __name__, url_prefix="/ticketing/v1/exhibitions/<exhibition>", description="Counts")


@api.get("/counts")
@may("viewer", "steward", "supervisor", "organiser")
@api.arguments(CountsAsked, location="query")
@api.response(200, CountsOut)
def read_counts(asked: dict[str, Any], exhibition: str) -> Response:
    """The counts of a day; carries an ETag, so that a page may ask each second."""
    where = exhibition_called(exhibition)
    day = asked.get("day") or clock.day_in(clock.now(), where.zone)
    said = counts_out(recent_attendance(where.id, day), fullest_first(board_of(where.id).sessions), where.halls)
    body = json.dumps(said)
    return etag_page(body, lambda: body, content_type="application/json")
