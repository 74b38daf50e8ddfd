"""The counts page, the part of it that moves, and the same as JSON."""

import json
from datetime import date
from typing import Any

from flask import Blueprint, Response, render_template, request

from services.ticketing.access.domain import Exhibition
from services.ticketing.access.operations.recent import exhibition_called
from services.ticketing.counts.operations import recent_attendance
from services.ticketing.counts.schemas import counts_out
from services.ticketing.programme.domain import fullest_first
from services.ticketing.programme.operations.board import board_of
from shared import clock
from shared.i18n import language
from shared.web import etag_page, may, page

pages = Blueprint("counts_pages", __name__, url_prefix="/<lang>/<exhibition>/office")


@pages.get("/counts")
@may("viewer", "steward", "supervisor", "organiser")
def show_counts(lang: str, exhibition: str) -> Response:
    """How many came, how many are inside, how full the sessions are."""
    where = exhibition_called(exhibition)
    live = f"/{lang}/{where.reference}/office/counts/live"
    day = request.args.get("day")
    return page("counts/page.html", live=f"{live}?day={day}" if _day(day) else live, **_context(where))


@pages.get("/counts/live")
@may("viewer", "steward", "supervisor", "organiser")
def show_live(lang: str, exhibition: str) -> Response:  # noqa: ARG001 - the address carries the language
    """The part of the page that moves; asked for each second with If-None-Match."""
    context = _context(exhibition_called(exhibition))
    version = f"{language()} {context['counts']} {[(s.reference, s.seats) for s in context['sessions']]}"
    return etag_page(version, lambda: render_template("counts/live.html", **context))


@pages.get("/counts.json")
@may("viewer", "steward", "supervisor", "organiser")
def counts_json(lang: str, exhibition: str) -> Response:  # noqa: ARG001 - the address carries the language
    """The page's numbers for a spreadsheet."""
    context = _context(exhibition_called(exhibition))
    body = json.dumps(counts_out(context["counts"], context["sessions"]))
    return etag_page(body, lambda: body, content_type="application/json")


def _context(where: Exhibition) -> dict[str, Any]:
    day = _day(request.args.get("day")) or clock.day_in(clock.now(), where.zone)
    return {
        "counts": recent_attendance(where.id, day),
        "sessions": fullest_first(board_of(where.id).sessions),
        "day": day,
    }


def _day(said: str | None) -> date | None:
    """A day as an address says it; what makes no sense is today."""
    try:
        return date.fromisoformat(said or "")
    except ValueError:
        return None
